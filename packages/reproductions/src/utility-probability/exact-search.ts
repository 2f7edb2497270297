import { type NextLogits, logSoftmax } from '@surprisal/decoding';

/** What to search. */
export interface ExactRequest {
  readonly next: NextLogits;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** The tokens that end a sequence. */
  readonly stop: readonly number[];
}

/** The most probable of all finished sequences; none when there is none. */
export interface ExactMode {
  readonly tokens: readonly number[];
  /** In nats. */
  readonly logProb: number;
}

/**
 * The most probable finished sequence of at most so many tokens, by depth-first search with bounds: a beginning that is no more probable than the
 * best whole sequence so far cannot become better. As many beginnings are looked at as are more probable than the result: for laws whose
 * best sequence is improbable, too many.
 *
 * Stahlberg, Byrne: On NMT Search Errors and Model Errors: Cat Got Your Tongue?, 2019, arXiv:1908.10090.
 */
export async function exactMode({ next, prompt, maxTokens, stop }: ExactRequest): Promise<ExactMode | undefined> {
  let best: ExactMode | undefined;
  const stops = new Set(stop);
  const beats = (logProb: number) => logProb > (best?.logProb ?? -Infinity);
  const visit = async (tokens: readonly number[], sum: number): Promise<void> => {
    const law = logSoftmax(await next([...prompt, ...tokens]));
    for (const token of stop) {
      if (beats(sum + law[token]!)) best = { tokens: [...tokens, token], logProb: sum + law[token]! };
    }
    if (tokens.length + 1 >= maxTokens) return;
    const promising = Array.from(law.keys()).filter((token) => !stops.has(token) && beats(sum + law[token]!));
    for (const token of promising.sort((a, b) => law[b]! - law[a]!)) {
      if (!beats(sum + law[token]!)) return;
      await visit([...tokens, token], sum + law[token]!);
    }
  };
  await visit([], 0);
  return best;
}
