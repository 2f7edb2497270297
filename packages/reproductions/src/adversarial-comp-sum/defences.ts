import { type Random, ndarray } from '@surprisal/core';
import { type Scalar, type Tensor, add, clipByValue, sum, toTensor } from '@surprisal/core/tensor';
import { crossEntropy, mart, smoothAdversarialCompSum, trades } from '@surprisal/losses';
import type { AdversarialParams } from './params.js';

/** The logits of inputs. */
export type Logits = (inputs: Tensor) => Tensor;

/** What an attack in training makes larger, from a start of its own. */
export interface Attack {
  /** A sum over the examples, of perturbed inputs. */
  objective(perturbed: Tensor): Tensor;
  readonly start: Tensor;
}

/** A way to train: what moves the inputs, and what is then made smaller. */
export interface Defence {
  readonly name: string;
  /** None: there is no attack, and nothing is perturbed. */
  attack?(logits: Logits, clean: Tensor, labels: Int32Array, random: Random): Attack;
  cost(logits: Logits, clean: Tensor, perturbed: Tensor, labels: Int32Array): Scalar;
}

const ce = crossEntropy();
const mean = { reduction: 'mean' } as const;

/** Cross-entropy of clean inputs and of attacked ones, TRADES, MART, and the smooth adversarial comp-sum loss. */
export function defencesOf({ radius, tau, rho, nu, beta }: AdversarialParams): Defence[] {
  const smooth = smoothAdversarialCompSum({ tau, rho, nu });
  const [byTrades, byMart, divergence] = [trades({ beta }), mart({ beta }), trades({ beta: 1 })];
  const onCrossEntropy =
    (start: Start): Defence['attack'] =>
    (logits, clean, labels, random) => ({
      objective: (perturbed) => sum(ce(logits(perturbed), labels)),
      start: start(clean, random),
    });
  const onBoth = (name: string, loss: typeof byTrades, attack: Defence['attack']): Defence => ({
    name,
    attack: attack!,
    cost: (logits, clean, perturbed, labels) => loss(logits(clean), logits(perturbed), labels, mean) as Scalar,
  });
  const anywhere: Start = (clean, random) => startIn(clean, radius, random);
  return [
    { name: 'cross-entropy', cost: (logits, clean, _perturbed, labels) => ce(logits(clean), labels, mean) as Scalar },
    {
      name: 'PGD training',
      attack: onCrossEntropy(anywhere)!,
      cost: (logits, _clean, perturbed, labels) => ce(logits(perturbed), labels, mean) as Scalar,
    },
    onBoth('TRADES', byTrades, (logits, clean, labels, random) => {
      const before = logits(clean); // the cross-entropy of it is constant
      return {
        objective: (perturbed) => sum(divergence(before, logits(perturbed), labels)),
        start: nearby(clean, random),
      };
    }),
    onBoth('MART', byMart, onCrossEntropy(nearby)),
    onBoth('ADV-COMP-SUM', smooth, (logits, clean, labels, random) => {
      const before = logits(clean);
      return {
        objective: (perturbed) => sum(smooth.terms(before, logits(perturbed), labels).smooth),
        start: anywhere(clean, random),
      };
    }),
  ];
}

type Start = (clean: Tensor, random: Random) => Tensor;

/** Anywhere in the ball and the range of pixels. */
export const startIn = (clean: Tensor, radius: number, random: Random): Tensor =>
  clipByValue(add(clean, toTensor(ndarray(random.uniforms(clean.size, -radius, radius), clean.shape))), 0, 1);

/** Where the attacks of TRADES and MART begin. */
const nearby: Start = (clean, random) =>
  add(clean, toTensor(ndarray(random.normals(clean.size, 0, 0.001), clean.shape)));
