import type { CliCommand } from '../command.js';

/** The value of a flag among the words of a call: `--law x` or `--law=x`. */
export const flagOf = (words: readonly string[], flag: string): string | undefined => flagsOf(words, flag)[0];

/** The values of a flag that may be repeated. */
export const flagsOf = (words: readonly string[], flag: string): string[] =>
  words.flatMap((word, i) => {
    if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1);
    return word === flag ? (words[i + 1] ?? []) : [];
  });

/** Whether help is all that is asked for: what loads no method, is there at once. */
export const asksForHelp = (words: readonly string[]): boolean => words.includes('--help') || words.includes('-h');

/** Gives a command the parameters of methods as flags; a name that is none is left to the action to refuse. */
export async function addMethodFlags(command: CliCommand, kind: string, texts: readonly string[]): Promise<void> {
  const [{ knownPlugins }, { addParameterFlags }] = await Promise.all([
    import('../plugins.js'),
    import('../parameters.js'),
  ]);
  const methods = (await knownPlugins()).registry.methods().filter(({ info }) => info.kind === kind);
  for (const text of texts) {
    const method = methods.find(({ info }) => info.name === text.split(':', 1)[0]);
    if (method) addParameterFlags(command, method.info);
  }
}
