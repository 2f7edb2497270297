import type { Command } from 'commander';
import { UsageError } from '../exit.js';

/** `surprisal completion bash|zsh|fish`: a script that completes commands and their flags. */
export function completion(program: Command, shell: string): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    flags: command.options.flatMap((option) => option.long ?? []),
  }));
  const names = commands.map(({ name }) => name).join(' ');
  if (shell === 'fish') {
    return commands
      .flatMap(({ name, summary, flags }) => [
        `complete -c surprisal -n __fish_use_subcommand -f -a ${name} -d '${summary.replaceAll("'", '')}'`,
        ...flags.map((flag) => `complete -c surprisal -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`),
      ])
      .join('\n');
  }
  const cases = commands.map(({ name, flags }) => `    ${name}) words="${flags.join(' ')}" ;;`).join('\n');
  const bash = `_surprisal() {
  local words="${names}"
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _surprisal surprisal`;
  if (shell === 'bash') return bash;
  if (shell === 'zsh') return `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
  throw new UsageError(`completion: shell must be one of bash, zsh, fish, got "${shell}"`);
}
