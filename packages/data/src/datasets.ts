import { type DataLoader, type Datasets, unknownName } from '@surprisal/core';
import { type CorpusName, corpusFrom } from './corpus.js';
import type { SourcedBytes } from './idx.js';
import { mnistFrom } from './mnist.js';
import { once } from './once.js';
import { type RunTableName, runTableFrom } from './run-table.js';

/** Where the bytes of the data sets come from: files of packages in Node, fetched files in a page. */
export interface DataSource {
  /** One of MNIST's four files, by its name. */
  readonly mnist: (file: string) => Promise<SourcedBytes>;
  /** The text of a corpus, UTF-8. */
  readonly corpus: (name: CorpusName) => Promise<SourcedBytes>;
  /** The JSON file of a table of runs. */
  readonly runTable: (name: RunTableName) => Promise<SourcedBytes>;
}

type Name = 'mnist' | CorpusName | RunTableName;

/** All data sets of this package: a new one is an entry here. */
function tableOf({ mnist, corpus, runTable }: DataSource): { readonly [N in Name]: () => Promise<Datasets[N]> } {
  const text = async (name: CorpusName) => corpusFrom(name, await corpus(name));
  const runs = async <N extends RunTableName>(name: N) => runTableFrom(name, await runTable(name));
  return {
    mnist: () => mnistFrom(mnist),
    'moby-dick': () => text('moby-dick'),
    'state-of-the-union': () => text('state-of-the-union'),
    'chinchilla-epoch': () => runs('chinchilla-epoch'),
    'chinchilla-kyo-takano': () => runs('chinchilla-kyo-takano'),
    'henighan-table1': () => runs('henighan-table1'),
    'lr-schedule-loss-curves': () => runs('lr-schedule-loss-curves'),
  };
}

/**
 * The data loader over a source. Each data set is loaded once; after a failure the next call tries again.
 *
 * @throws UnknownNameError for a data set that there is not
 */
export function dataLoader(source: DataSource): DataLoader {
  const table = new Map(Object.entries(tableOf(source)).map(([name, load]) => [name, once<unknown>(load)]));
  return async <N extends keyof Datasets & string>(name: N) => {
    const load = table.get(name);
    if (!load) throw unknownName('data set', String(name), [...table.keys()]);
    return (await load()) as Datasets[N];
  };
}
