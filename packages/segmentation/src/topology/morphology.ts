import type { Mask } from './mask.js';
import { framed, unframed } from './neighbourhood.js';

/** A mask with the pixels that share an edge with it. */
export function dilatedByPlus(mask: Mask): Mask {
  const { data, stride } = framed(mask);
  const grown = data.map((value, at) =>
    value === 1 || data[at - 1] === 1 || data[at + 1] === 1 || data[at - stride] === 1 || data[at + stride] === 1
      ? 1
      : 0,
  );
  return unframed({ data: grown, stride }, mask.shape);
}

/** The pixels of a mask that share an edge with what is outside of it, the outside of the image too. */
export function boundaryOf(mask: Mask): Mask {
  const { data, stride } = framed(mask);
  const edge = data.map((value, at) =>
    value === 1 && (data[at - 1]! & data[at + 1]! & data[at - stride]! & data[at + stride]!) === 0 ? 1 : 0,
  );
  return unframed({ data: edge, stride }, mask.shape);
}
