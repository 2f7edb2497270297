// A process that calls the built command again and again, and loads once what it needs. It is told words, and tells what they did.
import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { call } from '../dist/call.js';

const written = { stdout: [], stderr: [] };
for (const [name, chunks] of Object.entries(written))
  process[name].write = (chunk) => chunks.push(Buffer.from(chunk)) > 0;

const take = (name) => Buffer.concat(written[name].splice(0)).toString();

process.on('message', async ({ args, cwd, env, input }) => {
  process.chdir(cwd);
  process.argv.splice(2, Infinity, ...args);
  process.env = env;
  const stdin = Readable.from(input === undefined ? [] : [Buffer.from(input)]);
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  process.exitCode = undefined;
  await call(args);
  process.send({ code: process.exitCode ?? 0, signal: null, stdout: take('stdout'), stderr: take('stderr') });
});
process.on('disconnect', () => process.exit());
