import { documentedExamples } from '@surprisal/testing';

// The examples of the guide are run here, where the imports of all packages resolve.
const root = new URL('../../../', import.meta.url);

documentedExamples(new URL('..', import.meta.url), [new URL('README.md', root), new URL('docs/', root)]);
