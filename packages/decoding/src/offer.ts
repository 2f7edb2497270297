import { type Candidates, findToken } from './candidates.js';

/** A number for each candidate that a sampler offered, kept until one of them is accepted. Plain data, grown when it must be. */
export interface Offer {
  ids: Int32Array;
  values: Float64Array;
  count: number;
}

/** An offer of nothing. */
export const noOffer = (): Offer => ({ ids: new Int32Array(0), values: new Float64Array(0), count: 0 });

/** Notes the candidates and a number for each. */
export function makeOffer(offer: Offer, { ids, count }: Candidates, value: (position: number) => number): void {
  if (offer.ids.length < count) {
    offer.ids = new Int32Array(2 * count);
    offer.values = new Float64Array(2 * count);
  }
  offer.count = count;
  for (let i = 0; i < count; i++) {
    offer.ids[i] = ids[i]!;
    offer.values[i] = value(i);
  }
}

/** Takes a token out of the offer, which is void then: its number, or undefined when it was not offered. */
export function takeOffer(offer: Offer, token: number): number | undefined {
  const position = findToken(offer.ids, offer.count, token);
  offer.count = 0;
  return position < 0 ? undefined : offer.values[position];
}
