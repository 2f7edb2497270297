import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Compiled, readBinary } from './module.js';
import { Pool } from './pool.js';

const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536, shared: true });
const module = new WebAssembly.Module(await readBinary(true));
const compiled = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Compiled;
const pool = new Pool(module, compiled);

beforeAll(() => pool.resize(3));
afterAll(() => pool.resize(1));

const ROWS = 1000;
const N = 8;

/** Adds 1 to every number of rows that are `at` bytes into the memory. */
const addOne = (at: number, rows = ROWS) => {
  const bias = 64;
  new Float32Array(memory.buffer, bias, N).fill(1);
  pool.run('addBias', rows, 1, [at, N, bias, 0, 0, 0], 0);
};
const numbersAt = (at: number) => new Float32Array(memory.buffer, at, ROWS * N);

describe('a pool of threads', () => {
  it('runs every unit once, call after call', () => {
    numbersAt(1024).fill(0);
    for (let i = 1; i <= 3000; i++) addOne(1024, i % 40 === 0 ? ROWS : 1 + (i % ROWS));
    const expected = new Float32Array(ROWS);
    for (let i = 1; i <= 3000; i++)
      expected.subarray(0, i % 40 === 0 ? ROWS : 1 + (i % ROWS)).forEach((_, r, x) => x[r]!++);
    expect(numbersAt(1024).filter((value, i) => value !== expected[Math.floor(i / N)])).toEqual(new Float32Array(0));
  });

  it('sees memory that has grown', () => {
    const at = memory.buffer.byteLength;
    memory.grow(8);
    addOne(at);
    expect(numbersAt(at)).toEqual(new Float32Array(ROWS * N).fill(1));
  });

  it('says when a kernel fails, in whichever thread, and goes on', () => {
    const beyond = memory.buffer.byteLength - ROWS * N * 2; // from about the middle of the rows on
    for (let i = 0; i < 100; i++) expect(() => addOne(beyond)).toThrow(/out of bounds|failed in another thread/);
    numbersAt(1024).fill(0);
    addOne(1024);
    expect(numbersAt(1024)).toEqual(new Float32Array(ROWS * N).fill(1));
  });

  it('changes its size, and does not keep a process from ending', async () => {
    const waitedFor = () => process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)).length;
    const before = waitedFor();
    for (const threads of [1, 4, 2, 3]) {
      await pool.resize(threads);
      expect(pool.threads).toBe(threads);
      numbersAt(1024).fill(0);
      addOne(1024);
      expect(numbersAt(1024)).toEqual(new Float32Array(ROWS * N).fill(1));
    }
    expect(waitedFor()).toBe(before);
    await Promise.all([pool.resize(4), pool.resize(2)]);
    expect(pool.threads).toBe(2);
    await pool.resize(3);
  });
});
