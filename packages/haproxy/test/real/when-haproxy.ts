import { execFileSync } from 'node:child_process';
import { findHaproxy } from '@muster/haproxy/testing';

/** Why nothing can be shown with the real one here; undefined when it can. */
function missing(): string | undefined {
  if (findHaproxy() === undefined) return 'there is no haproxy on PATH';
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no openssl on PATH';
  }
}

/** `describe` for what needs the real HAProxy. Without it one line says so; `MUSTER_REQUIRE=haproxy` makes that a failure. */
export function whenHaproxy(title: string, body: () => void): void {
  const why = missing();
  if (why === undefined) return describe(title, body);
  if (process.env.MUSTER_REQUIRE?.split(',').includes('haproxy') === true)
    return void it(title, () => {
      throw new Error(`MUSTER_REQUIRE=haproxy, but ${why}`);
    });
  process.stdout.write(`${title}: not tried, for ${why}\n`);
  // The body is not run: it may need the very programs that are not there.
  describe(title, () => void it.skip('is not tried', () => {}));
}
