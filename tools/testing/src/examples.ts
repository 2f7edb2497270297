import { readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { describe, expect, it, vi } from 'vitest';

/** An example of a document or a docstring. */
export interface Example {
  /** Where it stands: "README.md: losses", "focal.ts:13". */
  readonly name: string;
  readonly code: string;
}

/**
 * Declares one test per example of a package: of its README, of further documents, and of the docstrings of its `src`. A
 * test runs the example in an empty folder of the package and compares what it prints with what it says.
 *
 * - What it says is the comment behind a `console.log`, or the lines of comment below it. All that is printed must be said;
 *   an example that prints nothing is run to see that it does not throw.
 * - In a document, every block of `ts` is an example, named by a comment `<!-- example: NAME -->` before it.
 * - In a docstring, `@example` is code, fenced or not. What its own package or `@surprisal/core` exports need not be
 *   imported there; everything else is imported as a user would write it.
 *
 * @param root the folder of the package, with the slash at its end
 * @param documents further documents, or folders of them, whose imports resolve from this package
 *
 * @example
 * documentedExamples(new URL('..', import.meta.url));
 */
export function documentedExamples(root: URL, documents: readonly URL[] = []): void {
  const readable = [new URL('README.md', root), ...documents].flatMap(markdownFiles);
  const place = (file: string) => relative(fileURLToPath(root), file);
  const written = readable.flatMap((file) => examplesOfDocument(place(file), readFileSync(file, 'utf8')));
  const said = sourceFiles(root).flatMap((file) => examplesOfSource(place(file), readFileSync(file, 'utf8')));

  describe('documented examples', () => {
    it.for(written)('$name', (example) => runExample(example, root));
    const doors = said.length > 0 ? exportedNames(root) : undefined; // once for all
    it.for(said)('$name', async ({ name, code }) => runExample({ name, code: withImports(code, await doors!) }, root));
  });
}

/** The marked examples of a document. */
export function examplesOfDocument(file: string, text: string): Example[] {
  const blocks = text.matchAll(/(?:<!-- example: (\S+) -->\s+)?^```ts\n([^]*?)^```/gm);
  return Array.from(blocks, ([, name, code]) => {
    if (name) return { name: `${file}: ${name}`, code: code! };
    throw new Error(`${file}: put <!-- example: NAME --> before the block of ts that begins: ${code!.split('\n')[0]}`);
  });
}

/** The `@example` blocks of a source file's docstrings. */
export function examplesOfSource(file: string, text: string): Example[] {
  return Array.from(text.matchAll(/^ *\/\*\*\n[^]*?\*\//gm)).flatMap(({ 0: docstring, index }) => {
    const plain = docstring.replace(/^ *(?:\/\*\*|\*\/|\* ?)/gm, '');
    return Array.from(plain.matchAll(/^@example\b([^]*?)(?=^@|(?![^]))/gm)).flatMap(({ 1: block, index: at }) => {
      const line = (text.slice(0, index) + plain.slice(0, at)).split('\n').length;
      const fenced = Array.from(block!.matchAll(/^```ts\n([^]*?)^```/gm), ([, code]) => code!);
      return (fenced.length > 0 ? fenced : [block!]).map((code) => ({ name: `${file}:${line}`, code }));
    });
  });
}

/** What an example says that it prints, line by line. */
export function expectedLines(code: string): string[] {
  const expected: string[] = [];
  let printing: 'no' | 'going on' | 'done' = 'no';
  for (const line of code.split('\n')) {
    const comment = /^ *\/\/ ?(.*)$/.exec(line);
    if (comment && printing !== 'going on') {
      if (printing === 'done') expected.push(comment[1]!);
      continue;
    }
    if (/\bconsole\.log\(/.test(line)) printing = 'going on';
    else if (printing === 'done' && !/^ *}/.test(line)) printing = 'no';
    const end = /\);(?: })?(?: \/\/ (.*))?$/.exec(line);
    if (printing !== 'going on' || !end) continue;
    printing = end[1] === undefined ? 'done' : 'no';
    if (end[1] !== undefined) expected.push(end[1]);
  }
  return expected;
}

/** Runs an example in an empty folder of the package at `root`, and compares what it prints with what it says. */
export async function runExample({ name, code }: Example, root: URL): Promise<void> {
  const before = process.cwd();
  const results = fileURLToPath(new URL('.vitest/', root));
  await mkdir(results, { recursive: true });
  const folder = await mkdtemp(join(results, 'example-'));
  const printed: string[] = [];
  const log = vi
    .spyOn(console, 'log')
    .mockImplementation((...values: unknown[]) => void printed.push(...format(...values).split('\n')));
  try {
    process.chdir(folder);
    const file = join(folder, `${name.replace(/\W+/g, '-')}.ts`);
    await writeFile(file, code);
    await import(/* @vite-ignore */ pathToFileURL(file).href);
  } finally {
    log.mockRestore();
    process.chdir(before);
    await rm(folder, { recursive: true });
  }
  expect(printed, `${name}: what the example prints is not what it says`).toEqual(expectedLines(code));
}

/** An example with the imports it leaves out: names that it uses and does not declare. */
export function withImports(code: string, doors: ReadonlyMap<string, string>): string {
  const identifier = /(?<![\w$]|[^.]\.)[A-Za-z_$][\w$]*/g;
  const declarations = [
    ...code.matchAll(/\b(?:const|let|import)\s+([\w$\s,:*{}[\]]+?)\s*(?:=|\bof\b|\bfrom\b)/g),
    ...code.matchAll(/\b(?:class|function\*?)\s+([\w$]+)/g),
  ];
  const declared = new Set(declarations.flatMap(([, names]) => names!.match(identifier) ?? []));
  const used = new Set(code.match(identifier));
  const missing = [...used].filter((name) => doors.has(name) && !declared.has(name));
  return missing.map((name) => `import { ${name} } from '${doors.get(name)}'; `).join('') + code;
}

/** Where each name is imported from that the package at `root` or core exports. */
async function exportedNames(root: URL): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const core = pathToFileURL(createRequire(import.meta.url).resolve('@surprisal/core/package.json'));
  for (const manifest of [new URL('package.json', root), core]) {
    const { name, exports } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    for (const [door, targets] of Object.entries(exports)) {
      if (typeof targets === 'string') continue;
      const module = (await import(/* @vite-ignore */ new URL(targets['@surprisal/source'], manifest).href)) as object;
      for (const key of Object.keys(module)) if (!names.has(key)) names.set(key, name + door.slice(1));
    }
  }
  names.delete('default');
  return names;
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly '@surprisal/source': string }>>;
}

const markdownFiles = (at: URL): string[] =>
  statSync(at).isFile() ? [fileURLToPath(at)] : filesIn(at).filter((file) => file.endsWith('.md'));

const sourceFiles = (root: URL): string[] =>
  filesIn(new URL('src/', root), true).filter((file) => /(?<!\.test|\.d)\.ts$/.test(file));

const filesIn = (folder: URL, recursive = false): string[] =>
  readdirSync(folder, { encoding: 'utf8', recursive })
    .sort()
    .map((file) => join(fileURLToPath(folder), file));
