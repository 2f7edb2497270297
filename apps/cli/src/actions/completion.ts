import type { CliCommand } from '../command.js';
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

/** The shells that there is a script for. */
export const shells: readonly string[] = Object.keys(scripts);

/** `surprisal completion bash|zsh|fish`: a script that asks this command what may come next. */
export function completion(shell: string): string {
  const script = scripts[shell];
  if (script !== undefined) return script;
  throw new UsageError(`completion: shell must be one of ${shells.join(', ')}, got "${shell}"`);
}

/** What may stand in the place of the last of the words: commands, flags, and the names of what is installed or was run. */
export async function candidates(program: CliCommand, words: readonly string[]): Promise<string[]> {
  const before = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const command = commandOf(program, before);
  const flag = command.options.find(({ long }) => long === before.at(-1));
  const rest = before.slice(before.lastIndexOf(command.name()) + 1);
  if (!flag?.required && last.startsWith('-')) {
    await command.prepare?.(rest).catch(() => {}); // what is mistyped has no flags of its own
    return command.options.flatMap((option) => option.long ?? []);
  }
  // a flag that takes a file, or what the user alone can say, has no offer: the shell completes it
  const place = flag?.required ? flag.long! : '';
  const operands = rest.filter((word) => !word.startsWith('-'));
  const names = [...(await command.offered(place, operands)), ...(place === '' ? namesOf(command) : [])];
  if (command === program) names.push('help');
  return names.filter((name) => name.startsWith(last));
}

const namesOf = (command: CliCommand) => command.commands.map((sub) => sub.name());

const commandOf = (program: CliCommand, words: readonly string[]): CliCommand =>
  words.reduce(
    (command, word) => (command.commands.find((sub) => sub.name() === word) as CliCommand) ?? command,
    program,
  );
