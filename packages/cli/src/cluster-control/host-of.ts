/** `10.0.0.1` of `10.0.0.1:41234`, `fd00::1` of `[fd00::1]:41234`; what has no port stays as it is. Pure. */
export function hostOf(address: string): string {
  const bracketed = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1];
  if (bracketed !== undefined) return bracketed;
  return /^([^:]*):\d+$/.exec(address)?.[1] ?? address;
}
