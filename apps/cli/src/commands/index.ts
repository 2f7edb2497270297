import type { CliCommand } from '../command.js';
import { compare } from './compare.js';
import { completion } from './completion.js';
import { decode } from './decode.js';
import { divergence } from './divergence.js';
import { doctor } from './doctor.js';
import { fit } from './fit.js';
import { info } from './info.js';
import { list } from './list.js';
import { reproduce } from './reproduce.js';
import { resume } from './resume.js';
import { runs } from './runs.js';
import { tokenize } from './tokenize.js';

/** Adds a command to the program. Its file names usage, flags and examples alone; what it does is loaded when it runs. */
export type Declare = (program: CliCommand) => CliCommand;

/** All commands, as help groups them. */
export const commands: Readonly<Record<string, readonly Declare[]>> = {
  'Methods and papers:': [list, info, reproduce, compare],
  'Your own data:': [fit, divergence, decode, tokenize],
  'Runs:': [resume, runs],
  'This installation:': [doctor, completion],
};
