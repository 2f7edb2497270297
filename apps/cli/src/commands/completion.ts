import type { Command } from 'commander';
import { UsageError } from '../exit.js';

const scripts: Readonly<Record<string, string>> = {
  bash: `_surprisal() {
  COMPREPLY=($(compgen -W "$(surprisal __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _surprisal surprisal
`,
  zsh: `#compdef surprisal
_surprisal() {
  compadd -- \${(f)"$(surprisal __complete "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)"}
}
compdef _surprisal surprisal
`,
  fish: `complete -c surprisal -f -a '(surprisal __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
};

/** `surprisal completion bash|zsh|fish`: a script that asks this command what may come next. */
export function completion(shell: string): string {
  const script = scripts[shell];
  if (script !== undefined) return script;
  throw new UsageError(`completion: shell must be one of ${Object.keys(scripts).join(', ')}, got "${shell}"`);
}

/** What may stand in the place of the last of the words: commands, flags, and the names of what is installed or was run. */
export async function candidates(program: Command, words: readonly string[]): Promise<string[]> {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const command = commandOf(program, before);
  const flag = command.options.find(({ long }) => long === before.at(-1));
  if (flag?.required) return []; // what it takes is a file for the shell to complete, or the user's to say
  if (last.startsWith('-')) return command.options.flatMap((option) => option.long ?? []);
  const names =
    command === program ? [...namesOf(program), 'help'] : [...namesOf(command), ...(await operands(command))];
  return names.filter((name) => name.startsWith(last));
}

const namesOf = (command: Command) => command.commands.map((sub) => sub.name());

const commandOf = (program: Command, words: readonly string[]): Command =>
  words.reduce((command, word) => command.commands.find((sub) => sub.name() === word) ?? command, program);

async function operands(command: Command): Promise<string[]> {
  const name = command.name();
  if (name === 'completion') return Object.keys(scripts);
  if (['resume', 'compare', 'export'].includes(name) && (name !== 'compare' || command.parent?.name() === 'runs')) {
    const [{ listRuns }, { rootOf }] = await Promise.all([import('../run/list.js'), import('./runs.js')]);
    return ['last', ...listRuns(await rootOf({})).map((run) => run.path)];
  }
  if (!['list', 'info', 'reproduce', 'compare'].includes(name)) return [];
  const { registry } = await (await import('../plugins.js')).loadPlugins();
  const kinds = registry.kinds.map((kind) => kind.name);
  const methods = registry.methods().map(({ info }) => info.name);
  const studies = registry.studies.filter(({ compares }) => name === 'info' || !compares).map((study) => study.name);
  if (name === 'info') return [...methods, ...studies];
  return name === 'reproduce' ? studies : name === 'list' ? kinds : [...kinds, ...methods];
}
