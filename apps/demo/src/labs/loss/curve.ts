/** Probabilities of the true class at which a loss is drawn. */
export const probabilities: readonly number[] = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

/** Logits of two classes that give the first one these probabilities. */
export const curveLogits: number[][] = probabilities.map((p) => [Math.log(p / (1 - p)), 0]);
