/** Times as the two versions write them (`reference/cli-api.md` 2). Clocks of nodes differ: they come from ages. */

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** 4.14: `2026-11-22T10:00:00.123456Z`; microseconds beyond ours are 0. */
export const utcText = (wallMs: number): string => new Date(wallMs).toISOString().replace('Z', '000Z');

/** 3.8: local time, `2026-11-22 10:00:00.12`, with as many `decimals`. */
export function localText(wallMs: number, decimals: 2 | 6): string {
  const at = new Date(wallMs);
  const date = [pad(at.getFullYear(), 4), pad(at.getMonth() + 1), pad(at.getDate())].join('-');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => pad(part)).join(':');
  const fraction = `${pad(at.getMilliseconds(), 3)}000`.slice(0, decimals);
  return `${date} ${time}.${fraction}`;
}
