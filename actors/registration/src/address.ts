/** Addresses as client.keys has them (`reference/agent-info.md` 1). Pure; never throws. */

/**
 * `any`, an address or CIDR, as it is to be written: a legacy bitmask becomes the length of its prefix, all else stays as
 * it is. Undefined: no such address.
 */
export function addressOf(text: string): string | undefined {
  if (text === 'any') return text;
  const [address = '', mask, ...rest] = text.split('/');
  if (rest.length > 0) return undefined;
  const bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : undefined;
  if (bits === undefined) return undefined;
  if (mask === undefined) return address;
  const prefix = bits === 32 && mask.includes('.') ? prefixOf(mask) : numberOf(mask);
  return prefix === undefined || prefix > bits ? undefined : `${address}/${prefix}`;
}

/** Decimal without leading zeros: `010` is 8 to some and 10 to others. */
const numberOf = (text: string): number | undefined => (/^(0|[1-9][0-9]{0,2})$/.test(text) ? Number(text) : undefined);

const octetsOf = (text: string): readonly number[] | undefined => {
  const octets = text.split('.').map(numberOf);
  return octets.length === 4 && octets.every((octet) => octet !== undefined && octet <= 255)
    ? (octets as number[])
    : undefined;
};

const isIpv4 = (text: string): boolean => octetsOf(text) !== undefined;

/** Of `255.255.0.0`: 16. Undefined where ones come after zeros. */
function prefixOf(mask: string): number | undefined {
  const octets = octetsOf(mask);
  if (octets === undefined) return undefined;
  const bits = octets.map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined;
}

/** Eight groups, fewer with one `::`; the last two may be an IPv4 address. */
function isIpv6(text: string): boolean {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return false;
  const first = groupsIn(head, tail === undefined);
  const second = tail === undefined ? 0 : groupsIn(tail, true);
  if (first === undefined || second === undefined) return false;
  return tail === undefined ? first === 8 : first + second <= 7;
}

/** How many groups of 16 bits; undefined where one is none. */
function groupsIn(text: string, mayEndInIpv4: boolean): number | undefined {
  if (text === '') return 0;
  const groups = text.split(':');
  const last = groups.at(-1)!;
  const embedded = mayEndInIpv4 && isIpv4(last);
  const plain = embedded ? groups.slice(0, -1) : groups;
  return plain.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group)) ? plain.length + (embedded ? 2 : 0) : undefined;
}
