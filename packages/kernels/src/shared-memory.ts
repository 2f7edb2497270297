/** Whether threads can share memory here: in Node always, in a page when it is isolated from other origins. */
export const canShareMemory = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const HEADER = 8;
const MEMORIES = 5;
const [LIMITED, SHARED] = [1, 3];

/**
 * A compiled module like the given one, but for its memory, which threads can share: a flag in its section of memories. tfjs's
 * SIMD binary is made for one thread and stays so; only the kernels of this package run in several.
 *
 * @throws Error when the bytes are no WebAssembly module with one memory of a limited size
 */
export function withSharedMemory(binary: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(binary);
  const flag = limitsOfMemory(copy);
  if (flag === undefined) throw new Error('it is no WebAssembly module with a memory of limited size');
  copy[flag] = SHARED;
  return copy;
}

/** Where the flag of the memory's limits is. */
function limitsOfMemory(binary: Uint8Array): number | undefined {
  if (!MAGIC.every((byte, i) => binary[i] === byte)) return undefined;
  for (let at = HEADER; at < binary.length;) {
    const { value: length, end } = readNumber(binary, at + 1);
    const limited = binary[at] === MEMORIES && binary[end] === 1 && (binary[end + 1]! & LIMITED) === LIMITED;
    if (limited) return end + 1;
    at = end + length;
  }
  return undefined;
}

/** Seven bits a byte, the lowest first. */
function readNumber(binary: Uint8Array, at: number): { value: number; end: number } {
  const byte = binary[at] ?? 0;
  if (byte < 128) return { value: byte, end: at + 1 };
  const rest = readNumber(binary, at + 1);
  return { value: byte - 128 + 128 * rest.value, end: rest.end };
}
