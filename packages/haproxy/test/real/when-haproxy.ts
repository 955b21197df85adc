import { execFileSync } from 'node:child_process';
import { missingHaproxy, wantedHere } from '@muster/haproxy/testing';

/** Why nothing can be shown with the real one here; undefined when it can. */
function missing(): string | undefined {
  const haproxy = missingHaproxy();
  if (haproxy !== undefined) return haproxy;
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
  // Elsewhere the body is not run: it may need the very programs that are not there.
  if (!wantedHere('haproxy', title, why)) return void describe(title, () => void it.skip('is not tried', () => {}));
  if (why === undefined) return describe(title, body);
  it(title, () => {
    throw new Error(`MUSTER_REQUIRE=haproxy, but ${why}`);
  });
}
