import type { CellImport } from "../channel.js";

/** A name of the notebook: every cell that uses it shares the box. */
export interface Box {
  v: unknown;
}

type Namespace = Readonly<Record<string, unknown>>;

/** The names that cells share. */
export class Scope {
  readonly #boxes = new Map<string, Box>();

  box(name: string): Box {
    let box = this.#boxes.get(name);
    if (!box) {
      box = { v: undefined };
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
      if (name === "*")
        Object.defineProperty(box, "v", { value: namespace, writable: true, configurable: true, enumerable: true });
      else {
        const source = sourceOf(namespace, name);
        if ((used || !isChecked) && !(name in source))
          throw new SyntaxError(`The requested module '${specifier}' does not provide an export named '${name}'`);
        Object.defineProperty(box, "v", { get: () => source[name], configurable: true, enumerable: true });
      }
    }
  }

  /** Lets names be assigned that an earlier cell imported. */
  declare(names: readonly string[]): void {
    for (const name of names) {
      const box = this.#boxes.get(name);
      const found = box && Object.getOwnPropertyDescriptor(box, "v");
      if (box && found?.get)
        Object.defineProperty(box, "v", { value: box.v, writable: true, configurable: true, enumerable: true });
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
