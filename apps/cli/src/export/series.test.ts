import { describe, expect, it } from 'vitest';
import { seriesOf } from './series.js';

const started = '2026-01-31T12:00:00.000Z';
const seconds = Date.parse(started) / 1000;

describe('seriesOf', () => {
  it('tells labels from what was measured', () => {
    const series = seriesOf(
      [
        { label: 'tau 1', noise: 0.4, seed: 1, epoch: 1, loss: 3, testAccuracy: 80 },
        { label: 'tau 1', noise: 0.4, seed: 2, epoch: 1, loss: 2, testAccuracy: 81 },
        { label: 'tau 1', noise: 0.4, seed: 1, epoch: 2, loss: 1, testAccuracy: 82 },
        { split: 'test', loss: 0.5 },
      ],
      started,
    );
    expect(series.map(({ name }) => name)).toEqual([
      'tau 1, noise 0.4, seed 1',
      'tau 1, noise 0.4, seed 2',
      'split test',
    ]);
    expect(series[0]!.labels).toEqual([
      ['label', 'tau 1'],
      ['noise', 0.4],
      ['seed', 1],
    ]);
    expect(series[0]!.points.map(({ metric, value, step }) => [metric, value, step])).toEqual([
      ['loss', 3, 1],
      ['testAccuracy', 80, 1],
      ['loss', 1, 2],
      ['testAccuracy', 82, 2],
    ]);
  });

  it.each([
    [{ step: 7, loss: 1 }, [['loss', 7]]],
    [{ epoch: 3, loss: 1 }, [['loss', 3]]],
    [
      { step: 700, epoch: 3, loss: 1 },
      [
        ['epoch', 700],
        ['loss', 700],
      ],
    ],
    [
      { epoch: 0.5, loss: 1 },
      [
        ['epoch', 1],
        ['loss', 1],
      ],
    ],
    [{ loss: 1 }, [['loss', 1]]],
  ])('takes the step of %j, or the number of the line', (row, expected) => {
    const [series] = seriesOf([row as Record<string, number>], started);
    expect(series!.points.map(({ metric, step }) => [metric, step])).toEqual(expected);
  });

  it('takes the time of a line, or that of the start', () => {
    const [series] = seriesOf([{ loss: 1, wallTime: 1.8e9 }, { loss: 2 }], started);
    expect(series!.points).toEqual([
      { metric: 'loss', value: 1, step: 1, wallTime: 1.8e9 },
      { metric: 'loss', value: 2, step: 2, wallTime: seconds },
    ]);
  });

  it('reads null as a number that was not finite', () => {
    const [series] = seriesOf([{ loss: null as unknown as number }], started);
    expect(series!.points[0]!.value).toBeNaN();
  });

  it('has no series without lines', () => {
    expect(seriesOf([], started)).toEqual([]);
  });
});
