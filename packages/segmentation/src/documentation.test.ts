import { documentedExamples } from '@surprisal/testing';

documentedExamples(new URL('..', import.meta.url));
