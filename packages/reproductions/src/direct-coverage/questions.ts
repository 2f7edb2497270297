import { type NdArray, type Random, ndarray } from '@surprisal/core';

/** What is asked: numbers a and b, with answers of one or more tokens. */
export interface Task {
  readonly name: 'sum' | 'product' | 'digits of the sum';
  /** Tokens of an answer. */
  readonly length: number;
  readonly vocabulary: number;
  /** The tokens of the answer. */
  answer(a: number, b: number): readonly number[];
}

/** The tasks on numbers from 0 to the largest. */
export function tasksOf(largest: number): Task[] {
  return [
    { name: 'sum', length: 1, vocabulary: 2 * largest + 1, answer: (a, b) => [a + b] },
    { name: 'product', length: 1, vocabulary: largest + 1, answer: (a, b) => [(a * b) % (largest + 1)] },
    {
      name: 'digits of the sum',
      length: 2,
      vocabulary: 10,
      answer: (a, b) => [Math.floor((a + b) / 10), (a + b) % 10],
    },
  ];
}

/** Questions with their answers. */
export interface Questions {
  /** `[n, 2 (largest + 1)]`, each number as one of all. */
  readonly inputs: NdArray<Float32Array>;
  /** `[n, length]` */
  readonly answers: NdArray<Int32Array>;
}

/** All pairs of numbers, half of them to learn from. */
export function splitPairs(largest: number, random: Random): { train: Int32Array; test: Int32Array } {
  const pairs = random.permutation((largest + 1) ** 2);
  const half = pairs.length >> 1;
  return { train: pairs.subarray(0, half), test: pairs.subarray(half) };
}

/** The questions of some pairs; pair `a (largest + 1) + b` is of a and b. */
export function questionsOf(task: Task, pairs: Int32Array, largest: number): Questions {
  const numbers = largest + 1;
  const inputs = new Float32Array(pairs.length * 2 * numbers);
  const answers = new Int32Array(pairs.length * task.length);
  pairs.forEach((pair, i) => {
    const [a, b] = [Math.floor(pair / numbers), pair % numbers];
    inputs[i * 2 * numbers + a] = 1;
    inputs[i * 2 * numbers + numbers + b] = 1;
    answers.set(task.answer(a, b), i * task.length);
  });
  return {
    inputs: ndarray(inputs, [pairs.length, 2 * numbers]),
    answers: ndarray(answers, [pairs.length, task.length]),
  };
}
