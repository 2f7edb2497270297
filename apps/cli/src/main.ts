import { call } from './call.js';
import { exitCodes } from './exit.js';

// A reader that has enough (head, less) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed),
);

await call(process.argv.slice(2));
