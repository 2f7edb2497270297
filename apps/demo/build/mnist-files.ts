import { Random } from '@surprisal/core';
import { type ImageSet, encodeIdx, mnistFiles as names, subset } from '@surprisal/data';
import { loadMnist } from '@surprisal/data/node';
import type { Plugin } from 'vite';

const TRAIN = 6000;
const TEST = 1000;

/** A fixed part of MNIST, as idx files under mnist/: few enough digits to load at once, enough to learn from. */
export function mnistFiles(): Plugin {
  const files = async (): Promise<Record<string, Uint8Array>> => {
    const { train, test } = await loadMnist();
    const part = (set: ImageSet, size: number) =>
      subset(set, new Random(0).split('demo').permutation(set.length).subarray(0, size));
    const images = ({ length, height, width, images: data }: ImageSet) =>
      encodeIdx({ shape: [length, height, width], data });
    const labels = ({ length, labels: data }: ImageSet) => encodeIdx({ shape: [length], data: Uint8Array.from(data) });
    const [learn, check] = [part(train, TRAIN), part(test, TEST)];
    return {
      [names.trainImages]: images(learn),
      [names.trainLabels]: labels(learn),
      [names.testImages]: images(check),
      [names.testLabels]: labels(check),
    };
  };
  return {
    name: 'mnist-files',
    async generateBundle() {
      for (const [name, source] of Object.entries(await files()))
        this.emitFile({ type: 'asset', fileName: `mnist/${name}`, source });
    },
    configureServer(server) {
      const made = files();
      server.middlewares.use((request, response, next) => {
        const name = /\/mnist\/([\w-]+)$/.exec(request.url ?? '')?.[1];
        if (!name) return next();
        void made.then((all) => response.end(all[name]));
      });
    },
  };
}
