import type { AgentInfo } from '@muster/protocol';
import fc from 'fast-check';
import { compareVersions, movableAgents, versionIn } from '../../src/haproxy/reconnect.ts';

const agentsWith = (versions: readonly (string | undefined)[], pageRows = 2) => ({
  page: ({ after, node, status }: { after: number; node?: string; status?: string }) => {
    expect([node, status]).toEqual(['w1', 'active']);
    const ids = versions.map((_, index) => index + 1).filter((id) => id > after);
    const rows = ids.slice(0, pageRows).map((id) => ({ id }) as never);
    return { rows, next: ids.length > pageRows ? ids[pageRows - 1] : undefined };
  },
  info: (id: number) => {
    const version = versions[id - 1];
    return version === undefined ? undefined : ({ version } as AgentInfo);
  },
});
const turn = async (): Promise<void> => {};

it.each([
  ['Wazuh v4.7.2', [4, 7, 2]],
  ['v4.3', [4, 3, 0]],
  ['Wazuh v5.0.0-rc1', [5, 0, 0]],
  ['4.14.0', [4, 14, 0]],
  ['', undefined],
  ['Wazuh', undefined],
  ['v4', undefined],
])('%j is %j', (text, version) => {
  expect(versionIn(text)).toEqual(version);
});

it('versions are compared as a whole: 5.0 is newer than 4.14, 4.14 than 4.3', () => {
  const sorted = ['5.0.0', '4.3.0', '4.14.1', '4.14.0', '3.13.9'].map((text) => versionIn(text)!).sort(compareVersions);
  expect(sorted.map((version) => version.join('.'))).toEqual(['3.13.9', '4.3.0', '4.14.0', '4.14.1', '5.0.0']);
});

it('the newest go first, and of one version those with the highest ids; none below 4.3', async () => {
  const agents = agentsWith(['v4.3.0', 'v4.2.9', 'v5.0.0', 'v4.14.0', 'v4.3.0', undefined, 'strange']);
  expect(await movableAgents(agents, 'w1', 3, turn)).toEqual({ ids: [3, 4, 5], skipped: [] });
  expect(await movableAgents(agents, 'w1', 9, turn)).toEqual({
    ids: [3, 4, 5, 1],
    skipped: ['002 (v4.2.9)', '006 (no version)', '007 (strange)'],
  });
});

it('never more than asked, none twice, and all that can be when there are fewer', async () => {
  const version = fc.constantFrom('v4.2.0', 'v4.3.0', 'v4.14.2', 'v5.1.0', '', undefined);
  await fc.assert(
    fc.asyncProperty(fc.array(version, { maxLength: 40 }), fc.nat(50), async (versions, atMost) => {
      const { ids } = await movableAgents(agentsWith(versions, 7), 'w1', atMost, turn);
      const able = versions.filter((text) => /v4\.3|v4\.14|v5/.test(text ?? '')).length;
      expect(ids).toHaveLength(Math.min(atMost, able));
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});
