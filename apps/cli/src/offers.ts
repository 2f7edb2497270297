// The names that completion offers. Each loads what it needs when it is asked.

const registry = async () => (await (await import('./plugins.js')).knownPlugins()).registry;

/** The kinds of methods there are. */
export const kindNames = async (): Promise<string[]> => (await registry()).kinds.map(({ name }) => name);

/** All methods, or those of one kind. */
export const methodNames = async (kind?: string): Promise<string[]> =>
  (await registry()).methods().flatMap(({ info }) => (kind === undefined || info.kind === kind ? info.name : []));

/** All studies, with those that compare methods or without. */
export const studyNames = async ({ comparisons = true } = {}): Promise<string[]> =>
  (await registry()).studies.filter(({ compares }) => comparisons || !compares).map(({ name }) => name);

/** The kinds that some study compares methods of. */
export const comparedKinds = async (): Promise<string[]> => [
  ...new Set((await registry()).studies.flatMap(({ compares }) => compares?.kind ?? [])),
];

/** The tasks on which methods of a kind, or of any, are compared. */
export const taskNames = async (kind?: string): Promise<string[]> =>
  (await registry()).studies.flatMap(({ compares }) =>
    compares && (kind === undefined || compares.kind === kind) ? compares.on : [],
  );

/** What stands for a run. */
export async function runNames(): Promise<string[]> {
  const [{ listRuns }, { rootOf }] = await Promise.all([import('./run/list.js'), import('./actions/runs.js')]);
  return ['last', ...listRuns(await rootOf({})).map((run) => run.path)];
}

/** The corpora that are built in. */
export const corpusNames = async (): Promise<string[]> => Object.keys((await import('@surprisal/data')).corpora);
