import type { CanvasNode } from "./canvas-document.js";
import { TABLE } from "./component-table.js";

/** A component's type, as in a node of the document. */
export type ComponentType = CanvasNode["type"];

/** A node's settings with every default filled in. */
export type SettingsOf<N extends CanvasNode> = Required<N["settings"]>;

/** What a setting of a component may be. */
export interface Setting {
  /** Its key in a node's `settings`: Keras' argument, or a key of the reference's record of an output. */
  readonly name: string;
  /** `names` is a list of texts, `integers` a list of whole numbers; `choice` is one of `choices`. */
  readonly kind: "integer" | "number" | "boolean" | "choice" | "text" | "names" | "integers";
  readonly description: string;
  /** What it is where a node does not say. */
  readonly default: number | boolean | string | null | readonly (string | number)[];
  readonly least?: number;
  readonly most?: number;
  readonly choices?: readonly string[];
  /** Whether it may be null as well. */
  readonly nullable?: boolean;
}

/** What can be put on a canvas. */
export interface Component {
  readonly type: ComponentType;
  readonly title: string;
  readonly category: string;
  /** An icon's name. */
  readonly icon: string;
  readonly description: string;
  /** How many inputs it takes; `most` null is any number. */
  readonly inputs: { readonly least: number; readonly most: number | null };
  readonly settings: readonly Setting[];
}

/** Every component, by category. */
export const COMPONENTS: readonly Component[] = TABLE;

const BY_TYPE = new Map(COMPONENTS.map((component) => [component.type, component]));

/** The component of a type. */
export const componentOf = (type: ComponentType): Component => BY_TYPE.get(type) as Component;

const DEFAULTS = new Map(
  COMPONENTS.map(({ type, settings }) => [type, Object.fromEntries(settings.map((each) => [each.name, each.default]))]),
);

/** A node's settings with every default filled in. */
export const settingsOf = <N extends CanvasNode>(node: N): SettingsOf<N> =>
  ({ ...DEFAULTS.get(node.type), ...node.settings }) as SettingsOf<N>;

/** What messages call a node: its component and its name, else its id. */
export const describeNode = ({ type, name, id }: CanvasNode): string => `${componentOf(type).title} "${name ?? id}"`;
