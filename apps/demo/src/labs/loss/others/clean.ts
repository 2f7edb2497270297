import type { Barycentric } from '../../../charts/ternary/ternary.js';

/** The margin that the clean input has, of which a perturbation is to take as much as it can. */
export const CLEAN_MARGIN = 2;
export const CLEAN_LOGITS = [CLEAN_MARGIN, 0, 0];

const odds = Math.exp(CLEAN_MARGIN);
/** What the clean input is taken for. */
export const cleanPrediction: Barycentric = [odds / (odds + 2), 1 / (odds + 2), 1 / (odds + 2)];
