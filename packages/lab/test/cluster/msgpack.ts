/** Packs what the codec would refuse to send. Test only: no limits, no checks. */
export function pack(value: unknown): Buffer {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return number(value);
  if (ArrayBuffer.isView(value))
    return Buffer.concat([u32(0xc6, value.byteLength), Buffer.from(value.buffer, value.byteOffset, value.byteLength)]);
  if (Array.isArray(value)) return Buffer.concat([u32(0xdd, value.length), ...value.map(pack)]);
  const fields = Object.entries(value as object);
  return Buffer.concat([u32(0xdf, fields.length), ...fields.flatMap(([name, one]) => [pack(name), pack(one)])]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([bytes.length < 32 ? Buffer.from([0xa0 | bytes.length]) : u32(0xdb, bytes.length), bytes]);
}

function number(value: number): Buffer {
  if (value < 2 ** 32) return u32(0xce, value);
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function u32(tag: number, length: number): Buffer {
  const bytes = Buffer.alloc(5, tag);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/** With its length before it, as manifest blocks go. */
export function lengthed(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** One frame that holds an envelope. */
export const frameOf = (envelope: unknown): Buffer => lengthed(Buffer.concat([Buffer.from([1]), pack(envelope)]));
