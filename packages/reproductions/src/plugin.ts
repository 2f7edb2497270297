import { definePlugin } from '@surprisal/core';
import { compareLosses } from './compare-losses.js';
import { compSumStudy } from './comp-sum.js';

export default definePlugin({ name: '@surprisal/reproductions', studies: [compSumStudy, compareLosses] });
