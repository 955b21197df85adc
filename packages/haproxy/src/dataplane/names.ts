/** What may be sent as a server: the words that the runtime driver takes, and host names. */
import type { WantedServer } from '../driver.ts';
import { addressWord, hostWord, nameWord, plainAddress, portWord, weightWord } from '../runtime/words.ts';

/** Whether it is an IP address, and no host name. */
export const isAddress = (text: string): boolean => plainAddress(text) !== undefined;

/** A `bad-name` for what cannot be sent. */
export function checkServer(endpoint: string, { name, address, port, weight }: WantedServer): void {
  nameWord(endpoint, 'server', name);
  if (isAddress(address)) addressWord(endpoint, address);
  else hostWord(endpoint, address);
  portWord(endpoint, port);
  weightWord(endpoint, weight);
}

/** Whether two texts are one address or host name. */
export const isSameAddress = (one: string, other: string): boolean => canonical(one) === canonical(other);

function canonical(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  return plainAddress(bare) ?? bare.toLowerCase().replace(/\.$/, '');
}
