/** Whose requests are counted together. Pure. */

/** The address itself; of IPv6 its first 64 bits, for whoever has one address has all of these. `address`: as a socket tells it. */
export function networkOf(address: string): string {
  const quads = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (quads !== undefined || !address.includes(':')) return quads ?? address;
  const [before = '', after = ''] = address.replace(/%.*$/, '').split('::');
  const groups = before === '' ? [] : before.split(':');
  const last = after === '' ? [] : after.split(':');
  const all = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - last.length)).fill('0'), ...last];
  return `${all.slice(0, 4).join(':')}::/64`;
}
