/** Whether threads can share memory here: in Node always, in a page when it is isolated from other origins. */
export const canShareMemory = (): boolean =>
  typeof SharedArrayBuffer !== 'undefined' &&
  (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const HEADER = 8;
const [IMPORTS, MEMORIES] = [2, 5];
const MEMORY = 2;
const [LIMITED, SHARED] = [1, 3];

/**
 * A compiled module like the given one, but for its memory, which threads can share: a flag in its section of memories, or of
 * imports when a memory is all that it imports. tfjs's SIMD binary is made for one thread and stays so; only the kernels of this
 * package run in several.
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
    const flag = binary[end] === 1 ? flagOfMemory(binary, binary[at]!, end + 1) : undefined;
    if (flag !== undefined && (binary[flag]! & LIMITED) === LIMITED) return flag;
    at = end + length;
  }
  return undefined;
}

/** Where the flag is in a section with one entry that begins at `entry`. */
function flagOfMemory(binary: Uint8Array, section: number, entry: number): number | undefined {
  if (section === MEMORIES) return entry;
  if (section !== IMPORTS) return undefined;
  const kind = afterName(binary, afterName(binary, entry));
  return binary[kind] === MEMORY ? kind + 1 : undefined;
}

function afterName(binary: Uint8Array, at: number): number {
  const { value: length, end } = readNumber(binary, at);
  return end + length;
}

/** Seven bits a byte, the lowest first. */
function readNumber(binary: Uint8Array, at: number): { value: number; end: number } {
  const byte = binary[at] ?? 0;
  if (byte < 128) return { value: byte, end: at + 1 };
  const rest = readNumber(binary, at + 1);
  return { value: byte - 128 + 128 * rest.value, end: rest.end };
}
