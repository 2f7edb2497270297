import { useEngine } from '@surprisal/core/tensor';
import { nodeData } from '@surprisal/data/node';
import type { Chart, Point, Series } from '../../src/charts/chart.js';
import { Training } from '../../src/labs/training/training.js';

const STATE = { train: 1024, epochs: 2, filters: 4, rate: 0.03, seed: 1 };

/** The course of the training lab's network with few steps of many digits, and with many of few. */
export async function batchSizes(): Promise<Chart> {
  await useEngine('wasm');
  const data = await nodeData('mnist');
  const series: Series[] = [];
  for (const batch of [16, 64, 256]) {
    const points: Point[] = [];
    const measured = ({ epoch, loss }: { epoch: number; loss: number }) => points.push({ x: epoch, y: loss });
    await new Training({ ...STATE, batch }, { progress: () => {}, measured }).run(data);
    series.push({ key: String(batch), name: `${batch} digits in a step`, points });
  }
  const x = { name: 'epoch', max: STATE.epochs };
  return { title: 'Training loss by batch size', x, y: { name: 'nats', max: 2.5 }, series };
}
