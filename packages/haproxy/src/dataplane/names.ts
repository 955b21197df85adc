/** What may be sent as a name or an address: HAProxy's own characters, so that nothing else can be said with it. */
import type { WantedServer } from '../driver.ts';
import { HaproxyError } from '../haproxy-error.ts';

const namePattern = /^[A-Za-z0-9_.:-]{1,255}$/;
const hostPattern =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;

const octets = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Whether it is an address, and no host name. */
export const isAddress = (text: string): boolean => octets.test(text) || isAddress6(text);

const isAddress6 = (text: string): boolean => /^[\da-f.]*:[\da-f:.]*$/i.test(text) && URL.canParse(`http://[${text}]`);

export function checkName(endpoint: string, name: string): void {
  if (namePattern.test(name) && name !== '.' && name !== '..') return;
  const text = `${JSON.stringify(name.slice(0, 100))} is no name for HAProxy: letters, digits and _ . : - only`;
  throw new HaproxyError(endpoint, 'bad-name', `${text}; rename the node, or exclude it from the balance`);
}

export function checkServer(endpoint: string, { name, address, port, weight }: WantedServer): void {
  checkName(endpoint, name);
  if (!isAddress(address) && !hostPattern.test(address)) {
    const text = `${JSON.stringify(address.slice(0, 100))} is neither an address nor a host name`;
    throw new HaproxyError(endpoint, 'bad-name', `server ${name}: ${text}; set the node's address`);
  }
  if (!isWithin(port, 1, 65_535)) throw new HaproxyError(endpoint, 'bad-name', `server ${name}: no port: ${port}`);
  checkWeight(endpoint, name, weight);
}

export function checkWeight(endpoint: string, name: string, weight: number): void {
  if (isWithin(weight, 1, 256)) return;
  throw new HaproxyError(endpoint, 'bad-name', `server ${name}: the weight ${weight} is not in 1 to 256`);
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** Whether two texts are one address or host name. */
export const isSameAddress = (one: string, other: string): boolean => canonical(one) === canonical(other);

function canonical(address: string): string {
  const bare = address.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return isAddress6(bare) ? new URL(`http://[${bare}]`).hostname : bare.replace(/\.$/, '');
}
