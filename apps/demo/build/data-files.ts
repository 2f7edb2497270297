import { Random } from '@surprisal/core';
import { type ImageSet, encodeIdx, mnistFiles as names, subset } from '@surprisal/data';
import { loadMnist, nodeData } from '@surprisal/data/node';
import type { Plugin } from 'vite';
import { TABLES } from '../src/labs/scaling/settings.js';

const TRAIN = 6000;
const TEST = 1000;

/** The data of the labs, beside the page, as `fetchedData` expects it: digits, a book, tables of runs. */
export function dataFiles(): Plugin {
  return {
    name: 'data-files',
    async generateBundle() {
      for (const [fileName, source] of await files()) this.emitFile({ type: 'asset', fileName, source });
    },
    configureServer(server) {
      const made = files().then((all) => new Map(all));
      server.middlewares.use((request, response, next) => {
        void made.then((all) => {
          const source = all.get((request.url ?? '').slice(1));
          if (source === undefined) next();
          else response.end(source);
        });
      });
    },
  };
}

async function files(): Promise<[name: string, content: Uint8Array | string][]> {
  const { text } = await nodeData('moby-dick');
  const tables = TABLES.map(async (name): Promise<[string, string]> => [
    `tables/${name}.json`,
    JSON.stringify(await nodeData(name)),
  ]);
  return [...(await digits()), ['corpora/moby-dick.txt', text], ...(await Promise.all(tables))];
}

/** A fixed part of MNIST, as idx files: few enough digits to load at once, enough to learn from. */
async function digits(): Promise<[string, Uint8Array][]> {
  const { train, test } = await loadMnist();
  const part = (set: ImageSet, size: number) =>
    subset(set, new Random(0).split('demo').permutation(set.length).subarray(0, size));
  const images = ({ length, height, width, images: data }: ImageSet) =>
    encodeIdx({ shape: [length, height, width], data });
  const labels = ({ length, labels: data }: ImageSet) => encodeIdx({ shape: [length], data: Uint8Array.from(data) });
  const [learn, check] = [part(train, TRAIN), part(test, TEST)];
  return [
    [`mnist/${names.trainImages}`, images(learn)],
    [`mnist/${names.trainLabels}`, labels(learn)],
    [`mnist/${names.testImages}`, images(check)],
    [`mnist/${names.testLabels}`, labels(check)],
  ];
}
