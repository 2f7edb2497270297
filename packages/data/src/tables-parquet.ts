import { DataError } from '@surprisal/core';
import { columnsOfRows } from './tables-json.js';
import type { TableContent } from './tables.js';

/** A Parquet file, compressed in any way. What reads it is loaded when it is needed: CSV and JSON do without. */
export async function readParquet(bytes: Uint8Array, name: string): Promise<TableContent> {
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ]);
  const file = bytes.slice().buffer; // the bytes alone: a Buffer of Node is a window on a larger one
  const rows = await parquetReadObjects({ file, compressors }).catch((error: Error) => {
    throw new DataError(
      `${name}: the Parquet file is corrupt or cut off (${error.message.split('\n')[0]}); copy it again, or write it anew`,
    );
  });
  return { columns: columnsOfRows(rows) };
}
