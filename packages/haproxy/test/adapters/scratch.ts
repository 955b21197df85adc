import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of the test file, removed after its tests. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-ports-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
