import { exitCodes } from '../exit.js';
import type { Declare } from './index.js';

export const doctor: Declare = (program) =>
  program
    .add('doctor', 'Check engines, versions and plugins, and say how to mend what fails.', ['doctor', 'doctor --json'])
    .does(async (output) =>
      (await (await import('../actions/doctor.js')).doctor(output)) ? exitCodes.ok : exitCodes.failed,
    );
