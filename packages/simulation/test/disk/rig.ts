/** A machine with a disk and one process, on a timeline of its own. */
import { openDice } from '../../src/dice.ts';
import { openFileSystem, simulatedDisk } from '../../src/disk/index.ts';
import { openHost } from '../../src/host.ts';
import { openTimeline } from '../../src/timeline.ts';
import { openTrace } from '../../src/trace.ts';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (content: Uint8Array | undefined): string | undefined =>
  content === undefined ? undefined : Buffer.from(content).toString();

/** 2026-01-01, ms. */
export const epochMs = 1_767_225_600_000;

export function openRig(seed = 1) {
  const dice = openDice(seed);
  const trace = openTrace(50);
  const timeline = openTimeline(dice.fork('timeline'), trace);
  const files = openFileSystem({ node: 'n', timeline, wallNow: () => epochMs + timeline.now() });
  let incarnation = 0;
  const start = () => {
    incarnation += 1;
    const host = openHost(timeline, 'n', incarnation);
    return { host, disk: simulatedDisk(files, host, dice.fork(`disk ${incarnation}`)) };
  };
  /** Drives the timeline until the promise is settled, or nothing is left to happen. */
  const done = async <T>(promise: Promise<T>): Promise<T | 'never'> => {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    promise.then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    await timeline.drive(() => outcome !== undefined);
    if (outcome === undefined) return 'never';
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };
  /** Lets so much time pass. */
  const pass = async (ms: number): Promise<void> => {
    let passed = false;
    timeline.after(ms, 'passed', () => {
      passed = true;
    });
    await timeline.drive(() => passed);
  };
  return { dice, trace, timeline, files, start, done, pass, ...start() };
}
