/**
 * Optimisers that take a step in one kernel on engines that have it, moments in place, and in plain operations elsewhere, with equal results:
 *
 * | kernel | inputs | attributes | outputs |
 * | --- | --- | --- | --- |
 * | `SurprisalAdam` | `variable`, `gradient`, `m`, `v` | `rate`, `beta1`, `beta2`, `epsilon`, `weightDecay`, `step` (from 1) | `variable`, `m`, `v` after the step |
 * | `SurprisalSgd` | `variable`, `gradient`, `moment` if `momentum` > 0 | `rate`, `momentum`, `nesterov`, `weightDecay` | `variable`, `moment` |
 *
 * A kernel may write moments over the inputs' memory where no other tensor shares it; the variable gets a tensor of its own.
 */
import {
  type NamedAttrMap,
  type Variable,
  engine,
  getBackend,
  getKernel,
  serialization,
} from '@surprisal/kernels/tfjs';
import { DomainError } from '../errors.js';
import {
  type NamedTensorMap,
  Optimizer,
  type Tensor,
  add,
  clone,
  dispose,
  div,
  mul,
  sqrt,
  square,
  sub,
  tidy,
  zerosLike,
} from './ops.js';

/** A tfjs optimiser whose learning rate may be set anew before any step. */
export type AdjustableOptimizer = Optimizer & { learningRate: number };

/** Weights of an optimiser as tfjs passes them. */
type NamedTensor = Parameters<Optimizer['setWeights']>[0][number];

/** What `adam` is told. */
export interface AdamOptions {
  /** At least 0; default 0.001. */
  readonly learningRate?: number;
  /** In [0, 1); default 0.9. */
  readonly beta1?: number;
  /** In [0, 1); default 0.999. */
  readonly beta2?: number;
  /** Greater than 0; default 1e-7, as in TensorFlow; the paper and PyTorch have 1e-8. */
  readonly epsilon?: number;
}

/** What `adamW` is told. */
export interface AdamWOptions extends AdamOptions {
  /** At least 0; default 0.01. */
  readonly weightDecay?: number;
}

/** What `sgd` is told. */
export interface SgdOptions {
  /** At least 0; default 0.01. */
  readonly learningRate?: number;
  /** In [0, 1); default 0. */
  readonly momentum?: number;
  /** Nesterov's momentum; default false. */
  readonly nesterov?: boolean;
  /** At least 0; default 0. Decoupled: see `adamW`. */
  readonly weightDecay?: number;
}

/**
 * Adam: `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`, and in step t from 1
 * `w = w - learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)`. A drop-in for `train.adam`.
 *
 * Kingma and Ba: Adam, a Method for Stochastic Optimization, 2015, arXiv:1412.6980.
 *
 * @throws DomainError for an option out of range
 *
 * @example
 * const w = tensor1d([1, -2]).variable();
 * adam({ learningRate: 0.5 }).minimize(() => sum(square(w)) as Scalar);
 * console.log(w.dataSync().join()); // 0.5,-1.5
 */
export const adam = (options: AdamOptions = {}): AdjustableOptimizer => adamW({ weightDecay: 0, ...options });

/**
 * Adam with decoupled weight decay: a step of Adam from `(1 - learningRate weightDecay) w`, with moments that know nothing of the decay.
 * It is on all variables.
 *
 * Loshchilov and Hutter: Decoupled Weight Decay Regularization, 2019, arXiv:1711.05101.
 *
 * @throws DomainError for an option out of range
 *
 * @example
 * const w = tensor1d([2]).variable();
 * adamW({ learningRate: 0.5, weightDecay: 0.1 }).minimize(() => sum(square(w)) as Scalar);
 * console.log(w.dataSync()[0]!.toFixed(4)); // 1.4000
 */
export const adamW = (options: AdamWOptions = {}): AdjustableOptimizer =>
  new Adam({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.01, ...options });

/**
 * Gradient descent `w = (1 - learningRate weightDecay) w - learningRate d` along the gradient `d = g`, or with `momentum` along
 * `a = momentum a + g`, or with Nesterov's along `g + momentum a`. A drop-in for `train.sgd` and `train.momentum`.
 *
 * Sutskever et al.: On the Importance of Initialization and Momentum in Deep Learning, 2013.
 *
 * @throws DomainError for an option out of range
 *
 * @example
 * const w = tensor1d([4]).variable();
 * const optimizer = sgd({ learningRate: 0.25, momentum: 0.5 });
 * for (let step = 0; step < 3; step++) optimizer.minimize(() => sum(square(w)) as Scalar);
 * console.log(w.dataSync()[0]); // -1
 */
export const sgd = (options: SgdOptions = {}): AdjustableOptimizer =>
  new Sgd({ learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0, ...options });

type Config = Readonly<Record<string, number | boolean>> & { readonly learningRate: number };

interface Range {
  readonly holds: (value: number) => boolean;
  readonly says: string;
}

const atLeast0: Range = { holds: (x) => x >= 0 && x < Infinity, says: 'at least 0' };
const positive: Range = { holds: (x) => x > 0 && x < Infinity, says: 'greater than 0' };
const below1: Range = { holds: (x) => x >= 0 && x < 1, says: 'in [0, 1)' };

function checkRange(owner: string, name: string, value: number, { holds, says }: Range): void {
  if (!holds(value)) throw new DomainError(`${owner}: ${name} must be ${says}, got ${value}`);
}

/** What the optimisers share: moments of each variable, by its place among those that are given. */
abstract class MomentOptimizer<C extends Config> extends Optimizer {
  learningRate: number;
  private moments: { readonly name: string; readonly variable: Variable }[][] = [];

  protected constructor(
    owner: string,
    protected readonly config: C,
    ranges: { readonly [K in keyof C]?: Range },
  ) {
    super();
    for (const [name, range] of Object.entries(ranges)) checkRange(owner, name, config[name] as number, range as Range);
    this.learningRate = config.learningRate;
  }

  protected abstract readonly kernel: string;
  /** What the moments are called: in the kernel, and in names of weights. */
  protected abstract readonly momentNames: readonly (readonly [input: string, suffix: string])[];
  /** The variable and its moments after a step, in plain operations. */
  protected abstract composed(variable: Tensor, gradient: Tensor, moments: readonly Tensor[]): Tensor[];

  override applyGradients(given: NamedTensorMap | NamedTensor[]): void {
    const list = Array.isArray(given) ? given : Object.entries(given).map(([name, tensor]) => ({ name, tensor }));
    tidy(() => list.forEach(({ name, tensor }, i) => this.update(i, engine().registeredVariables[name]!, tensor)));
    this.incrementIterations();
  }

  private update(place: number, variable: Variable, gradient: Tensor | null): void {
    const moments = (this.moments[place] ??= this.momentNames.map(([, suffix]) => ({
      name: `${variable.name}/${suffix}`,
      variable: zerosLike(variable).variable(false),
    })));
    if (!gradient) return;
    const parts = [variable, ...moments.map((moment) => moment.variable)];
    this.step(gradient, parts).forEach((updated, k) => parts[k]!.assign(updated));
  }

  private step(gradient: Tensor, [variable, ...moments]: readonly Tensor[]): Tensor[] {
    if (!getKernel(this.kernel, getBackend())) return this.composed(variable!, gradient, moments);
    const named = Object.fromEntries(this.momentNames.map(([input], k) => [input, moments[k]!]));
    const { learningRate: _, ...rest } = this.config;
    const attributes = { ...rest, rate: this.learningRate, step: this.iterations + 1 } as NamedAttrMap;
    return engine().runKernel(this.kernel, { variable: variable!, gradient, ...named }, attributes);
  }

  /** The count of steps; then the first moments of all variables, the second, as in tfjs's optimisers. */
  override async getWeights(): Promise<NamedTensor[]> {
    const moments = this.momentNames.flatMap((_, k) => this.moments.map((of) => of[k]!));
    return [await this.saveIterations(), ...moments.map(({ name, variable }) => ({ name, tensor: variable }))];
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const given = await this.extractIterations(weights);
    const count = this.momentNames.length === 0 ? 0 : given.length / this.momentNames.length;
    const made = tidy(() => given.map(({ name, tensor }) => ({ name, variable: clone(tensor).variable(false) })));
    this.disposeMoments();
    this.moments = Array.from({ length: count }, (_, i) => this.momentNames.map((_, k) => made[k * count + i]!));
  }

  /** tfjs adds `customObjects` to what `getConfig` gave. */
  static override fromConfig<T extends serialization.Serializable>(
    make: serialization.SerializableConstructor<T>,
    { customObjects: _, ...config }: serialization.ConfigDict,
  ): T {
    return new make(config);
  }

  override getConfig() {
    return { ...this.config, learningRate: this.learningRate };
  }

  override dispose(): void {
    this.disposeMoments();
    this.moments = [];
  }

  private disposeMoments(): void {
    dispose(this.moments.flat().map(({ variable }) => variable));
  }
}

type AdamConfig = Required<AdamWOptions> & Config;

class Adam extends MomentOptimizer<AdamConfig> {
  static readonly className = 'SurprisalAdam';
  protected override readonly kernel = 'SurprisalAdam';
  protected override readonly momentNames = [
    ['m', 'm'],
    ['v', 'v'],
  ] as const;

  constructor(config: AdamConfig) {
    super('adam', config, {
      learningRate: atLeast0,
      beta1: below1,
      beta2: below1,
      epsilon: positive,
      weightDecay: atLeast0,
    });
  }

  protected override composed(variable: Tensor, gradient: Tensor, [m, v]: readonly Tensor[]): Tensor[] {
    const { learningRate, iterations, config } = this;
    const { beta1, beta2, epsilon, weightDecay } = config;
    const step = iterations + 1;
    const first = add(mul(m!, beta1), mul(gradient, 1 - beta1));
    const second = add(mul(v!, beta2), mul(square(gradient), 1 - beta2));
    const size = add(sqrt(mul(second, 1 / (1 - beta2 ** step))), epsilon);
    const kept = mul(variable, 1 - learningRate * weightDecay);
    return [sub(kept, mul(div(first, size), learningRate / (1 - beta1 ** step))), first, second];
  }
}

type SgdConfig = Required<SgdOptions> & Config;

class Sgd extends MomentOptimizer<SgdConfig> {
  static readonly className = 'SurprisalSgd';
  protected override readonly kernel = 'SurprisalSgd';
  protected override readonly momentNames;

  constructor(config: SgdConfig) {
    super('sgd', config, { learningRate: atLeast0, momentum: below1, weightDecay: atLeast0 });
    this.momentNames = config.momentum > 0 ? ([['moment', 'momentum']] as const) : [];
  }

  protected override composed(variable: Tensor, gradient: Tensor, [a]: readonly Tensor[]): Tensor[] {
    const { learningRate, config } = this;
    const { momentum, nesterov, weightDecay } = config;
    const moment = a && add(mul(a, momentum), gradient);
    const direction = moment && nesterov ? add(gradient, mul(moment, momentum)) : (moment ?? gradient);
    const moved = sub(mul(variable, 1 - learningRate * weightDecay), mul(direction, learningRate));
    return moment ? [moved, moment] : [moved];
  }
}

for (const optimizer of [Adam, Sgd]) serialization.registerClass(optimizer as never);
