/** Tests that need a program which not every machine has. */
import { findHaproxy } from '../adapters/find-haproxy.ts';

/** Why nothing can be tried with the real HAProxy here; undefined: it can. */
export const missingHaproxy = (): string | undefined =>
  findHaproxy() === undefined ? 'there is no haproxy on PATH' : undefined;

/**
 * Whether tests are to run that need `program`: they can, or `MUSTER_REQUIRE` names it, and they are to fail with what
 * is `missing`. Else one line says that `title` is not tried.
 */
export function wantedHere(program: string, title: string, missing: string | undefined): boolean {
  if (missing === undefined || process.env.MUSTER_REQUIRE?.split(',').includes(program) === true) return true;
  process.stdout.write(`${title}: not tried, for ${missing}\n`);
  return false;
}
