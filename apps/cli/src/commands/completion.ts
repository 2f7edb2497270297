import type { Declare } from './index.js';

export const completion: Declare = (program) =>
  program
    .add('completion', 'Print a completion script for a shell.', [
      'completion bash >> ~/.bashrc',
      'completion fish > ~/.config/fish/completions/surprisal.fish',
    ])
    .argument('<shell>', 'bash, zsh or fish')
    .offers('', async () => (await import('../actions/completion.js')).shells)
    .does(
      async (_output, _options, [shell]) =>
        void process.stdout.write((await import('../actions/completion.js')).completion(shell!)),
    );
