import fc from "fast-check";
import { describe, test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

/** A place in an image rounds too, and its value by the slope there. */
const OF_PLACES = { absolute: 1e-5, relative: 1e-5 };

/**
 * A model whose outputs are expressions of: x and y [4, 5], row [5], p > 0 and u in (-1, 1) like x, q [4, 5, 6], flat [20],
 * v [3]; i and k whole numbers in [0, 4) of shape [4] and [4, 5]. All but i and k come from Dense layers.
 */
const model = (name: string, expressions: readonly string[], more: Partial<Case> = {}): Case => ({
  name,
  formats: ["keras"],
  below: 4,
  code: `
a = L.Input((4, 5), name='a'); b = L.Input((6,), name='b'); i = L.Input((4,), dtype='int32', name='i'); k = L.Input((4, 5), dtype='int32', name='k')
x = L.Dense(5)(a); y = L.Dense(5)(a); row = L.Dense(5)(b); v = L.Dense(3)(b)
p = L.Dense(5, activation='softplus')(a); p = ops.add(p, 0.1); u = L.Dense(5, activation='tanh')(a); u = u * 0.9
flat = L.Dense(20)(b); q = L.Dense(6)(a[..., None])
keras.Model([a, b, i, k], [${expressions.join(", ")}])`,
  ...more,
});

const many = (name: string, expressions: readonly string[], more: Partial<Case> = {}): Case[] =>
  Array.from({ length: Math.ceil(expressions.length / 24) }, (_, n) =>
    model(`${name}_${n}`, expressions.slice(24 * n, 24 * (n + 1)), more),
  );

const ARITHMETIC = [
  ..."add subtract multiply maximum minimum hypot logaddexp logaddexp2 heaviside"
    .split(" ")
    .map((name) => `ops.${name}(x, y)`),
  ..."ops.divide(x, p)|ops.true_divide(x, p)|ops.arctan2(x, p)|ops.divide_no_nan(x, p)|ops.divide_no_nan(x, i[:, :, None])|x - y|x + row[:, None]|1 - x|2 / p|x / 2|x * 3|-x|abs(x)|x ** 2|p ** 1.5|2.0 ** x|ops.power(p, y)|ops.power(p, row[:, None])".split(
    "|",
  ),
  ..."x // 0.3|x // p|x % 0.7|x % p|ops.mod(x, -0.4)|ops.floor_divide(x, p)|i // 2|i % 3|i / 3|i * 2 - 1|i ** 2|i + x[:, :, 0]".split(
    "|",
  ),
  ..."absolute negative sign square exp exp2 expm1 sin cos sinh cosh tanh arctan arcsinh ceil floor trunc deg2rad sinc erf"
    .split(" ")
    .map((name) => `ops.${name}(x)`),
  ..."sqrt rsqrt reciprocal log log1p log2 log10 cbrt".split(" ").map((name) => `ops.${name}(p)`),
  // Degrees are 57 times as far apart as radians, x's rounding too.
  "ops.rad2deg(x / 64)",
  ..."arcsin arccos arctanh tan".split(" ").map((name) => `ops.${name}(u)`),
  ..."ops.arccosh(p + 1)|ops.round(x)|ops.round(x, 2)|ops.clip(x, -0.5, 0.7)|ops.clip(x, 0, 1)|ops.clip(i, 1, 2)|ops.nan_to_num(ops.log(a)) * x[:, :, :1]".split(
    "|",
  ),
  ..."ops.nan_to_num(1 / (a * 0), nan=1.0, posinf=2.0, neginf=-3.0)|ops.maximum(x, 0.2)|ops.maximum(x, row[:, None])|ops.minimum(0, x)".split(
    "|",
  ),
  ..."x + np.arange(5).astype('float32')|ops.add(x, np.array([1.5, 2, 3, 4, 5]))|x * ops.convert_to_tensor(np.linspace(0, 1, 5), 'float32')".split(
    "|",
  ),
  ..."ops.square(i)|ops.abs(i - 2)|ops.sign(i - 2)|-i|ops.sqrt(i)|ops.exp(i)|ops.floor(i)|ops.maximum(i, 2)|(x > 0) + (y > 0)|(x > 0) * 2".split(
    "|",
  ),
];

const COMPARISON = [
  "x > y",
  "x >= 0",
  "x < row[:, None]",
  "x <= 0.5",
  "ops.equal(x, x)",
  "x != y",
  "ops.equal(i, 2)",
  "i > 1",
  "ops.equal(i, x[:, :, 0])",
  "(x > 0) & (y > 0)",
  "(x > 0) | (y > 0)",
  "(x > 0) ^ (y > 0)",
  "~(x > 0)",
  "ops.logical_and(x, i[:, :, None])",
  "ops.logical_not(i)",
  "ops.isnan(ops.log(x))",
  "ops.isfinite(1 / (a * 0))",
  "ops.isinf(1 / (a * 0))",
  "ops.isposinf(1 / (a * 0))",
  "ops.isneginf(1 / (a * 0))",
  "ops.isclose(x, y, rtol=0.5, atol=0.1)",
  "ops.where(x > 0, x, y)",
  "ops.where(x > 0, x, 0)",
  "ops.where(x > 0, 1, 2)",
  "ops.where(x[:, :, :1] > 0, row[:, None], y)",
  "ops.where(i > 1, i, x[:, :, 0])",
  "ops.exp(ops.where(x > 0, x, -np.inf))",
  "ops.isin(i, [1, 3])",
  "ops.isin(i, [1, 3], invert=True)",
  "ops.select([x > 0.5, x > 0], [x, y], 3.0)",
  "ops.cast(x > 0, 'float32') * y",
  "ops.cast(x, 'int32')",
  "ops.cast(i, 'float32') * x[:, :, 0]",
  "ops.stop_gradient(x) * y",
  "ops.zeros_like(x)",
  "ops.ones_like(i)",
  "ops.full_like(x, 2.5) * x",
  "ops.full_like(x, 2, dtype='int32')",
  "ops.copy(x)",
  "ops.ones_like(x, dtype='bool')",
];

const ACTIVATION = [
  ..."relu relu6 sigmoid softplus softsign silu log_sigmoid leaky_relu elu selu gelu celu glu hard_sigmoid hard_silu hard_tanh hard_shrink soft_shrink"
    .split(" ")
    .map((name) => `ops.${name}(${name === "glu" ? "q" : "x"})`),
  ..."squareplus tanh_shrink sparse_plus sparse_sigmoid sparsemax softmax log_softmax"
    .split(" ")
    .map((name) => `ops.${name}(x)`),
  ..."ops.leaky_relu(x, 0.4)|ops.elu(x, 0.7)|ops.celu(x, 1.3)|ops.gelu(x, False)|ops.glu(q, 1 + 1 - 3)|ops.glu(x, 1)|ops.squareplus(x, 2)|ops.threshold(x, 0.2, -1)".split(
    "|",
  ),
  ..."ops.softmax(x, 1)|ops.log_softmax(x, 1)|ops.sparsemax(x, 1)|ops.hard_shrink(x, 0.3)|ops.soft_shrink(x, 0.3)|ops.relu(i - 2)".split(
    "|",
  ),
];

const REDUCTION = [
  ..."sum mean max min prod std var any all amax amin ptp logsumexp median argmax argmin nansum nanmean nanmax nanmin nanprod nanvar nanstd"
    .split(" ")
    .map((name, i) => `ops.${name}(x, axis=${i % 2 ? "1" : "-1, keepdims=True"})`),
  ..."sum max std any".split(" ").map((name) => `ops.${name}(x, axis=(1, 2))`),
  ..."ops.sum(i, 1)|ops.mean(i, 1)|ops.max(i, 1)|ops.prod(i, 1)|ops.any(i, 1)|ops.sum(x > 0, 1)|ops.count_nonzero(x > 0, axis=2)|ops.argmax(i, 1)|ops.cumsum(i, 1)".split(
    "|",
  ),
  ..."ops.cumsum(x, 1)|ops.cumsum(x, -1)|ops.cumprod(x, 1)|ops.cumprod(x, -1)|ops.max(x, 1, initial=0.3)|ops.min(x, 1, initial=0.3)|ops.sum(x, keepdims=True)".split(
    "|",
  ),
  ..."ops.norm(x, keepdims=True)|ops.norm(x) * v".split("|"),
  ..."ops.average(x, 1)|ops.average(x, 1, weights=p)|ops.average(x, 2, weights=np.array([1.0, 2, 3, 4, 5]))|ops.quantile(x, 0.3) * v|ops.quantile(x, [0.25, 0.9])|ops.quantile(x, 0.7, keepdims=True)|ops.nansum(ops.where(x > 0, x, np.nan), 1)".split(
    "|",
  ),
  ..."ops.normalize(x)|ops.normalize(x, axis=1, order=3)|ops.normalize(x, axis=1, order=1)|*ops.moments(x, axes=[1])|*ops.moments(x, axes=[1, 2], keepdims=True)|ops.nanmean(ops.where(np.arange(5) > 1, x, np.nan), -1)".split(
    "|",
  ),
];

const SHAPE = [
  "ops.reshape(x, (-1, 20))",
  "ops.reshape(x, (-1, 2, 10))",
  "ops.reshape(q, (-1, 6))",
  "ops.expand_dims(x, -1)",
  "ops.expand_dims(x, (1, 3))",
  "ops.squeeze(ops.expand_dims(x, 2), 2)",
  "ops.squeeze(x[:, :1])",
  "ops.transpose(x, (0, 2, 1))",
  "ops.transpose(x)",
  "ops.swapaxes(x, 1, 2)",
  "ops.moveaxis(q, 1, -1)",
  "ops.moveaxis(q, (1, 3), (3, 2))",
  "ops.flip(x, 1)",
  "ops.flip(x)",
  "ops.flip(x, (1, 2))",
  "ops.rot90(x, 1, (1, 2))",
  "ops.rot90(x, 2, (1, 2))",
  "ops.rot90(x, 3, (1, 2))",
  "ops.roll(x, 2, 1)",
  "ops.roll(x, (1, -2), (1, 2))",
  "ops.roll(x, 3)",
  "ops.tile(x, (1, 2, 3))",
  "ops.tile(q, (1, 2, 1, 1))",
  "ops.repeat(x, 3, 1)",
  "ops.broadcast_to(x[:, None], (3, 2, 4, 5))",
  "ops.ravel(x)",
  "ops.pad(x, ((0, 0), (1, 2), (0, 3)))",
  "ops.pad(x, ((0, 0), (1, 2), (0, 3)), constant_values=1.5)",
  "ops.pad(x, ((0, 0), (1, 2), (2, 1)), 'reflect')",
  "ops.pad(x, ((0, 0), (1, 2), (2, 1)), 'symmetric')",
  "ops.pad(x, ((0, 0), (1, 2), (2, 1)), 'edge')",
  "ops.pad(x, 1)",
  "ops.concatenate([x, y], 1)",
  "ops.concatenate([x, i[:, :, None]], -1)",
  "ops.stack([x, y], 1)",
  "ops.stack([x, y], -1)",
  "ops.hstack([x, y])",
  "ops.vstack([x, y])",
  "ops.dstack([x, y])",
  "ops.append(x, y, 1)",
  "*ops.split(x, 2, 1)",
  "*ops.split(x, [1, 3], -1)",
  "*ops.split(q, 3, -1)",
  "*ops.array_split(x, 3, 2)",
  "*ops.unstack(x, axis=1)",
  "ops.unstack(x, axis=2)[3] + ops.unstack(x, axis=2)[0]",
  "*ops.meshgrid(row[0], v[0])",
  "*ops.meshgrid(row[0], v[0], indexing='ij')",
  "x[:, -1]",
  "x[..., 1:4:2]",
  "x[:, ::-1]",
  "x[0]",
  "i[:, 1]",
];

const INDEXING = [
  "ops.take(x, 2, axis=1)",
  "ops.take(x, -1, axis=2)",
  "ops.take(x, [0, 3, -1], axis=1)",
  "ops.take(x, [[0, 3], [1, 1]], axis=-1)",
  "ops.take(x, i, axis=2)",
  "ops.take(row, i, axis=1)",
  "ops.take(x, [0, 2, 1])",
  "ops.take(flat, np.array([1, 2]), axis=1)",
  "ops.take(x, ops.argmax(y[0, 0]), axis=2)",
  "ops.take_along_axis(x, k - 1, axis=1)",
  "ops.take_along_axis(x, k, axis=2)",
  "ops.take_along_axis(x, i[:, :, None], axis=2)",
  "ops.take_along_axis(x, ops.expand_dims(ops.argmax(y, -1), -1), -1)",
  "ops.take_along_axis(q, k[:, :, :, None], axis=-1)",
  "ops.sort(x)",
  "ops.sort(x, 1)",
  "ops.argsort(x)",
  "ops.argsort(i * 4 + np.arange(4, dtype='int32'), 1)",
  "ops.sort(i)",
  "*ops.top_k(x, 3)",
  "ops.top_k(x, 2)[0]",
  "ops.top_k(i, 4)[0]",
  "ops.in_top_k(i[:, 0], x[:, 0], 2)",
  "ops.one_hot(i, 4)",
  "ops.one_hot(i, 4, axis=1)",
  "ops.one_hot(i - 1, 4, dtype='int32')",
  "ops.multi_hot(i, 4)",
  "ops.searchsorted(ops.sort(v[0]), row[0])",
  "ops.digitize(x, np.array([-0.5, 0.0, 0.5], 'float32'))",
  "ops.slice(x, (0, 1, 2), (3, 2, 2))",
  "ops.tril(x)",
  "ops.triu(x, 1)",
  "ops.tril(x, -1)",
  "ops.diagonal(x, axis1=1, axis2=2)",
  "ops.diagonal(x, 1, 1, 2)",
  "ops.diagonal(x, -1, 2, 1)",
  "ops.trace(x, 0, 1, 2)",
  "ops.diag(row[0])",
  "ops.diag(v[0], 1)",
  "ops.diag(x[0])",
  "ops.diff(x)",
  "ops.diff(x, 2, 1)",
  "ops.trapezoid(x, dx=0.5, axis=1)",
  "ops.diagflat(v[0], -1)",
];

const LINEAR = [
  "ops.matmul(x, ops.swapaxes(y, 1, 2))",
  "x @ q[:, 0]",
  "ops.matmul(x, row[0])",
  "ops.matmul(q, q[0, :, :1, :, None][:, 0])",
  "ops.matmul(row, ops.transpose(x[0]))",
  "ops.matmul(q[:, :, :2], ops.swapaxes(q[:, 1:2], 2, 3))",
  "ops.matmul(x[:, None], q)",
  "ops.dot(row, q[0, 0])",
  "ops.dot(x, row[0])",
  "ops.dot(x, 2.0)",
  "ops.dot(x, q[0])",
  "ops.tensordot(x, q, axes=[[1, 2], [1, 2]])",
  "ops.tensordot(x, q[0], 2)",
  "ops.tensordot(x, row[0], 1)",
  "ops.tensordot(row, v, 0)",
  "ops.inner(x, row)",
  "ops.outer(row[0], v[0])",
  "ops.vdot(x, y) + v",
  "ops.kron(row, v)",
  "ops.cross(v, v[:, ::-1])",
  "ops.einsum('bij,bkj->bik', x, y)",
  "ops.einsum('...ij,...j->...i', x, row)",
  "ops.einsum('bij->bj', x)",
  "ops.einsum('bij,bij', x, y) + v",
  "ops.einsum('bij,bjkl->bikl', x, ops.swapaxes(q[:, :, :, :, None], 1, 2)[..., 0])",
  "ops.einsum('bij,bj,bk->bik', x, row, v)",
  "ops.einsum('bqd,bkd->bqk', x, y)",
  "ops.einsum('bij,jk->bik', x, q[0, 0])",
  "ops.einsum('ij->ji', row)",
  "ops.einsum('bii->bi', x[:, :, :4])",
  "ops.matmul(i, k)",
  "ops.einsum('...i,...i->...', x, x[:, :1])",
];

const OTHERS = [
  "ops.fabs(x)",
  "ops.erfc(x)",
  "ops.fliplr(x)",
  "ops.flipud(x)",
  "*ops.hsplit(x, 2)",
  "*ops.vsplit(x, [1])",
  "*ops.dsplit(x, [2, 3])",
  "ops.percentile(x, 40) * v",
  "ops.percentile(x, [10, 75], keepdims=True)",
  "ops.saturate_cast(x * 300, 'uint8')",
  "ops.saturate_cast(x * 300, 'int8')",
  "ops.convert_to_tensor(x, 'float32')",
  "ops.array(i, dtype='float32')",
  "ops.depth_to_space(ops.concatenate([q, q[..., :2]], -1), 2)",
  "ops.space_to_depth(q[:, :, :4], 2)",
];

const NEURAL = [
  "ops.max_pool(q, 2, 2)",
  "ops.average_pool(q, 2, 1, 'same')",
  "ops.max_pool(x, 2, 1, 'same')",
  "ops.average_pool(q, 2, 1, 'same', data_format='channels_first')",
  "ops.max_pool(q, 2, 1, data_format='channels_first')",
  "ops.conv(q, ops.convert_to_tensor(np.linspace(-1, 1, 2 * 2 * 6 * 3).reshape(2, 2, 6, 3), 'float32'), 1, 'same')",
  "ops.conv(x, ops.reshape(q[0], (4, 5, 6)), 1, 'valid')",
  "ops.depthwise_conv(q, np.linspace(-1, 1, 24).reshape(2, 2, 6, 1).astype('float32'), 1, 'valid')",
  "ops.separable_conv(q, np.linspace(-1, 1, 24).reshape(2, 2, 6, 1).astype('float32'), np.linspace(-1, 1, 12).reshape(1, 1, 6, 2).astype('float32'))",
  "ops.batch_normalization(x, row[0], p[0, 0], 2, y[0, 0], u[0, 0])",
  "ops.batch_normalization(x, row[0], p[0, 0], axis=-1, epsilon=0.01)",
  "ops.rms_normalization(x, row[0])",
  "ops.layer_normalization(x, row[0], y[0, 0], axis=-1)",
  "ops.dot_product_attention(q, q * 0.5, q + 1)",
  "ops.dot_product_attention(q, q[:, :3], q[:, :3], is_causal=True, scale=0.3)",
  "ops.dot_product_attention(q, q[:, :, :1], q[:, :, :1], bias=ops.sum(x) * np.ones((1, 1, 4, 4), 'float32'), mask=np.tri(4, dtype=bool)[None, None])",
];

const BITS = [
  "ops.bitwise_and(i, k[:, :, 0])",
  "ops.bitwise_or(i, k[:, :, 1])",
  "ops.bitwise_xor(i * 3, k[:, :, 2])",
  "ops.bitwise_not(i)",
  "ops.bitwise_invert(i)",
  "ops.bitwise_left_shift(i, 3)",
  "ops.left_shift(i, k[:, :, 0])",
  "ops.bitwise_right_shift(i - 3, 1)",
  "ops.right_shift(i * 9, k[:, :, 1])",
  "ops.gcd(i * 6, k[:, :, 0] * 4)",
  "ops.lcm(i - 2, k[:, :, 0])",
  "ops.ldexp(x, k)",
  "ops.fmax(x, ops.log(y))",
  "ops.fmin(x, ops.log(y))",
  "ops.fmod(x, 0.3)",
  "ops.fmod(x, p)",
  "ops.fmod(i - 2, 3)",
  "ops.erfinv(u)",
  "ops.signbit(x)",
  "ops.signbit(i - 2)",
  "ops.real(x)",
  "ops.conj(x)",
  "ops.conjugate(i)",
  "ops.imag(x)",
  "ops.isreal(x)",
  "ops.angle(x)",
  "ops.angle(i - 2)",
  "ops.i0(x * 3)",
  "ops.logical_xor(ops.allclose(x, x + 1e-9), x > 0)",
  "ops.empty_like(x) * 0",
];

const RANGES = [
  "ops.linspace(x, y, 4)",
  "ops.linspace(x[:, 0], y[:, 0], 3, endpoint=False, axis=1)",
  "ops.linspace(x, 1, 4, axis=-1)",
  "ops.logspace(x, y, 3)",
  "ops.logspace(x, y, 3, base=2, axis=1)",
  "ops.geomspace(p, 3.0, 4)",
  "ops.geomspace(-p, -2.0, 3)",
  "ops.full((2, 5), row[0])",
  "ops.full((2, 3), i[0, 0])",
  "ops.size(x[0]) * v",
  "ops.ndim(x) + v",
  "ops.vander(row[0])",
  "ops.vander(v[0], 4, increasing=True)",
  "ops.rearrange(x[0], 'h w -> (w h)')",
  "ops.rearrange(q[0], 'h w c -> c (h w)')",
  "ops.corrcoef(row)",
  "ops.corrcoef(x[0])",
  "ops.sort(ops.argpartition(x, 2)[:, :, :2])",
  "ops.sort(ops.argpartition(x, 1, axis=1)[:, 2:], 1)",
];

/** x where it is above -0.5, and NaN elsewhere. */
const gaps = "ops.where(a > -0.5, x, np.nan)";
const SCATTER = [
  ..."nanargmax nanargmin nancumsum nancumprod nanmedian".split(" ").map((name) => `ops.${name}(${gaps}, axis=1)`),
  `ops.nanargmax(${gaps}, axis=-1, keepdims=True)`,
  `ops.nanquantile(${gaps}, 0.3, axis=2)`,
  `ops.nanquantile(${gaps}, [0.25, 0.8], axis=1, keepdims=True)`,
  `ops.nanpercentile(${gaps}, 40) * v`,
  "ops.segment_sum(x[:, 0, 0], np.array([1, 0, 1]), 3)",
  "ops.segment_sum(i[:, 0], np.array([1, 1, 0]), 2)",
  "ops.segment_max(x[:, 1, 0], np.array([0, 0, 1]), 2)",
  "ops.segment_min(x[:, 1, 0], np.array([0, 0, 1]), 2)",
  "ops.segment_prod(a[:, 1, 0], np.array([0, 0, 1]), 2)",
  "ops.scatter(np.array([[0], [4], [0]]), x, (6, 4, 5))",
  "ops.scatter(np.array([[0, 1], [2, 0]]), row[:2, :], (3, 2, 5))",
  "ops.scatter(i[:, :, None][0], row[0, :4], (5,))",
  "ops.scatter_update(row, np.array([[0, 1], [2, 4], [0, 1]]), np.array([1.0, 2.0, 3.0], 'float32'))",
  "ops.scatter_update(x, np.array([[0], [2]]), y[:2, :])",
  "ops.scatter_update(row, np.array([[0, 1], [2, 4], [0, 1]]), v[0], reduction='add')",
  "ops.scatter_update(row, np.array([[0, 1], [2, 4]]), v[0, :2], reduction='max')",
  "ops.scatter_update(row, np.array([[0, 1], [2, 4]]), v[0, :2], reduction='min')",
  "ops.scatter_update(row, np.array([[0, 1], [2, 4]]), np.array([2.0, 3.0], 'float32'), reduction='mul')",
  "ops.slice_update(x, (0, 1, 2), y[:, :2, :2])",
  "*ops.unravel_index(i, (2, 2))",
];

const SPECTRAL = [
  "*ops.fft((x, y))",
  "*ops.fft2((x, y))",
  "*ops.ifft2((x, y))",
  "*ops.rfft(x)",
  "*ops.rfft(x, 8)",
  "*ops.rfft(flat, 7)",
  "ops.irfft((x, y))",
  "ops.irfft((x, y), 7)",
  "ops.irfft((x, y), 12)",
  "ops.irfft(ops.rfft(flat))",
  "*ops.stft(flat, 6, 2, 8)",
  "*ops.stft(flat, 7, 3, 8, window='hamming', center=False)",
  "*ops.stft(flat, 5, 2, 6, window=None)",
  "ops.istft(ops.stft(flat, 6, 2, 8), 6, 2, 8)",
  "ops.istft(ops.stft(flat, 6, 2, 8, window=None), 6, 2, 8, window=None, length=15)",
  "ops.extract_sequences(flat, 6, 4)",
  "ops.extract_sequences(x, 3, 1)",
  "ops.correlate(row[0], v[0])",
  "ops.correlate(v[0], row[0], 'full')",
  "ops.correlate(row[0], v[0], 'same')",
  "ops.correlate(v[0], x[0, :, 0], 'same')",
  "ops.correlate(row[0], x[0, :, 0], 'same')",
];

/** Square matrices that are well conditioned, and symmetric ones that have a root. */
const regular = "(x[:, :, :4] + 4 * np.eye(4, dtype='float32'))";
const positive = "(x @ ops.swapaxes(x, 1, 2) + np.eye(4, dtype='float32'))";
const MATRICES = [
  `ops.inv(${regular})`,
  `ops.inv(x[0, :, :4] - 3 * np.eye(4, dtype='float32')[::-1])`,
  `ops.det(${regular})`,
  `ops.det(-${regular}[:, :3, :3])`,
  `ops.logdet(${regular})`,
  `*ops.slogdet(-${regular}[:, :3, :3])`,
  `ops.solve(${regular}, y)`,
  `ops.solve(${regular}[0], y[0])`,
  `ops.solve_triangular(${regular}, y, lower=True)`,
  `ops.solve_triangular(${regular}, y)`,
  `ops.cholesky(${positive})`,
  `ops.cholesky(${positive}, upper=True)`,
  `ops.cholesky_inverse(${regular}[0])`,
  `ops.cholesky_inverse(${regular}[0], upper=True)`,
];

/** Matrices with more rows than columns. */
const tall = "(ops.swapaxes(x, 1, 2) + 3 * np.eye(5, 4, dtype='float32'))";
const FACTORS = [
  `*ops.qr(${regular})`,
  `*ops.qr(${tall})`,
  `*ops.qr(${tall}, 'complete')`,
  `*ops.qr(-${tall}[0])`,
  "*ops.qr(x + 3 * np.eye(4, 5, dtype='float32'))",
  "*ops.qr(x - 3 * np.eye(4, 5, dtype='float32'), 'complete')",
  `*ops.qr(ops.triu(${regular}))`,
  `*ops.lu_factor(${regular})`,
  `*ops.lu_factor(${regular}[:, ::-1])`,
  `*ops.lu_factor(${tall}[:, ::-1])`,
  "*ops.lu_factor((x - 3 * np.eye(4, 5, dtype='float32'))[0])",
];

/** Logits of 20 steps and 6 classes, how many of the steps count, and how many of 4 labels. */
const logits = "ops.reshape(q, (-1, 20, 6))";
const [steps, labels] = ["k[:, 0, 1] * 3 + 11", "k[:, 0, 0] + 1"];
const CTC = [
  `ops.ctc_loss(i + 1, ${logits}, ${labels}, ${steps})`,
  `ops.ctc_loss(i, ${logits}, ${labels}, ${steps}, mask_index=5)`,
  `ops.ctc_loss(np.array([[1, 1, 2], [3, 2, 1], [2, 2, 2]]), ops.reshape(q, (3, 20, 6)), np.array([3, 2, 0]), np.array([20, 9, 30]))`,
  // With XLA's optimizations off, scores of reshaped logits have the gradient NaN.
  `*ops.ctc_decode(x, ${labels})`,
  `*ops.ctc_decode(y, ${labels}, merge_repeated=False)`,
  `*ops.ctc_decode(x, ${labels}, mask_index=4)`,
  `ops.ctc_decode(${logits}, ${steps})[0]`,
];

const flag = fc.constantFrom("True", "False");
const quoted = (...names: readonly string[]) => fc.constantFrom(...names.map((name) => `'${name}'`));
const fill = quoted("constant", "nearest", "wrap", "mirror", "reflect");
const between = quoted("nearest", "bilinear");
const format = quoted("channels_first", "channels_last");
const value = fc.constantFrom("0", "0.5", "-2");
const corners = "np.array([[0, 0], [4, 0], [0, 3], [4, 3]], 'float32')";
const shifts = "ops.tanh(ops.reshape(flat[:, :8], (3, 4, 2)))";
const points = `(0.3 * ${shifts} + ${corners})`;
/** Their projections are solutions of 8 equations, in which Keras and what it saved differ by more than 1e-6. */
const PERSPECTIVES = fc
  .tuple(
    between,
    value,
    format,
    fc.constantFrom([points, `np.tile(${corners} + 0.2, (3, 1, 1))`], [`np.tile(${corners}, (3, 1, 1))`, points]),
  )
  .map(
    ([by, outside, order, [from, to]]) =>
      `ops.image.perspective_transform(q, ${from}, ${to}, ${by}, ${outside}, ${order})`,
  );
const WARPS: readonly fc.Arbitrary<string>[] = [
  fc
    .tuple(fc.constantFrom("q", "ops.tanh(q[:, :, ::-1])"), between, fill, value, format)
    .map(
      ([x, by, mode, outside, order]) =>
        `ops.image.affine_transform(${x}, 0.3 * flat[:, 2:10] + np.array([1, 0.2, 0.3, -0.1, 0.9, -0.4, 0, 0], 'float32'), ${by}, ${mode}, ${outside}, ${order})`,
    ),
  fc
    .tuple(between, fill)
    .map(
      ([by, mode]) =>
        `ops.image.affine_transform(q[0], np.array([0.8, 0.3, -1.7, -0.4, 1.2, 0.7, 0, 0], 'float32'), ${by}, ${mode})`,
    ),
  fc
    .tuple(
      fc.constantFrom("x, 5 * u[0, :3]", "x[0], 6 * u[0, :2]", "x[:, 1:2], 3 * u[1, :3]"),
      fc.constantFrom("0", "1"),
      fill,
      value,
    )
    .map(([given, order, mode, outside]) => `ops.image.map_coordinates(${given}, ${order}, ${mode}, ${outside})`),
  fc
    .tuple(
      quoted("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5"),
      fc.constantFrom("np.array([1.7, 0.6], 'float32')", "0.1 * u[0, 0, :2] + 1.3", "0.1 * u[0, 0, :2] + 0.6"),
      fc.constantFrom("np.array([-0.4, 1.2], 'float32')", "u[1, 0, :2]"),
      flag,
    )
    .map(
      ([method, scale, shift, smooth]) =>
        `ops.image.scale_and_translate(q, (3, 6, 4, 6), ${scale}, ${shift}, (1, 2), ${method}, ${smooth})`,
    ),
  // Small constants divide differences that are mostly rounding, also in Keras.
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), format, fc.constantFrom("2.0", "3.0"), fc.constantFrom("", "[0]"))
    .map(
      ([size, order, most, at]) =>
        `ops.image.ssim(q${at}, ops.tanh(q)${at}, ${most}, filter_size=${size}, filter_sigma=0.9, k1=0.1, k2=0.3, data_format=${order}) + v[:, 0]`,
    ),
];

const LOSSES = [
  "ops.binary_crossentropy(ops.sigmoid(y), ops.sigmoid(x))",
  "ops.binary_crossentropy(ops.sigmoid(y), x, from_logits=True)",
  "ops.categorical_crossentropy(ops.softmax(y), ops.softmax(x))",
  "ops.categorical_crossentropy(y, p, axis=1)",
  "ops.categorical_crossentropy(y, x, from_logits=True, axis=1)",
  "ops.sparse_categorical_crossentropy(i, ops.softmax(x))",
  "ops.sparse_categorical_crossentropy(i[:, :, None], x, from_logits=True)",
  "ops.psnr(x, y, 2.0) + v",
  "ops.cdist(x, y)",
  "ops.cdist(x, row)",
];

const IMAGES = [
  "ops.image.resize(q, (3, 7))",
  "ops.image.resize(q, (2, 2), antialias=True)",
  "ops.image.resize(q, (8, 3), interpolation='bicubic')",
  "ops.image.resize(q[0], (6, 6), interpolation='nearest')",
  "ops.image.resize(q, (3, 7), data_format='channels_first')",
  "ops.image.resize(q, (3, 6), crop_to_aspect_ratio=True)",
  "ops.image.resize(q, (3, 6), pad_to_aspect_ratio=True, fill_value=0.5)",
  "ops.image.rgb_to_grayscale(q[..., :3])",
  "ops.image.rgb_to_hsv(ops.sigmoid(q[..., :3]))",
  "ops.image.hsv_to_rgb(ops.sigmoid(q[..., :3]))",
  "ops.image.gaussian_blur(q, (3, 5), (0.7, 1.2))",
  "ops.image.gaussian_blur(q, (4, 3), (0.7, 1.2), data_format='channels_first')",
  "ops.image.sobel_edges(q)",
  "ops.image.pad_images(q, 1, 2, target_height=7, target_width=9)",
  "ops.image.crop_images(q, 1, 2, target_height=2, target_width=2)",
  "ops.image.extract_patches(q, (2, 3))",
  "ops.image.extract_patches(q, 2, 1, padding='same')",
  "ops.image.extract_patches(q, 2, 1, 2)",
  "ops.image.extract_patches(q, (2, 2), (1, 2), data_format='channels_first')",
  "ops.unfold(q, 2)",
  "ops.unfold(q, (2, 3), dilation=(1, 2), padding=1, stride=(2, 1))",
  "ops.fold(ops.unfold(q, 2), (5, 6), 2)",
  "ops.fold(ops.unfold(q, 3, padding=1), (5, 6), 3, padding=1)",
];

const LENGTHS = [2, 3, 4];
const lengths = fc.array(fc.constantFrom(...LENGTHS), { minLength: 1, maxLength: 3 });

/** An axis of x, which has the batch's before `rank - 1` others; the batch's own is left alone. */
const axisIn = (rank: number) =>
  fc.integer({ min: 1, max: rank - 1 }).chain((axis) => fc.constantFrom(axis, axis - rank));
const number = fc.integer({ min: -15, max: 15 }).map((tenths) => tenths / 10);

/** Two expressions of x [batch, …], y like x and z, which broadcasts with x. */
const pair = fc
  .constantFrom("+", "-", "*", "maximum", "minimum", "where", "less", "logaddexp", "hypot")
  .chain((name) => fc.constantFrom(["x", "z"], ["z", "y"], ["x", "y"]).map(([a, b]) => ({ name, a, b })))
  .map(({ name, a, b }) => {
    if (name.length === 1) return `${a} ${name} ${b}`;
    return name === "where" ? `ops.where(${a} > ${b}, ${a}, ${b})` : `ops.${name}(${a}, ${b})`;
  });

const alongAxis = (rank: number, shape: readonly number[]) =>
  fc
    .record({ axis: axisIn(rank), keep: fc.boolean(), by: fc.integer({ min: -3, max: 3 }), value: number })
    .chain(({ axis, keep, by, value }) => {
      const length = shape[(axis < 0 ? axis + rank : axis) - 1] as number;
      const kept = `axis=${axis}, keepdims=${keep ? "True" : "False"}`;
      const at = by < 0 ? Math.max(by, -length) : Math.min(by, length - 1);
      return fc.constantFrom(
        ...["sum", "mean", "max", "min", "prod", "std", "logsumexp", "argmax", "argmin", "median"].map(
          (name) => `ops.${name}(x, ${kept})`,
        ),
        ...["cumsum", "cumprod", "sort", "argsort", "flip", "softmax", "log_softmax"].map(
          (name) => `ops.${name}(x, axis=${axis})`,
        ),
        `ops.roll(x, ${by}, ${axis})`,
        `ops.repeat(x, ${Math.abs(by) + 1}, ${axis})`,
        `ops.take(x, ${at}, axis=${axis})`,
        `ops.take(x, [${at}, 0, ${at}], axis=${axis})`,
        `ops.expand_dims(x, ${axis})`,
        `ops.concatenate([x, y], ${axis})`,
        `ops.stack([x, y, x], ${axis})`,
        `ops.unstack(x, ${length}, ${axis})[${at}]`,
        `ops.swapaxes(x, 1, ${axis})`,
        `ops.moveaxis(x, ${axis}, 1)`,
        `ops.clip(x, ${Math.min(value, 0.3)}, ${Math.max(value, 0.3)})`,
        `ops.one_hot(ops.argmax(x, ${axis}), ${length})`,
        `ops.split(x, [${Math.abs(at)}], ${axis})[1]`,
        `ops.diff(x, axis=${axis})`,
      );
    });

const slices = (shape: readonly number[]) =>
  fc
    .tuple(
      ...shape.map((length) =>
        fc.oneof(
          fc.integer({ min: -length, max: length - 1 }).map(String),
          fc
            .tuple(
              fc.option(fc.integer({ min: -length, max: length - 1 })),
              fc.option(fc.integer({ min: -length, max: length })),
              fc.constantFrom(1, 2, -1),
            )
            .map(([start, stop, step]) => `${start ?? ""}:${stop ?? ""}:${step}`)
            .filter((key) => !isEmpty(key, length)),
        ),
      ),
    )
    .map((keys) => `x[:, ${keys.join(", ")}]`);

/** Whether Python's slice takes nothing: gradients of nothing say nothing. */
function isEmpty(key: string, length: number): boolean {
  const [start = "", stop = "", step = ""] = key.split(":");
  const values = Array.from({ length }, (_, i) => i);
  const at = (text: string, otherwise: number) =>
    text === "" ? otherwise : Number(text) < 0 ? Number(text) + length : Number(text);
  const [first, end] = Number(step) > 0 ? [at(start, 0), at(stop, length)] : [at(start, length - 1), at(stop, -1)];
  return values.every((i) => (Number(step) > 0 ? i < first || i >= end : i > first || i <= end));
}

/** Models of random expressions of tensors of random shapes, some of whose axes are open. */
const random = fc.record({ shape: lengths, open: fc.boolean(), ones: fc.nat() }).chain(({ shape, open, ones }) => {
  const rank = shape.length + 1;
  // An axis of length 4 may be open: the oracle's inputs are as long there.
  const input = shape.slice(0, -1).map((length) => (open && length === 4 ? "None" : String(length)));
  const broadcast = shape.map((length, i) => ((ones >> i) & 1 ? 1 : length));
  const product = `ops.matmul(x, ops.swapaxes(y, -1, -2))`;
  return fc
    .array(fc.oneof(pair, alongAxis(rank, shape), slices(shape), ...(rank > 2 ? [fc.constant(product)] : [])), {
      minLength: 8,
      maxLength: 8,
    })
    .map((expressions) => {
      const last = shape.at(-1);
      return `
a = L.Input((${[...input, "3"].join(", ")},)); b = L.Input((${[...broadcast.slice(0, -1), 3].join(", ")},))
x = L.Dense(${last})(a); y = L.Dense(${last}, activation='tanh')(a); z = L.Dense(${broadcast.at(-1)})(b)
keras.Model([a, b], [${expressions.join(", ")}])`;
    });
});

const warps = WARPS.flatMap((each, i) => fc.sample(each, { seed: SEED + i, numRuns: 6 }));
const drawn = fc.sample(random, { seed: SEED, numRuns: 8 });

describe("operations of keras.ops", () => {
  test("as Keras computes them", { timeout: 600_000 }, async () => {
    await expectAsKeras([
      ...many("arithmetic", ARITHMETIC),
      ...many("comparison", COMPARISON),
      ...many("activation", ACTIVATION),
      ...many("reduction", REDUCTION),
      ...many("shape", SHAPE),
      ...many("indexing", INDEXING),
      ...many("linear", LINEAR),
      ...many("neural", NEURAL),
      ...many("others", OTHERS),
      ...many("bits", BITS, { reload: "jax" }),
      ...many("ranges", RANGES, { reload: "jax" }),
      ...many("scatter", SCATTER, { reload: "jax" }),
      ...many("spectral", SPECTRAL, { reload: "jax" }),
      ...many("matrices", MATRICES, { reload: "jax" }),
      ...many("factors", FACTORS, { reload: "jax" }),
      ...many("ctc", CTC, { reload: "jax" }),
      ...many("warps", warps, { reload: "jax", tolerance: OF_PLACES }),
      ...many("perspectives", fc.sample(PERSPECTIVES, { seed: SEED, numRuns: 8 }), {
        reload: "jax",
        tolerance: OF_PLACES,
      }),
      ...many("losses", LOSSES, { reload: "jax" }),
      ...many("images", IMAGES, { reload: "jax" }),
      ...drawn.map((code, i): Case => ({ name: `random_${i}`, code, formats: ["keras"] })),
    ]);
  });
});
