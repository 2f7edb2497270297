import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gaussianKullbackLeibler, kullbackLeibler, wasserstein } from '@surprisal/divergences';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Form, readFlags } from './flags.js';
import { readPair } from './pair.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'surprisal-pair-'))));
afterAll(() => rmSync(folder, { recursive: true }));

type Content = string | Uint8Array;

/** Reads two files `p` and `q` of this content; errors name them without their folder. */
async function read(form: Form, p: Content, q: Content) {
  const [left, right] = ['p', 'q'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(left, p);
  writeFileSync(right, q);
  return readPair(form, [left, right]).catch((error: Error) => {
    throw Object.assign(error, { message: error.message.replaceAll(`${folder}/`, '') });
  });
}

/** An NPY file of float64. */
function npy(values: readonly number[], shape: readonly number[]): Buffer {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117) + '\n';
  const start = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length)}\x00${header}`, 'latin1');
  return Buffer.concat([start, Buffer.from(Float64Array.from(values).buffer)]);
}

const klOf = async (form: Form, p: Content, q: Content) =>
  Array.from(await (await read(form, p, q)).values(kullbackLeibler()));
const KL = 0.510826; // of (1/2, 1/2) from (0.9, 0.1)

describe('distributions in files', () => {
  it.each([
    ['CSV in a row', '0.5,0.5', '0.9,0.1'],
    ['a column, and one with names', '0.5\n0.5\n', 'a,b\n0.9,0.1'],
    ['JSON and NPY', '[0.5, 0.5]', npy([0.9, 0.1], [2])],
    ['NPY of one row, and of one column', npy([0.5, 0.5], [1, 2]), npy([0.9, 0.1], [2, 1])],
  ])('are the same as %s', async (_what, p, q) => {
    expect(await klOf('probabilities', p, q)).toEqual([expect.closeTo(KL, 5)]);
  });

  it('are the same as counts, and as logits', async () => {
    expect(await klOf('counts', '7,7', '18,2')).toEqual([expect.closeTo(KL, 5)]);
    expect(await klOf('logits', '3,3', `${Math.log(9) - 4},-4`)).toEqual([expect.closeTo(KL, 5)]);
    expect(await klOf('logits', '3,3,-inf', `${Math.log(9)},0,-Infinity`)).toEqual([expect.closeTo(KL, 5)]);
  });

  it('are rows of a matrix, each with a divergence of its own', async () => {
    const pair = await read('probabilities', '0.5,0.5\n1,0\n0.2,0.8', '[[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]]');
    expect(pair.rows).toBe(3);
    expect(Array.from(await pair.values(kullbackLeibler()))).toEqual(
      [KL, Math.LN2, 0].map((x) => expect.closeTo(x, 5)),
    );
  });

  it('give the shares of any counts', async () => {
    const counts = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(counts, fc.integer({ min: 1, max: 1000 }), async (row, times) => {
        const [kl] = await klOf('counts', JSON.stringify(row), JSON.stringify(row.map((count) => count * times)));
        expect(Math.abs(kl!)).toBeLessThan(1e-6);
      }),
      { numRuns: 20 },
    );
  });
});

describe('samples and Gaussians in files', () => {
  it('are points on a line or in a plane', async () => {
    expect((await read('samples', '0,1', '3\n4')).values(wasserstein())).toEqual([3]);
    expect((await read('samples', 'x,y\n0,0\n0,0', '[[3, 4]]')).values(wasserstein())).toEqual([5]);
  });

  it('are announced where every pair of them takes long', async () => {
    const many = npy(new Array<number>(10_001).fill(0), [10_001]);
    expect((await read('samples', many, many)).note).toMatch(
      /^10001 points to 10001: what looks at every pair takes long/,
    );
    expect((await read('samples', many, '0,1')).note).toBeUndefined();
  });

  it.each([
    ['JSON of numbers', '{"mean": 0, "covariance": 1}', '{"mean": 1, "covariance": 2}'],
    ['a mean above a variance', '0\n1', '1,2'],
    ['JSON of lists, and NPY', '{"mean": [0], "covariance": [[1]]}', npy([1, 2], [2, 1])],
  ])('are Gaussians by %s', async (_what, p, q) => {
    expect((await read('gaussian', p, q)).values(gaussianKullbackLeibler())).toEqual([
      expect.closeTo((Math.log(2) + 1 - 1) / 2, 9), // (log(v_q / v_p) + (v_p + gap^2) / v_q - 1) / 2
    ]);
  });

  it('take variances or a whole covariance below the mean', async () => {
    const identity = '0,0\n1,1';
    expect((await read('gaussian', identity, '1,2\n1,0\n0,1')).values(gaussianKullbackLeibler())).toEqual([2.5]);
    expect(
      (await read('gaussian', identity, '{"mean":[1,2],"covariance":1}')).values(gaussianKullbackLeibler()),
    ).toEqual([2.5]);
  });

  it('are fitted to samples, with n - 1 in the denominator', async () => {
    const fitted = await read('gaussian of samples', '-1,1', '0,2');
    expect(fitted.values(gaussianKullbackLeibler())).toEqual([expect.closeTo(0.25, 12)]); // variances of 2, a gap of 1
  });
});

describe('what files may not hold is told in one line', () => {
  const sums = 'give --counts to divide by the sum, or --logits if these are scores';
  it.each<[Form, Content, Content, string]>([
    ['probabilities', '0.5,0.4', '1,0', `p: the distribution must sum to 1 within 0.0001, got 0.9; ${sums}`],
    ['probabilities', '1,0\n0,1', '1,0\n2,0', `q: row 2 must sum to 1 within 0.0001, got 2; ${sums}`],
    ['probabilities', '1.5,-0.5', '1,0', 'p: value 2 must be at least 0 and finite, got -0.5; give --logits if these are scores, or mend it'],
    ['probabilities', npy([1, NaN], [2]), '1,0', 'p: value 2 must be at least 0 and finite, got NaN; give --logits if these are scores, or mend it'],
    ['probabilities', '0.5,0.5', '0.2,0.3,0.5', 'q: must hold 2 classes, as p, got 3 classes; give both over the same classes'],
    ['probabilities', '1,0\n0,1', '1,0', 'q: must hold 2 rows of 2 classes, as p, got 2 classes; give both over the same classes'],
    ['probabilities', '[[[1, 0], [0, 1]], [[1, 0], [0, 1]]]', '1', 'p: must be a vector of classes or a matrix [rows, classes], got [2, 2, 2]'],
    ['probabilities', '1,0', '', 'q: the file is empty; expected numbers'],
    ['probabilities', npy([], [0]), '1', 'p: must hold numbers, got none, in the shape [0]'],
    ['probabilities', '1,x', '1,0', 'p: no numbers stand below the names of the columns'],
    ['probabilities', '1,0\n1,nan', '1,0', 'p: row 2, column 2 must be a number, got "nan"; mend it, or leave it out'],
    ['counts', '1,2\n0,0', '1,2\n1,1', 'p: row 2 must have a count above 0, got none; leave it out'],
    ['counts', '1,-2', '1,1', 'p: value 2 must be at least 0 and finite, got -2; mend it, or leave the class out of both files'],
    ['logits', '1,1e39', '1,1', 'p: value 2 must be a score below 3.4e38, got 1e+39; mend it, or write -inf to mask the class'],
    ['logits', '-inf,-inf', '1,1', 'p: the distribution must have a finite score, got none; mask fewer classes'],
    ['samples', npy([1, 2, 3, NaN], [2, 2]), '1,1', 'p: row 2, column 2 must be finite, got NaN; leave the point out'],
    ['samples', '[[[1]]]', '1', 'p: must be a point per row, [n, d], or numbers [n], got [1, 1, 1]'],
    ['samples', '1,2\n3,4', '1,2', 'q: must be in 2 dimensions, as p, got 1 (one row or one column alone is points on a line); give both the same columns'],
    ['gaussian', '0,0\n1,1\n1,1\n1,1', '0,1', 'p: must be a mean [d] above variances [d] or a covariance [d, d], so [2, d] or [d + 1, d], got [4, 2]'],
    ['gaussian', '{"mean": 0}', '0,1', 'p: must have "mean" and "covariance", got no "covariance"; add it'],
    ['gaussian', '{"mean": "a", "covariance": 1}', '0,1', 'p: mean must be a number, or numbers in lists, got "a"; write it anew'],
    ['gaussian', '0,-1', '0,1', 'p: the Gaussian.covariance must have variances of at least 0, got -1 in dimension 0'],
    ['gaussian of samples', '[[1, 2]]', '1,2', 'p: must hold at least 2 points for --gaussian, got 1'],
  ])('%s: %j, %j', async (form, p, q, message) => {
    await expect(read(form, p, q)).rejects.toThrow(message);
  }); // prettier-ignore

  it('names a file that is missing, the first one first', async () => {
    await expect(readPair('samples', ['/nowhere/p.csv', '/nowhere/q.csv'])).rejects.toThrow(
      '/nowhere/p.csv: cannot be read (ENOENT); there is no such file',
    );
  });
});

describe('flags', () => {
  const files = ['p.csv', 'q.csv'] as const;

  it('say what files hold, and so which divergences take them', () => {
    expect(readFlags(files, {})).toEqual({ form: 'probabilities', kind: 'divergence', all: false, bits: false });
    expect(readFlags(files, { counts: true, bits: true })).toMatchObject({
      form: 'counts',
      kind: 'divergence',
      bits: true,
    });
    expect(readFlags(files, { samples: true, all: true })).toMatchObject({ kind: 'sample-divergence', all: true });
    expect(readFlags(files, { samples: true, gaussian: true }).form).toBe('gaussian of samples');
  });

  it('name one form', () => {
    expect(() => readFlags(files, { logits: true, samples: true })).toThrow(
      '--logits and --samples: files hold one of these; give one',
    );
    expect(() => readFlags(['-', '-'], {})).toThrow('divergence: p and q cannot both stand on stdin; name a file');
  });
});
