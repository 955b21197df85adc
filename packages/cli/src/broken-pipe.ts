/**
 * Adapter: a reader that went away (`muster nodes | head -1`) is no fault: what is left unsaid is dropped. Output that
 * cannot be written for another reason, as to a full disk, ends the command with 1 and a line that says so.
 */
import { writeSync } from 'node:fs';

type Output = Pick<NodeJS.WriteStream, 'on'>;

/** Ends the command: what it did not say nobody has heard. */
function giveUp(text: string): void {
  try {
    writeSync(2, text);
  } catch {
    // It may be stderr itself that cannot be written.
  }
  process.exit(1);
}

export function bearBrokenPipes(
  streams: readonly Output[] = [process.stdout, process.stderr],
  end: (text: string) => void = giveUp,
): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') end(`The output cannot be written: ${error.code ?? error.message}.\n`);
    });
  }
}
