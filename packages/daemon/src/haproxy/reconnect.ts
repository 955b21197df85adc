/** Which agents are asked to connect anew, where HAProxy's driver cannot end their connections. */
import { agentIdText, MAX_AGENT_PAGE, type NodeName } from '@muster/protocol';
import type { MasterAgents } from '@muster/store';

/** Agents that can be told to connect anew (`reference/haproxy.md` 3). Compared as a whole: 5.0 is above it. */
const least: Version = [4, 3, 0];
type Version = readonly [major: number, minor: number, patch: number];

/** Of `Wazuh v4.7.2`; undefined when there is none in it. */
export function versionIn(text: string): Version | undefined {
  const [, major, minor, patch = '0'] = /(?:^|[^\d.])(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?/.exec(text) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Below 0: `one` is older. */
export const compareVersions = (one: Version, other: Version): number =>
  one[0] - other[0] || one[1] - other[1] || one[2] - other[2];

export interface Movable {
  /** Newest version first, then the highest id. */
  readonly ids: readonly number[];
  /** Those that cannot be asked, in words, when they were missed. */
  readonly skipped: readonly string[];
}

/** Up to `atMost` active agents of `node`. `turn` lets others have theirs between two pages. */
export async function movableAgents(
  agents: Pick<MasterAgents, 'page' | 'info'>,
  node: NodeName,
  atMost: number,
  turn: () => Promise<void>,
): Promise<Movable> {
  const able: { readonly id: number; readonly version: Version }[] = [];
  const skipped: string[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { rows, next } = agents.page({ after, limit: MAX_AGENT_PAGE, node, status: 'active' });
    for (const { id } of rows) {
      const text = agents.info(id)?.version ?? '';
      const version = versionIn(text);
      if (version !== undefined && compareVersions(version, least) >= 0) able.push({ id, version });
      else skipped.push(`${agentIdText(id)} (${text === '' ? 'no version' : text})`);
    }
    after = next;
    await turn();
  }
  const sorted = able.sort((one, other) => compareVersions(other.version, one.version) || other.id - one.id);
  const ids = sorted.slice(0, atMost).map(({ id }) => id);
  return { ids, skipped: ids.length < atMost ? skipped : [] };
}
