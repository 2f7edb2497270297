import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DataError } from '../errors.js';
import { type LayersModel, type io, loadLayersModel } from './ops.js';

/**
 * Saves a LayersModel in TensorFlow.js's own format: `model.json` and `weights.bin` in a folder, which is made when it is missing.
 *
 * @example
 * const model = sequential({ layers: [layers.dense({ name: 'logits', units: 2, inputShape: [3] })] });
 * await saveLayersModel(model, 'models/small'); // model.json and weights.bin
 */
export async function saveLayersModel(model: LayersModel, folder: string): Promise<void> {
  await model.save({
    save: ({ weightData, weightSpecs, modelTopology }: io.ModelArtifacts) => {
      mkdirSync(folder, { recursive: true });
      const paths = ['weights.bin'];
      const manifest = { format: 'layers-model', modelTopology, weightsManifest: [{ paths, weights: weightSpecs }] };
      write(join(folder, paths[0]!), Buffer.concat(buffers(weightData)));
      write(join(folder, 'model.json'), JSON.stringify(manifest));
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    },
  });
}

/**
 * Loads a LayersModel from its `model.json`, with the weights beside it.
 *
 * @param path the file, or the folder that holds it
 * @throws DataError that names the file, when one is missing or is no such model
 *
 * @example
 * const model = sequential({ layers: [layers.dense({ name: 'logits', units: 2, inputShape: [3] })] });
 * await saveLayersModel(model, 'models/small');
 * console.log((await readLayersModel('models/small')).countParams()); // 8
 */
export async function readLayersModel(path: string): Promise<LayersModel> {
  const file = resolve(path.endsWith('.json') ? path : join(path, 'model.json'));
  const { modelTopology, weightsManifest } = readManifest(file);
  const groups = weightsManifest.flatMap(({ paths }) => paths).map((name) => read(join(dirname(file), name)));
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const weightData = new Uint8Array(Buffer.concat(groups)).buffer;
  const load = () => Promise.resolve({ modelTopology, weightSpecs, weightData });
  return loadLayersModel({ load }).catch((error: Error) => {
    throw new DataError(`${file}: not a model that can be loaded (${error.message.split('\n')[0]}); save it again`);
  });
}

interface Manifest {
  readonly modelTopology: object;
  readonly weightsManifest: { readonly paths: string[]; readonly weights: io.WeightsManifestEntry[] }[];
}

function readManifest(file: string): Manifest {
  const text = read(file).toString('utf8');
  try {
    const manifest = JSON.parse(text) as Partial<Manifest>;
    if (manifest.modelTopology && Array.isArray(manifest.weightsManifest)) return manifest as Manifest;
  } catch {
    // told below, in one way for both
  }
  throw new DataError(`${file}: must be a model.json with modelTopology and weightsManifest; save the model again`);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new DataError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
}

function write(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

const buffers = (data: ArrayBuffer | ArrayBuffer[] | undefined): Buffer[] =>
  (Array.isArray(data) ? data : data ? [data] : []).map((part) => Buffer.from(part));
