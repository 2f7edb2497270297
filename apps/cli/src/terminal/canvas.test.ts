import { describe, expect, it } from 'vitest';
import { drawCurves } from './canvas.js';
import { smooth } from './smooth.js';

const line = (symbol: string, ys: readonly number[]) => ({ symbol, points: ys.map((y, x) => ({ x, y })) });

describe('drawCurves', () => {
  it('draws axes, and curves with their symbols, in ASCII', () => {
    expect(drawCurves([line('*', [0, 1, 2])], { width: 22, height: 5, ascii: true })).toEqual([
      '       2|          ..*',
      '        |        ...',
      '        |      .*',
      '        |   ...',
      '       0| *..',
      '        +-------------',
      '          0          2',
    ]);
  });

  it('leaves scattered points alone', () => {
    const drawn = drawCurves([{ ...line('*', [0, 2, 1]), scattered: true }], { width: 22, height: 5, ascii: true });
    expect(drawn.join('').match(/[.*]/g)).toEqual(['.', '.', '.']);
  });

  it('fits its width and height, with braille dots', () => {
    const many = Array.from({ length: 500 }, (_, i) => Math.sin(i / 30));
    const lines = drawCurves(
      [
        line('●', many),
        line(
          '▲',
          many.map((y) => -y),
        ),
      ],
      { width: 60, height: 8, ascii: false },
    );
    expect(lines).toHaveLength(10);
    expect(Math.max(...lines.map((text) => text.length))).toBeLessThanOrEqual(60);
    expect(lines.join('')).toMatch(/[\u2801-\u28ff]/);
    for (const symbol of ['●', '▲']) expect(lines.join('').split(symbol).length - 1).toBeGreaterThanOrEqual(6);
  });

  it('draws a level curve, and faint points behind it', () => {
    const [top] = drawCurves([{ ...line('*', [1, 1]), faint: [{ x: 0.5, y: 1.4 }] }], {
      width: 20,
      height: 3,
      ascii: true,
      dim: (text) => `(${text})`,
    });
    expect(top).toContain('(.)');
  });
});

describe('smooth', () => {
  it('is not drawn towards zero at its start, and passes over what is not finite', () => {
    expect(smooth([3, 3, 3], 0.9)).toEqual([3, 3, 3].map((value) => expect.closeTo(value) as number));
    expect(smooth([1, NaN, 2], 0.5)).toEqual([1, NaN, expect.closeTo((0.5 + 2 * 1) / 1.5) as number]);
    expect(smooth([5, 7], 0)).toEqual([5, 7]);
  });
});
