/** Checks of short strings that allocate nothing. */

export function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! >= 0x80) return false;
  return true;
}

/** Whether `bytes[start..end)` is UTF-8 by RFC 3629 section 4: no overlong form, no surrogate, nothing above U+10FFFF. */
export function isShortUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const lead = bytes[at++]!;
    if (lead < 0x80) continue;
    const more = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (more === 0 || at + more > end || !fitsLead(lead, bytes[at]!)) return false;
    for (const last = at + more; at < last; at++) if ((bytes[at]! & 0xc0) !== 0x80) return false;
  }
  return true;
}

/** The second byte's range is narrower after four leads (RFC 3629 section 4). */
function fitsLead(lead: number, second: number): boolean {
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second < 0xa0;
  if (lead === 0xf0) return second >= 0x90;
  return lead === 0xf4 ? second < 0x90 : true;
}

/** Whether a text has half of a surrogate pair, which UTF-8 cannot say. */
export const isTorn = (text: string): boolean => /[\ud800-\udfff]/u.test(text);
