import { DomainError, Random, sizeOf } from '@surprisal/core';
import {
  type Model,
  type Tensor,
  type Tensor4D,
  add,
  concat,
  conv2d,
  matMul,
  maxPool,
  mean,
  mul,
  relu,
  reshape,
  rsqrt,
  square,
  sub,
  tidy,
  transpose,
} from '@surprisal/core/tensor';
import { type Shapes, drawVariables } from './draw-variables.js';

export interface UNetOptions {
  /** Channels of the images; default 3. */
  readonly channels?: number;
  /** Logits of a pixel; default 2. */
  readonly classes?: number;
  /** Filters of the convolutions at full size; each level below has twice as many. Default 12. */
  readonly width?: number;
  /** Sizes at which images are looked at, each half as large as the one before; default 3. */
  readonly levels?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A model of images: `[batch, height, width, channels]` to logits of every pixel, `[batch, height, width, classes]`. */
export interface UNet extends Model {
  readonly classes: number;
  /** Frees the weights. */
  dispose(): void;
}

/**
 * A small U-Net: two 3x3 convolutions with instance norm and ReLU at each size, halved by max pooling on the way down, doubled by transposed 2x2 convolutions on the
 * way up, where what was seen on the way down is seen again. The weights are drawn from the seed by He's rule, N(0, 2 / fan-in), the same on every engine.
 *
 * @throws DomainError for an option out of range; when called with images whose sides cannot be halved `levels - 1` times
 *
 * Ronneberger, Fischer, Brox: U-Net: Convolutional Networks for Biomedical Image Segmentation, 2015, arXiv:1505.04597. With the norms of
 * Isensee et al.: nnU-Net, 2021, arXiv:1809.10486.
 *
 * @example
 * const { call } = unet({ classes: 2, width: 4, levels: 2 });
 * console.log(call(ones([1, 16, 16, 3])).shape); // [ 1, 16, 16, 2 ]
 */
export function unet(options: UNetOptions = {}): UNet {
  const { channels = 3, classes = 2, width = 12, levels = 3, seed = 0 } = options;
  check({ channels, classes, width, levels });
  const variables = drawVariables(shapesOf({ channels, classes, width, levels }), heWeights(seed));
  const weight = (name: string) => variables[name]!;

  const block = (x: Tensor, name: string): Tensor =>
    [1, 2].reduce((seen, i) => {
      const filtered = conv2d(seen as Tensor4D, weight(`${name}/filters${i}`) as Tensor4D, 1, 'same');
      return relu(instanceNorm(filtered, weight(`${name}/gain${i}`), weight(`${name}/bias${i}`)));
    }, x);

  const call = (images: Tensor): Tensor =>
    tidy(() => {
      checkImages(images, channels, levels);
      const seen: Tensor[] = [block(images, 'down1')];
      for (let level = 2; level <= levels; level++)
        seen.push(block(maxPool(seen.at(-1)! as Tensor4D, 2, 2, 'valid'), `down${level}`));
      let up = seen.pop()!;
      for (let level = levels - 1; level >= 1; level--)
        up = block(concat([seen.pop()!, doubled(up, weight(`up${level}/doubled`))], 3), `up${level}`);
      return add(conv2d(up as Tensor4D, weight('logits') as Tensor4D, 1, 'same'), weight('bias'));
    });

  return { variables, classes, call, dispose: () => Object.values(variables).forEach((one) => one.dispose()) };
}

/** (x - mean) / sd of each channel of each image, scaled and shifted. */
function instanceNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  const centred = sub(x, mean(x, [1, 2], true)); // [B, H, W, C]
  const scale = mul(rsqrt(add(mean(square(centred), [1, 2], true), 1e-5)), gain); // [B, 1, 1, C]
  return add(mul(centred, scale), bias);
}

/** A transposed convolution with a stride of its size, 2 x 2: every pixel becomes four, each a product with a matrix of its own. */
function doubled(x: Tensor, weights: Tensor): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const filters = weights.shape[1]! / 4;
  const four = matMul(reshape(x, [-1, channels]), weights); // [B H W, 4 C'], above left, above right, below left, below right
  const rows = transpose(reshape(four, [batch * height, width, 2, 2 * filters]), [0, 2, 1, 3]); // [B H, 2, W, 2 C']
  return reshape(rows, [batch, 2 * height, 2 * width, filters]);
}

function shapesOf({ channels, classes, width, levels }: Required<Omit<UNetOptions, 'seed'>>): Shapes {
  const block = (name: string, from: number, to: number): Shapes => ({
    [`${name}/filters1`]: [3, 3, from, to],
    [`${name}/gain1`]: [to],
    [`${name}/bias1`]: [to],
    [`${name}/filters2`]: [3, 3, to, to],
    [`${name}/gain2`]: [to],
    [`${name}/bias2`]: [to],
  });
  const widths = Array.from({ length: levels }, (_, i) => width * 2 ** i);
  const down = widths.map((to, i) => block(`down${i + 1}`, widths[i - 1] ?? channels, to));
  const up = widths.slice(0, -1).map((to, i): Shapes => ({
    [`up${i + 1}/doubled`]: [2 * to, 4 * to],
    ...block(`up${i + 1}`, 2 * to, to),
  }));
  return Object.assign({}, ...down, ...up, { logits: [1, 1, width, classes], bias: [classes] }) as Shapes;
}

const heWeights = (seed: number) => {
  const random = new Random(seed).split('weights');
  return (name: string, shape: readonly number[]): Float32Array => {
    if (shape.length === 1) return new Float32Array(shape[0]!).fill(name.includes('/gain') ? 1 : 0);
    return random.split(name).normals(sizeOf(shape), 0, Math.sqrt(2 / sizeOf(shape.slice(0, -1))));
  };
};

function check(sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!(Number.isInteger(size) && size >= 1))
      throw new DomainError(`unet: ${name} must be a whole number of at least 1, got ${size}`);
  }
}

function checkImages({ shape }: Tensor, channels: number, levels: number): void {
  const [height, width] = shape.slice(1) as [number, number];
  const step = 2 ** (levels - 1);
  if (shape.length === 4 && shape[3] === channels && height % step === 0 && width % step === 0) return;
  throw new DomainError(
    `unet: images must be [batch, height, width, ${channels}] with sides that are multiples of ${step}, got [${shape.join(', ')}]`,
  );
}
