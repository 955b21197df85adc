/** What went wrong, in the words and with the exit code that the originals have for it. Pure. */
import { ControlError } from '@muster/control';
import { printable } from '@muster/render';
import type { Profile } from './profile.ts';

/** One line for stderr, without its end, and how the command ends. */
export interface Fault {
  readonly text: string;
  readonly code: 0 | 1;
}

/** A request that makes no sense, by the number that the originals have for it. */
export class NumberedError extends Error {
  override readonly name = 'NumberedError';
  readonly number: number;

  constructor(number: number, text: string) {
    super(text);
    this.number = number;
  }
}

/** Why no Muster answers for R, as its configuration says; `invalid`: it is none. */
export type Standstill = 'stopped' | 'disabled' | { readonly invalid: string };

/** `whyStill`: asked where nothing runs. */
export async function faultOf(error: unknown, profile: Profile, whyStill: () => Promise<Standstill>): Promise<Fault> {
  if (error instanceof NumberedError) return numbered(error.number, error.message, profile);
  if (!(error instanceof ControlError)) return { text: `ERROR: ${words(error)}`, code: 1 };
  switch (error.code) {
    case 'not-running':
      return standstill(await whyStill(), profile);
    case 'no-permission':
      return { text: `ERROR: ${words(error)}`, code: 1 };
    // `closed`: the link broke while the master was asked.
    case 'no-master':
    case 'closed':
      return profile === '3.8'
        ? numbered(3016, words(error), profile)
        : numbered(3023, 'Worker node is not connected to master', profile);
    case 'timeout':
      return profile === '3.8'
        ? numbered(1000, 'Timeout waiting local server.', profile)
        : numbered(3020, 'Timeout sending request', profile);
    case 'broken':
      return numbered(3018, words(error), profile);
    default:
      return numbered(1000, words(error), profile);
  }
}

function standstill(why: Standstill, profile: Profile): Fault {
  if (typeof why === 'object') {
    const text = printable(why.invalid);
    return { text: profile === '3.8' ? `Invalid configuration: '${text}'` : `ERROR: ${text}`, code: 1 };
  }
  if (profile === '4.14') return { text: 'ERROR: Cluster is not running.', code: 1 };
  return why === 'disabled'
    ? numbered(3013, 'Cluster is disabled in the configuration of this node', profile)
    : numbered(3012, 'Cluster is not running', profile);
}

/** 4.14 ends with 0 after such an error. What 3.8 did is not known; what a script expects is 1. */
const numbered = (number: number, text: string, profile: Profile): Fault => ({
  text: `ERROR: Error ${number} - ${text}`,
  code: profile === '3.8' ? 1 : 0,
});

const words = (error: unknown): string => printable(error instanceof Error ? error.message : String(error));
