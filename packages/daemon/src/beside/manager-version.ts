/** Which Wazuh manager lies in R, by what it says of itself in its files; nothing is run for it. */
import type { HostPort } from '../platform.ts';

/** More than any of them has. */
const maxBytes = 64 * 1024;
const versionPattern = String.raw`v?(\d{1,4}\.\d{1,4}\.\d{1,4})`;

interface Source {
  readonly path: (root: string) => string;
  readonly pattern: RegExp;
  /** Whether what lies there is of this R. */
  readonly isOurs?: (text: string, root: string) => boolean;
}

const assigned = new RegExp(String.raw`^\s*VERSION="?${versionPattern}`, 'm');

/** The first that tells it counts: 4.x with a file, 4.x by its control script, 3.x. */
const sources: readonly Source[] = [
  { path: (root) => `${root}/VERSION.json`, pattern: new RegExp(String.raw`"version"\s*:\s*"${versionPattern}`) },
  { path: (root) => `${root}/VERSION`, pattern: new RegExp(String.raw`^\s*"?${versionPattern}`) },
  { path: (root) => `${root}/bin/wazuh-control`, pattern: assigned },
  { path: (root) => `${root}/etc/ossec-init.conf`, pattern: assigned },
  {
    path: () => '/etc/ossec-init.conf',
    pattern: assigned,
    isOurs: (text, root) => /^\s*DIRECTORY="?([^"\n]*)/m.exec(text)?.[1] === root,
  },
];

/** `4.14.7`, without the v. Undefined: no manager is to be seen, or it cannot be read. */
export async function managerVersion(
  root: string,
  { readEnd }: Pick<HostPort, 'readEnd'>,
): Promise<string | undefined> {
  for (const { path, pattern, isOurs } of sources) {
    // What cannot be read tells nothing, and the next may.
    const found = await readEnd(path(root), maxBytes).catch(() => undefined);
    if (found === undefined) continue;
    const text = new TextDecoder().decode(found.bytes);
    const version = pattern.exec(text)?.[1];
    if (version !== undefined && (isOurs?.(text, root) ?? true)) return version;
  }
  return undefined;
}
