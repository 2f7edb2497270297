// Writes down, beside the plugin of the package one stands in, what it says about itself: lists and help then need not load it.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { descriptionOf } from '../../packages/core/dist/discovery.js';
import { describePlugin } from '../../packages/core/dist/index.js';

const { version, surprisal } = JSON.parse(readFileSync('package.json', 'utf8'));
const file = resolve(surprisal.plugin);
const { default: plugin } = await import(pathToFileURL(file).href);
writeFileSync(descriptionOf(file), `${JSON.stringify({ version, ...describePlugin(plugin) })}\n`);
