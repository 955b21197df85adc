/** What the daemon writes of its own before any actor runs. */
import { DiskError } from '@muster/tree';
import { StartError } from '../exit-codes.ts';

/** Does `work`, which writes below `path`; a refusal of the system becomes a `StartError` that names `path` and the cure. */
export async function writingBelow<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    throw new StartError('CANNOT_WRITE', `cannot write below ${new DiskError(code, path).message}`, undefined, error);
  }
}
