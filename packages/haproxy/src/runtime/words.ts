/** What may stand in a command. `;` and newlines end one command and begin another: nothing of the kind gets through. */
import { HaproxyError } from '../haproxy-error.ts';

/** What HAProxy itself takes for a name, up to a length that no command line comes near. */
const namePattern = /^[A-Za-z0-9_.:-]{1,128}$/;
const ipv4Pattern = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const hostPattern = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?$/;

/** Shown in an error: short, and without what would upset a terminal or a log. */
export const shown = (text: string): string => {
  const plain = text.replace(/[^\x20-\x7e]/g, '?');
  return plain.length > 160 ? `${plain.slice(0, 160)}… (${text.length} characters)` : plain;
};

/** `text` if it can be a name of a server or backend; else `bad-name`. */
export function nameWord(endpoint: string, what: string, text: string): string {
  if (namePattern.test(text)) return text;
  throw new HaproxyError(
    endpoint,
    'bad-name',
    `the ${what} "${shown(text)}" cannot be sent: letters, digits and . _ : - are allowed, 1 to 128 of them`,
  );
}

/** What HAProxy says that its servers are called: a `bad-answer` for what it would take for no name, or twice. */
export function checkNames(endpoint: string, names: readonly string[]): void {
  const odd = names.find((name) => !namePattern.test(name));
  const [what, name] = odd === undefined ? ['twice', twiceIn(names)] : ['so', odd];
  if (name !== undefined)
    throw new HaproxyError(endpoint, 'bad-answer', `a server is called ${what}: "${shown(name)}"; is this HAProxy?`);
}

function twiceIn(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

/**
 * One spelling for each address, undefined for what is none: `0:0::1` is `::1`. Zones (`fe80::1%eth0`) are
 * refused, HAProxy takes none in a server's address.
 */
export function plainAddress(text: string): string | undefined {
  if (ipv4Pattern.test(text)) return text.replace(/\b0+(?=\d)/g, '');
  if (!/^[0-9A-Fa-f:.]{2,45}$/.test(text) || !text.includes(':')) return undefined;
  try {
    return new URL(`http://[${text}]/`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
}

/** An address that a server may have. The wildcards would point at HAProxy itself. */
export function addressWord(endpoint: string, text: string): string {
  const address = plainAddress(text);
  if (address !== undefined && address !== '0.0.0.0' && address !== '::') return address;
  const why = address === undefined ? 'it is no IP address' : 'it names no single host';
  throw new HaproxyError(endpoint, 'bad-name', `the address "${shown(text)}" cannot be a server's: ${why}`);
}

/** A host name that may be looked up, or written down. */
export function hostWord(endpoint: string, text: string): string {
  if (hostPattern.test(text)) return text;
  throw new HaproxyError(endpoint, 'bad-name', `"${shown(text)}" is neither an IP address nor a host name`);
}

/** A port from 1 to 65535. */
export function portWord(endpoint: string, port: number): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new HaproxyError(endpoint, 'bad-name', `the port ${port} is not one of 1 to 65535`);
}

/** A weight from 1 to 256, as HAProxy counts them. 0 would take the server out without saying so. */
export function weightWord(endpoint: string, weight: number): number {
  if (Number.isInteger(weight) && weight >= 1 && weight <= 256) return weight;
  throw new HaproxyError(endpoint, 'bad-name', `the weight ${weight} is not a whole number from 1 to 256`);
}
