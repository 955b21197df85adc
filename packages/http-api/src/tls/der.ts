/** The few forms of DER (X.690) that a certificate is made of. */

const tagged = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content]);
};

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  return [0x82, length >> 8, length & 0xff];
}

export const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
export const setOf = (...parts: readonly Buffer[]): Buffer => tagged(0x31, ...parts);
export const yes: Buffer = tagged(0x01, Buffer.from([0xff]));
export const octets = (content: Buffer): Buffer => tagged(0x04, content);
export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text));
export const bits = (content: Buffer, unused = 0): Buffer => tagged(0x03, Buffer.from([unused]), content);
/** `[n]`, around whole values. */
export const explicit = (n: number, ...parts: readonly Buffer[]): Buffer => tagged(0xa0 | n, ...parts);
/** `[n]`, in the place of the tag of a simple value. */
export const implicit = (n: number, content: Buffer): Buffer => tagged(0x80 | n, content);

/** A number that is not negative, big-endian. */
export function unsigned(content: Buffer): Buffer {
  const from = content.findIndex((byte) => byte !== 0);
  const short = from < 0 ? Buffer.from([0]) : content.subarray(from);
  return tagged(0x02, short[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short);
}

/** `2.5.4.3`. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const arc = (value: number): readonly number[] =>
    value < 0x80 ? [value] : [...arc(value >> 7).map((byte) => byte | 0x80), value & 0x7f];
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(arc)]));
}

/** A second of time. Two forms, by the year, as RFC 5280 4.1.2.5 wants it. */
export function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return digits < '2050' ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}
