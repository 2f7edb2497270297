// The examples of the packages below the kit are run here: they themselves cannot use it.
import { documentedExamples } from './examples.js';

for (const name of ['core', 'kernels']) documentedExamples(new URL(`../../../packages/${name}/`, import.meta.url));
