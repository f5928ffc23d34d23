import {
  abs,
  div,
  eye,
  matMul,
  maximum,
  mul,
  norm,
  type Scalar,
  serialization,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from "../../tf.js";

interface OrthogonalConfig {
  /** Default 0.01. */
  readonly factor?: number;
  /** Which vectors are to be orthogonal; default `rows`. */
  readonly mode?: "rows" | "columns";
}

/** Keras' OrthogonalRegularizer: `factor` times the mean of |cos| between every two rows or columns of a matrix. */
export class OrthogonalRegularizer extends serialization.Serializable {
  static readonly className = "OrthogonalRegularizer";
  readonly factor: number;
  readonly mode: "rows" | "columns";

  constructor({ factor = 0.01, mode = "rows" }: OrthogonalConfig) {
    super();
    this.factor = factor;
    this.mode = mode;
  }

  apply(x: Tensor): Scalar {
    return tidy(() => {
      if (x.rank !== 2) throw new Error(`OrthogonalRegularizer takes a matrix, not a tensor of shape [${x.shape}]`);
      const isRows = this.mode === "rows";
      const size = x.shape[isRows ? 0 : 1] as number;
      const unit = div(x, maximum(norm(x, "euclidean", isRows ? 1 : 0, true), 1e-7)) as Tensor2D;
      const cosines = matMul(unit, unit, !isRows, isRows);
      const others = mul(cosines, sub(1, eye(size)));
      return mul(sum(abs(others)), (this.factor * 0.5) / ((size * (size - 1)) / 2)) as Scalar;
    });
  }

  getConfig(): serialization.ConfigDict {
    return { factor: this.factor, mode: this.mode };
  }
}
