import { DomainError, type NdArray, ShapeError, ndarray } from '@surprisal/core';
import {
  type EngineName,
  type Tensor,
  concat,
  gradientsOf,
  linspace,
  mul,
  norm,
  reshape,
  slice,
  softmax,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { expectGradient, expectNoLeak, everyEngine, goldens, logits, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hyperbolicCrossEntropy, hyperbolicLogits, hyperbolicPairwiseConfusion, toPoincare } from './hyperbolic.js';
import { oneClassMetrics } from './one-class-metrics.js';
import {
  conformalFactor,
  expmap,
  expmap0,
  logmap0,
  mobiusAdd,
  poincareDistance,
  poincareNorm,
  projectToBall,
} from './poincare.js';
import { pseudoNegatives } from './pseudo-negatives.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

/** Gradients of sum(output * w) with w from -1 to 1.5. */
const weightedGradients = (f: (...given: Tensor[]) => Tensor, inputs: readonly NdArray[]) =>
  gradientsOf(
    (...given) => {
      const output = f(...given);
      return sum(mul(output, reshape(linspace(-1, 1.5, output.size), output.shape)));
    },
    inputs.map((input) => toTensor(input)),
  ).gradients;

goldens(
  import.meta.url,
  '41-hyp-oc',
  {
    poincareOps({ inputs, params: { c } }) {
      const { x, y, u, x_times_3 } = inputs;
      const [mobiusX, mobiusY] = weightedGradients((a, b) => mobiusAdd(a!, b!, c), [x, y]);
      const [distX, distY] = weightedGradients((a, b) => poincareDistance(a!, b!, c), [x, y]);
      return {
        expmap0_u: expmap0(u, c),
        grad_expmap0_u: weightedGradients((t) => expmap0(t!, c), [u])[0]!,
        expmap_x_u: expmap(x, u, c),
        mobius_add_x_y: mobiusAdd(x, y, c),
        grad_mobius_x: mobiusX!,
        grad_mobius_y: mobiusY!,
        dist_x_y: poincareDistance(x, y, c),
        grad_dist_x: distX!,
        grad_dist_y: distY!,
        dist0_x: poincareNorm(x, c),
        logmap0_x: logmap0(x, c),
        conformal_factor_x: conformalFactor(x, c),
        project_3x: projectToBall(x_times_3, c),
      };
    },
    toPoincare({ inputs, params: { c, clipRadius } }) {
      const { features, base_point_tangent: tangent } = inputs;
      const gradients = (riemannianGradient: boolean) =>
        weightedGradients(
          (x, t) => toPoincare(x!, { c, clipRadius, basePoint: t!, riemannianGradient }),
          [features, tangent],
        );
      const [ofFeatures, ofBase] = gradients(true);
      const [plainOfFeatures, plainOfBase] = gradients(false);
      return {
        output: toPoincare(features, { c, clipRadius, basePoint: tangent }),
        grad_features_riemannian: ofFeatures!,
        grad_base_point_riemannian: ofBase!,
        grad_features_euclidean_grad: plainOfFeatures!,
        grad_base_point_euclidean_grad: plainOfBase!,
      };
    },
    hyperbolicMlr({ inputs, params: { c } }) {
      const loss = hyperbolicCrossEntropy({ c });
      const mean = (z: Tensor, a: Tensor, p: Tensor) => loss(z, inputs.labels, { a, p }, { reduction: 'mean' });
      const given = [inputs.x, inputs.a, inputs.p].map((array: NdArray) => toTensor(array));
      const { value, gradients } = gradientsOf((z, a, p) => mean(z!, a!, p!), given);
      return {
        logits: hyperbolicLogits(inputs.x, inputs, c),
        loss: value,
        grad_x: gradients[0]!,
        grad_a: gradients[1]!,
        grad_p: gradients[2]!,
      };
    },
    hypPcLoss({ inputs, params: { c } }) {
      const at = (distance: 'arctan' | 'artanh') => {
        const loss = hyperbolicPairwiseConfusion({ c, distance });
        return gradientsOf((z) => loss(z!, { reduction: 'mean' }), [toTensor(inputs.features_on_ball)]);
      };
      const [official, geodesic] = [at('arctan'), at('artanh')];
      return {
        loss_official_arctan: official.value,
        grad_official_arctan: official.gradients[0]!,
        loss_artanh: geodesic.value,
        grad_artanh: geodesic.gradients[0]!,
      };
    },
    hypOcHead({ inputs, params: { c, clipRadius } }) {
      const { real_features: real, negative_features: negative } = inputs;
      const [batch, d] = real.shape;
      const labels = Int32Array.from({ length: 2 * batch }, (_, i) => (i < batch ? 0 : 1));
      const [crossEntropy, confusion] = [hyperbolicCrossEntropy({ c }), hyperbolicPairwiseConfusion({ c })];
      const head = (r: Tensor, n: Tensor, a: Tensor, p: Tensor) => {
        const points = toPoincare(concat([r, n]), { c, clipRadius });
        return {
          ce: crossEntropy(points, labels, { a, p }, { reduction: 'mean' }),
          pc: confusion(slice(points, [0, 0], [batch, d]), { reduction: 'mean' }),
          scores: slice(softmax(hyperbolicLogits(points, { a, p }, c)), [0, 1], [2 * batch, 1]),
        };
      };
      const given = [real, negative, inputs.a, inputs.p].map((array: NdArray) => toTensor(array)) as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const { ce, pc, scores } = head(...given);
      const { value, gradients } = gradientsOf((r, n, a, p) => {
        const parts = head(r!, n!, a!, p!);
        return parts.ce.add(parts.pc);
      }, given);
      return {
        hyp_ce: ce,
        hyp_pc: pc,
        total: value,
        spoof_score: reshape(scores, [-1]),
        grad_real_features: gradients[0]!,
        grad_negative_features: gradients[1]!,
        grad_a: gradients[2]!,
        grad_p: gradients[3]!,
      };
    },
    pseudoNegativeSampling({ inputs, params: { alpha, covariance_scale: variance } }) {
      const [batches, batch, d] = inputs.features.shape as [number, number, number];
      const batchOf = ({ data }: NdArray, i: number) =>
        ndarray(data.slice(i * batch * d, (i + 1) * batch * d), [batch, d]);
      const epoch = (remembers: 'previous-batch' | 'running') => {
        let remembered: NdArray = ndarray(new Float64Array(d), [d]);
        const made = Array.from({ length: batches }, (_, i) => {
          const [features, draws] = [batchOf(inputs.features, i), batchOf(inputs.normal_draws, i)];
          const drawn = pseudoNegatives(features, draws, { alpha, variance, remembers, remembered });
          ({ remembered } = drawn);
          return drawn;
        });
        const joined = (of: 'centre' | 'negatives', shape: number[]) =>
          ndarray(Float32Array.from(made.flatMap((one) => [...one[of].data])), shape);
        return { means: joined('centre', [batches, d]), negatives: joined('negatives', [batches, batch, d]) };
      };
      const [official, running] = [epoch('previous-batch'), epoch('running')];
      return {
        mean_official_previous_batch: official.means,
        negatives_official: official.negatives,
        mean_running_ema: running.means,
        negatives_running_ema: running.negatives,
      };
    },
    oneClassMetrics({ inputs, params: { threshold_grid } }) {
      const metrics = oneClassMetrics(inputs.scores, inputs.labels, threshold_grid);
      return {
        far_label0_flagged: metrics.falseAlarms,
        frr_label1_missed: metrics.misses,
        acer: metrics.equalError,
        eer: metrics.equalError,
        hter_at_eer_threshold: metrics.equalError,
        auc: metrics.auc,
        accuracy_at_threshold: metrics.accuracy,
      };
    },
  },
  { engines: everyEngine },
);

const runs = { numRuns: 40 };
const curvature = fc.constantFrom(0.01, 0.1, 1);

/** Points in the ball, from tangent vectors. */
const inBall = (rows: number, c: number, tangents: NdArray): NdArray =>
  ndarray(Float32Array.from(expmap0(tangents, c).dataSync()), [rows, tangents.shape[1]!]);

const near = (a: Tensor, b: readonly number[], size: number) =>
  values(a).forEach((value, i) => expect(Math.abs(value - b[i]!)).toBeLessThanOrEqual(size * (1 + Math.abs(b[i]!))));

onEngines(engines, () => {
  describe('the Poincaré ball', () => {
    it('has maps at 0 that undo each other, up to a length of 3 / sqrt(c)', () => {
      fc.assert(
        fc.property(logits(3, 4, 1.5), curvature, (u, c) => {
          const tangents = ndarray(
            u.data.map((value) => value / Math.sqrt(c)),
            u.shape,
          );
          const points = expmap0(tangents, c);
          tidy(() => values(norm(points, 2, 1))).forEach((length) => expect(length * Math.sqrt(c)).toBeLessThan(1));
          near(logmap0(points, c), Array.from(tangents.data), 1e-3);
        }),
        runs,
      );
    });

    it('has an addition with 0 and with an opposite, and a distance that is symmetric', () => {
      fc.assert(
        fc.property(logits(2, 3, 0.5), logits(2, 3, 0.5), curvature, (u, v, c) => {
          const [x, y] = [inBall(2, c, u), inBall(2, c, v)];
          const zero = ndarray(new Float32Array(6), [2, 3]);
          const minus = ndarray(
            x.data.map((value) => -value),
            x.shape,
          );
          near(mobiusAdd(zero, y, c), Array.from(y.data), 2e-5);
          near(mobiusAdd(minus, x, c), [0, 0, 0, 0, 0, 0], 2e-5);
          near(poincareDistance(x, y, c), values(poincareDistance(y, x, c)), 1e-3);
          near(poincareDistance(x, x, c), [0, 0], 1e-3);
        }),
        runs,
      );
    });

    it('keeps points off its edge', () => {
      fc.assert(
        fc.property(logits(3, 4, 1e4), curvature, (x, c) => {
          const lengths = tidy(() => values(norm(projectToBall(x, c), 2, 1)));
          lengths.forEach((length) => expect(length * Math.sqrt(c)).toBeLessThanOrEqual(1 - 1e-3 + 1e-5));
        }),
        runs,
      );
    });

    it('is flat as c tends to 0', () => {
      fc.assert(
        fc.property(logits(2, 3, 1), logits(2, 3, 1), (x, y) => {
          const c = 1e-6;
          near(mobiusAdd(x, y, c), values(tidy(() => toTensor(x).add(toTensor(y)))), 1e-4);
          near(expmap0(x, c), Array.from(x.data), 1e-4);
          near(poincareDistance(x, y, c), values(tidy(() => norm(toTensor(x).sub(toTensor(y)), 2, 1).mul(2))), 2e-3);
          const planes = { a: [[1, -0.5, 2]], p: [[0.1, 0.2, 0]] };
          const flat = [0, 1].map((i) => {
            const z = Array.from(x.data.slice(3 * i, 3 * i + 3));
            return 4 * ((z[0]! - 0.1) * 1 + (z[1]! - 0.2) * -0.5 + z[2]! * 2);
          });
          near(hyperbolicLogits(x, planes, c), flat, 2e-3);
        }),
        runs,
      );
    });

    it('maps 0 to 0, with a finite gradient', () => {
      const { value, gradients } = gradientsOf((u) => sum(expmap0(u!, 0.1)), [toTensor([[0, 0]])]);
      expect(values(value)).toEqual([0]);
      values(gradients[0]!).forEach((slope) => expect(slope).toBeCloseTo(1, 4));
    });

    it('refuses a curvature that is not above 0, and leaves no tensors', () => {
      expect(() => mobiusAdd([0], [0], 0)).toThrow(new DomainError('mobiusAdd: c must be a number above 0, got 0'));
      expectNoLeak(() => poincareDistance([[0.1, 0]], [[0, 0.2]], 1));
      expectNoLeak(() => toPoincare([[1, 2]]));
    });
  });

  describe('features in the ball', () => {
    it('do not change when they grow beyond the clip radius', () => {
      fc.assert(
        fc.property(logits(2, 3, 5), (x) => {
          fc.pre(tidy(() => values(norm(toTensor(x), 2, 1))).every((length) => length > 2.5));
          const longer = ndarray(
            x.data.map((value) => 3 * value),
            x.shape,
          );
          near(toPoincare(longer), values(toPoincare(x)), 1e-4);
        }),
        runs,
      );
    });

    it('have the same values with Riemannian gradients as without, and gradients scaled by the inverse metric', () => {
      const x = [[0.5, -1]];
      const at = (riemannianGradient: boolean) =>
        gradientsOf((t) => sum(toPoincare(t!, { c: 1, riemannianGradient })), [toTensor(x)]);
      const [scaled, plain] = [at(true), at(false)];
      expect(values(scaled.value)).toEqual(values(plain.value));
      const factor = (1 - Math.tanh(Math.hypot(0.5, 1)) ** 2) ** 2 / 4;
      near(
        scaled.gradients[0]!,
        values(plain.gradients[0]!).map((slope) => slope * factor),
        1e-4,
      );
    });

    it('keep gradients when they are clipped: at least 100 times those without, at a scale of 5', () => {
      const x = Float32Array.from({ length: 64 }, (_, i) => 5 * Math.sin(7 * i + 1));
      const size = (clipRadius: number) => {
        const at = (t: Tensor) => sum(toPoincare(t, { clipRadius }));
        const { gradients } = gradientsOf((t) => at(t!), [toTensor(ndarray(x, [4, 16]))]);
        return Math.hypot(...values(gradients[0]!));
      };
      expect(size(2)).toBeGreaterThanOrEqual(100 * size(Infinity));
    });

    it('refuse other shapes and radii', () => {
      expect(() => toPoincare([1, 2])).toThrow(new ShapeError('toPoincare: features must be [batch, d], got [2]'));
      expect(() => toPoincare([[1]], { clipRadius: 0 })).toThrow(DomainError);
      expect(() => toPoincare([[1]], { basePoint: [1, 2] })).toThrow(ShapeError);
    });
  });

  describe('hyperbolic cross-entropy', () => {
    const points = [
      [0.5, -0.2],
      [-1, 0.7],
    ];
    const planes = {
      a: [
        [1, 0.5],
        [-0.3, 2],
      ],
      p: [
        [0.1, 0],
        [0, 0.4],
      ],
    };

    it('has the gradient that differences show, takes dense labels, weights and reductions', async () => {
      const loss = hyperbolicCrossEntropy();
      await expectGradient((z) => loss(z!, [0, 1], planes), [ndarray(Float64Array.from(points.flat()), [2, 2])]);
      const each = values(loss(points, [0, 1], planes));
      near(
        loss(
          points,
          [
            [1, 0],
            [0, 1],
          ],
          planes,
        ),
        each,
        1e-5,
      );
      near(loss(points, [0, 1], planes, { reduction: 'mean', weights: [3, 1] }), [(3 * each[0]! + each[1]!) / 4], 1e-5);
      expectNoLeak(() => loss(points, [0, 1], planes, { reduction: 'mean' }));
    });

    it('takes a normal of 0, and refuses points outside of the ball and other shapes', () => {
      const zero = {
        a: [
          [0, 0],
          [0, 0],
        ],
        p: [
          [0, 0],
          [0, 0],
        ],
      };
      near(hyperbolicCrossEntropy()(points, [0, 1], zero), [Math.LN2, Math.LN2], 1e-5);
      expect(() => hyperbolicLogits([[1, 0]], planes, 1)).toThrow(
        /points must lie in the ball of radius 1, got length 1 in row 0; bring them there/,
      );
      expect(() => hyperbolicLogits([[NaN, 0]], planes, 1)).toThrow(DomainError);
      expect(() => hyperbolicLogits(points, { a: [[1]], p: [[1]] }, 0.1)).toThrow(ShapeError);
    });
  });

  describe('hyperbolic pairwise confusion', () => {
    it('is 0 of equal pairs, does not mind the halves, and arctan is at most artanh, bounded by pi / sqrt(c)', () => {
      fc.assert(
        fc.property(logits(4, 3, 2), curvature, (u, c) => {
          const z = inBall(4, c, u);
          const official = values(hyperbolicPairwiseConfusion({ c })(z));
          const geodesic = values(hyperbolicPairwiseConfusion({ c, distance: 'artanh' })(z));
          official.forEach((value, i) => {
            expect(value).toBeLessThanOrEqual(geodesic[i]! + 1e-5);
            expect(value).toBeLessThanOrEqual(Math.PI / Math.sqrt(c));
          });
          const swapped = ndarray(Float32Array.from([...z.data.slice(6), ...z.data.slice(0, 6)]), [4, 3]);
          near(hyperbolicPairwiseConfusion({ c })(swapped), official, 1e-3);
        }),
        runs,
      );
      near(
        hyperbolicPairwiseConfusion()([
          [0.3, 1],
          [0.3, 1],
        ]),
        [0],
        1e-4,
      );
    });

    it('has the gradient that differences show, leaves the last of an odd batch out, and takes an empty one', async () => {
      const loss = hyperbolicPairwiseConfusion();
      const z = [
        [0.5, -0.2],
        [-1, 0.7],
        [0.3, 0.3],
        [1, 1],
      ];
      await expectGradient((x) => loss(x!, { reduction: 'mean' }), [ndarray(Float64Array.from(z.flat()), [4, 2])]);
      near(loss([...z, [0, 0]], { reduction: 'mean' }), values(loss(z, { reduction: 'mean' })), 1e-6);
      expect(values(loss([[1, 1]], { reduction: 'mean' }))).toEqual([0]);
      expectNoLeak(() => loss(z));
      expect(() => loss([1])).toThrow(ShapeError);
      expect(() =>
        loss([
          [4, 0],
          [0, 0],
        ]),
      ).toThrow(DomainError);
      expect(() => loss(z, { reduction: 'median' as never })).toThrow(DomainError);
    });
  });
});
