import { readFileSync } from 'node:fs';

/** What a test looks at in an event of TensorBoard. */
export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version: string | undefined;
  readonly tag: string | undefined;
  readonly value: number | undefined;
  readonly text: string | undefined;
}

/**
 * Reads an event file, by the formats' descriptions and with nothing that wrote it.
 *
 * @throws Error for a wrong checksum or a broken frame
 */
export function readEvents(file: string): ReadEvent[] {
  const bytes = readFileSync(file);
  const events: ReadEvent[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    check(bytes.subarray(at, at + 8), bytes.readUInt32LE(at + 8));
    check(data, bytes.readUInt32LE(at + 12 + length));
    events.push(eventOf(data));
    at += 16 + length;
  }
  return events;
}

function check(data: Buffer, masked: number): void {
  const rotated = (masked - 0xa282ead8) >>> 0;
  const crc = ((rotated << 15) | (rotated >>> 17)) >>> 0;
  if (crc !== crc32c(data)) throw new Error(`checksum ${crc} instead of ${crc32c(data)}`);
}

/** CRC-32C, bit by bit. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function eventOf(data: Buffer): ReadEvent {
  const event = fieldsOf(data);
  const value = fieldsOf(fieldsOf(event.get(5)).get(1));
  return {
    wallTime: event.get(1)!.readDoubleLE(),
    step: Number(varint(event.get(2)!, 0).value),
    version: event.get(3)?.toString(),
    tag: value.get(1)?.toString(),
    value: value.get(2)?.readFloatLE(),
    text: fieldsOf(value.get(8)).get(8)?.toString(),
  };
}

/** The last bytes of each field of a protobuf message. */
function fieldsOf(data: Buffer = Buffer.alloc(0)): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < data.length;) {
    const key = varint(data, at);
    const [field, wire] = [Number(key.value >> 3n), Number(key.value & 7n)];
    const { start, end } = extent(data, key.end, wire);
    fields.set(field, data.subarray(start, end));
    at = end;
  }
  return fields;
}

function extent(data: Buffer, at: number, wire: number): { start: number; end: number } {
  if (wire === 0) return { start: at, end: varint(data, at).end };
  if (wire === 1) return { start: at, end: at + 8 };
  if (wire === 5) return { start: at, end: at + 4 };
  const { value, end } = varint(data, at);
  return { start: end, end: end + Number(value) };
}

function varint(data: Buffer, at: number): { value: bigint; end: number } {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n, at++) {
    value |= BigInt(data[at]! & 0x7f) << shift;
    if (data[at]! < 0x80) return { value, end: at + 1 };
  }
}
