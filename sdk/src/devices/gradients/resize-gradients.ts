import {
  matMul,
  ResizeBilinear,
  type ResizeBilinearAttrs,
  ResizeNearestNeighbor,
  registerGradient,
  reshape,
  type Tensor,
  tensor2d,
  transpose,
} from "../../../tfjs/core.js";

/**
 * Gradients of images that were resized, as products with the shares that each value took. TensorFlow.js' know no centres of half
 * pixels; on cpu one has height and width exchanged, the other knows one image only.
 */
export function registerResizeGradients(): void {
  register(ResizeBilinear, (i, scale, { halfPixelCenters }) =>
    halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale,
  );
  register(ResizeNearestNeighbor, (i, scale, { halfPixelCenters, alignCorners }) => {
    const place = (halfPixelCenters ? i + 0.5 : i) * scale;
    return alignCorners ? Math.round(place) : Math.floor(place);
  });
}

type PlaceOf = (i: number, scale: number, attributes: ResizeBilinearAttrs) => number;

function register(kernelName: string, placeOf: PlaceOf): void {
  registerGradient({
    kernelName,
    inputsToSave: ["images"],
    gradFunc: (dy, [images], attrs) => ({
      images: () => {
        const attributes = attrs as unknown as ResizeBilinearAttrs;
        const [batch, height, width, channels] = (images as Tensor).shape as [number, number, number, number];
        const [, rows, columns] = (dy as Tensor).shape as [number, number, number, number];
        const along = (axis: [number, number], x: Tensor) =>
          matMul(shares(...axis, placeOf, attributes), x as never, true);
        const byRow = reshape(transpose(dy as Tensor, [1, 2, 0, 3]), [rows, columns * batch * channels]);
        const inHeight = reshape(along([height, rows], byRow), [height, columns, batch * channels]);
        const byColumn = reshape(transpose(inHeight, [1, 0, 2]), [columns, height * batch * channels]);
        const inWidth = reshape(along([width, columns], byColumn), [width, height, batch, channels]);
        return transpose(inWidth, [2, 1, 0, 3]);
      },
    }),
  });
}

/** `[to, from]`: how much of each of `from` values each of `to` is. */
function shares(from: number, to: number, placeOf: PlaceOf, attributes: ResizeBilinearAttrs): Tensor {
  const scale = attributes.alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const found = new Float32Array(to * from);
  const add = (at: number, share: number) => {
    found[at] = (found[at] as number) + share;
  };
  for (let i = 0; i < to; i++) {
    const place = Math.min(Math.max(placeOf(i, scale, attributes), 0), from - 1);
    const below = Math.floor(place);
    add(i * from + below, 1 - (place - below));
    add(i * from + Math.ceil(place), place - below);
  }
  return tensor2d(found, [to, from]);
}
