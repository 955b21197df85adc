/** `muster support-bundle`: what helps to find a fault, in one file, without secrets. */
import { bytes, counted, printable } from '@muster/render';
import type { Output } from '../commands.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { tarGz } from './archive.ts';
import { type BundleDeps, contentsOf } from './contents.ts';

export interface WriteDeps extends BundleDeps {
  /** Rejects with words when there is something already. */
  readonly mustBeNew: (file: string) => Promise<void>;
  /** A new file, for this user alone. Rejects with words, and leaves nothing behind. */
  readonly save: (file: string, content: Uint8Array) => Promise<void>;
}

/** Ends with 0 when it is written, whatever of it could not be had: the manifest names that. */
export async function writeBundle(deps: WriteDeps, output: Output, file: string): Promise<ExitCode> {
  await deps.mustBeNew(file);
  const { entries, missing } = await contentsOf(deps);
  const packed = tarGz('muster-support', entries, deps.wallNow());
  await deps.save(file, packed);
  output.out(
    `${printable(file)} holds ${counted(entries.length, 'file')}, ${bytes(packed.length)}. Secrets are taken out; look through it before you send it.`,
  );
  for (const why of new Set(missing.map((each) => each.why))) {
    const names = missing.filter((each) => each.why === why).map(({ name }) => name);
    output.error(`Not in it: ${printable(names.join(', '))}: ${printable(why)}`);
  }
  return exitCodes.fine;
}
