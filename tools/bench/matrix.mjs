import { compare } from './contestants.mjs';
import { spread } from './measure.mjs';

/**
 * A group of the report: cases by contestants, each taken in turn by all who have it; ratios are to the base.
 *
 * @param contestants by name; undefined for one that is not there
 * @param allNotes what everyone remarked, not the base alone
 */
export async function matrix({ title, base, contestants, names, quick, allNotes = false }) {
  const present = Object.fromEntries(Object.entries(contestants).filter(([, contestant]) => contestant));
  const cases = {};
  for (const name of names) cases[name] = await measured(present, name, { base, quick, allNotes });
  return { title, base, contestants: Object.keys(present), cases };
}

async function measured(contestants, name, { base, quick, allNotes }) {
  const { times, notes, failed } = await compare(contestants, name, { quick });
  return {
    times: Object.fromEntries(Object.entries(times).map(([who, list]) => [who, withRatio(list, times[base])])),
    notes: Object.fromEntries(
      Object.entries(notes).filter(([who, note]) => note && (allNotes || who.startsWith(base))),
    ),
    failed,
  };
}

/** Median and quartiles of the times, and of their ratios to those of the base in the same rounds. */
const withRatio = (list, base) => ({
  ...spread(list),
  ...(base && list !== base && { ratio: spread(list.map((ms, round) => ms / base[round])) }),
});

/** Ends the processes of contestants. */
export function stopAll(contestants) {
  for (const contestant of Object.values(contestants)) contestant?.stop();
}
