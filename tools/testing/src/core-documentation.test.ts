// Core's examples are run here, one floor up: core itself cannot use the kit.
import { documentedExamples } from './examples.js';

documentedExamples(new URL('../../../packages/core/', import.meta.url));
