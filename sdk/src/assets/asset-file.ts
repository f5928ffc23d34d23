/** Which part of an asset a file holds. */
export type Split = "test" | "train";

/** One HDF5 file of an asset. */
export class AssetFile {
  /** The file's path on this machine. */
  readonly path: string;
  readonly split: Split;
  /** Samples. */
  readonly length: number;

  constructor(path: string, split: Split, length: number) {
    this.path = path;
    this.split = split;
    this.length = length;
  }

  toString(): string {
    return `Path('${this.path}')`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
