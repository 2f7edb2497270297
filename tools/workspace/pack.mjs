// Packs every public package and looks at the result as its users would get it: publint and are-the-types-wrong.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './steps.mjs';

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The folders of the packages that are published. */
export const publicPackages = () =>
  ['packages', 'apps']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => !JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).private);

/** Packs a package as it would be published. @returns the path of the tarball */
export function pack(folder, destination) {
  const out = execFileSync('npx', ['--yes', packageManager, 'pack', '--json', '--pack-destination', destination], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const packed = JSON.parse(out.slice(out.search(/[[{]/)));
  return (Array.isArray(packed) ? packed[0] : packed).filename;
}

/** ESM alone is published, so what is said of require() is no fault; nor is a door that holds no types, like package.json. */
const accepted = new Set(['CJSResolvesToESM', 'NoResolution:node10', 'InternalResolutionError:node10']);

async function check(folder) {
  const out = mkdtempSync(join(tmpdir(), 'surprisal-pack-'));
  try {
    const tarball = readFileSync(pack(folder, out));
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true });
    const types = manifest.exports?.['.']
      ? await checkPackage(createPackageFromTarballData(new Uint8Array(data)))
      : { problems: [] };
    const problems = (types.problems ?? []).filter(
      ({ kind, resolutionKind }) => !accepted.has(kind) && !accepted.has(`${kind}:${resolutionKind}`),
    );
    return [
      ...messages.map((message) => formatMessage(message, pkg, { color: false })),
      ...problems.map((problem) => `${problem.kind} at ${problem.entrypoint ?? ''} (${problem.resolutionKind ?? ''})`),
    ].map((text) => `${manifest.name}: ${text}`);
  } finally {
    rmSync(out, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const found = (await Promise.all(publicPackages().map(check))).flat();
  for (const problem of found) console.log(problem);
  console.log(
    found.length === 0 ? `${publicPackages().length} packages are fit to publish` : `${found.length} problems`,
  );
  process.exit(found.length === 0 ? 0 : 1);
}
