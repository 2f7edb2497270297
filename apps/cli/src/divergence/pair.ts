import { ndarray } from '@surprisal/core';
import type { Divergence, GaussianDivergence, SampleDivergence } from '@surprisal/divergences';
import { type DistributionForm, readDistribution, sameClasses } from './distributions.js';
import { type NamedArray, readNumbers } from './file.js';
import type { Form } from './flags.js';
import { type NamedGaussian, fitGaussian, readGaussianFile } from './gaussian.js';
import { dimensionOf, readPoints, sameDimension } from './points.js';

/** What the two files hold, checked: what a divergence of their kind is asked. */
export interface Pair {
  readonly p: PairFile;
  readonly q: PairFile;
  /** How many divergences a method gives; absent for one. */
  readonly rows?: number;
  /** What to know before one waits. */
  readonly note?: string;
  /** The divergence of each row, or one, by an instance of the kind that the form has. */
  values(instance: unknown): Promise<ArrayLike<number>> | ArrayLike<number>;
}

/** A file and the shape of what it holds; of a Gaussian, that of its mean. */
export interface PairFile {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Reads both files.
 *
 * @throws DataError, ShapeError or DomainError in one line that names the file
 */
export async function readPair(form: Form, files: readonly [string, string]): Promise<Pair> {
  if (form === 'gaussian') return gaussians(await both(files, readGaussianFile));
  const [p, q] = await both(files, readNumbers);
  if (form === 'samples') return samples(readPoints(p), readPoints(q));
  if (form === 'gaussian of samples') return gaussians([fitGaussian(readPoints(p)), fitGaussian(readPoints(q))]);
  return distributions(form, readDistribution(form, p), readDistribution(form, q));
}

/** The second is read once the first is right: its mistake is told first. */
async function both<T>([p, q]: readonly [string, string], read: (file: string) => Promise<T>): Promise<[T, T]> {
  const first = await read(p);
  return [first, await read(q)];
}

async function distributions(form: DistributionForm, p: NamedArray, q: NamedArray): Promise<Pair> {
  sameClasses(p, q);
  const { useEngine } = await import('@surprisal/core/tensor');
  await useEngine('wasm'); // in every installation, and fast for many rows
  const from = form === 'logits' ? 'logits' : 'probabilities';
  return {
    p,
    q,
    ...(p.shape.length === 2 && { rows: p.shape[0]! }),
    async values(instance) {
      const rows = (instance as Divergence)(ndarray(p.data, p.shape), ndarray(q.data, q.shape), { from });
      const values = await rows.data();
      rows.dispose();
      return values;
    },
  };
}

/** From so many on, methods that look at every pair take longer than one waits without a word. */
const MANY_PAIRS = 1e8;

function samples(p: NamedArray, q: NamedArray): Pair {
  sameDimension({ name: p.name, dimension: dimensionOf(p) }, { name: q.name, dimension: dimensionOf(q) });
  const [n, m] = [p.shape[0]!, q.shape[0]!];
  return {
    p,
    q,
    ...(n * m > MANY_PAIRS && {
      note: `${n} points to ${m}: what looks at every pair takes long; sliced-wasserstein, and on a line wasserstein and energy, do not`,
    }),
    values: (instance) => [(instance as SampleDivergence)(p, q)],
  };
}

function gaussians([p, q]: readonly [NamedGaussian, NamedGaussian]): Pair {
  sameDimension(p, q);
  const fileOf = ({ name, dimension }: NamedGaussian) => ({ name, shape: [dimension] });
  return {
    p: fileOf(p),
    q: fileOf(q),
    values: (instance) => [(instance as GaussianDivergence)(p.gaussian, q.gaussian)],
  };
}
