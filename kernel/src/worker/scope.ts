import type { CellImport } from "../channel.js";

/** A name of the notebook: every cell that uses it shares the box. */
export interface Box {
  v: unknown;
}

/** A box whose name has no value yet: reading it is an error, as in JavaScript. */
class EmptyBox implements Box {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get v(): unknown {
    throw new ReferenceError(`Cannot access '${this.#name}' before initialization`);
  }

  set v(value) {
    fill(this, value);
  }
}

/** Gives a box a value of its own. */
function fill(box: Box, value: unknown): void {
  Object.defineProperty(box, "v", { value, writable: true, configurable: true, enumerable: true });
}

type Namespace = Readonly<Record<string, unknown>>;

/** The names that cells share. */
export class Scope {
  readonly #boxes = new Map<string, Box>();

  box(name: string): Box {
    let box = this.#boxes.get(name);
    if (!box) {
      box = new EmptyBox(name);
      this.#boxes.set(name, box);
    }
    return box;
  }

  /**
   * Binds what a cell imports; a module's exports stay live.
   * @param isChecked an export that is neither there nor used is a type
   * @throws SyntaxError if an export is not there
   */
  bind({ specifier, bindings }: CellImport, namespace: Namespace, isChecked: boolean): void {
    for (const { local, name, used } of bindings) {
      const box = this.box(local);
      if (name === "*") fill(box, namespace);
      else {
        const source = sourceOf(namespace, name);
        if ((used || !isChecked) && !(name in source))
          throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
        Object.defineProperty(box, "v", { get: () => source[name], configurable: true, enumerable: true });
      }
    }
  }

  /**
   * Lets names be assigned that an earlier cell imported.
   * @param vars those of them that have a value, undefined, from the start
   */
  declare(names: readonly string[], vars: readonly string[]): void {
    for (const name of names) {
      const box = this.#boxes.get(name);
      if (box && Object.getOwnPropertyDescriptor(box, "v")?.get) fill(box, box.v);
    }
    for (const name of vars) {
      const box = this.box(name);
      if (!Object.hasOwn(box, "v")) fill(box, undefined);
    }
  }
}

/** Where an export is found: of a CommonJS module also among the properties of what it exports, as bundlers have it. */
function sourceOf(namespace: Namespace, name: string): Namespace {
  const whole = namespace.default;
  const isObject = (typeof whole === "object" || typeof whole === "function") && whole !== null;
  if (!isObject) return namespace;
  const isTranspiled = (whole as { __esModule?: unknown }).__esModule === true && namespace.__esModule === true;
  if (name === "default") return isTranspiled && "default" in whole ? (whole as Namespace) : namespace;
  return !(name in namespace) && name in whole ? (whole as Namespace) : namespace;
}
