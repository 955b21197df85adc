/** What one node says of its machine and of the manager beside it. */
import type { ActorSystem } from '@muster/actor';
import type { NodeConfig } from '@muster/config';
import type { ControlAnswers } from '@muster/control';
import { clip, type NodeInfo } from '@muster/protocol';
import { daemonRows } from '../beside/daemons.ts';
import { keyFingerprint } from '../beside/fingerprint.ts';
import { inFewTurns } from '../beside/log-reads.ts';
import { managerVersion } from '../beside/manager-version.ts';
import { readLog } from '../beside/read-log.ts';
import type { Platform } from '../platform.ts';
import { version } from '../version.ts';
import { howManyFit, optionalText } from './fit.ts';

export type NodeInfoViews = Pick<ControlAnswers, 'nodeInfo' | 'logs'>;

export interface NodeInfoSources {
  readonly config: NodeConfig;
  readonly platform: Pick<Platform, 'clock' | 'wallNow' | 'disk' | 'host'>;
  readonly system: Pick<ActorSystem, 'inspect'>;
}

/** UTF-16 units of a short text. */
const shortText = 512;

export function nodeInfoViews(sources: NodeInfoSources): NodeInfoViews {
  const { config, platform } = sources;
  const { disk, host } = platform;
  const at = { host, root: config.root, secrets: [config.cluster.key], turn: () => disk.turn() };
  const read = inFewTurns(readLog);
  return {
    nodeInfo: () => nodeInfo(sources),
    logs: async ({ type: _, ...query }) => {
      const { rows, total } = await read(query, at);
      return { type: 'logs', rows: rows.slice(0, howManyFit(rows)), total };
    },
  };
}

async function nodeInfo({ config, platform, system }: NodeInfoSources): Promise<NodeInfo> {
  const { host, clock, wallNow, disk } = platform;
  const { root, cluster } = config;
  const [manager, [run], space] = await Promise.all([
    managerVersion(root, host),
    disk.list([`${root}/var/run`]),
    host.space(root).catch(noSpace),
  ]);
  return {
    type: 'node-info',
    node: cluster.nodeName,
    role: cluster.nodeType,
    version,
    cluster: clip(cluster.name, shortText),
    ...optionalText('managerVersion', manager),
    runtime: clip(host.runtime, shortText),
    system: clip(host.system, shortText),
    wallMs: wallNow(),
    zone: clip(host.zone, shortText),
    zoneMinutes: host.zoneMinutes(wallNow()),
    uptimeMs: clock.now() - (system.inspect()[0]?.startedAt ?? 0),
    keyFingerprint: keyFingerprint(cluster.key, cluster.name),
    daemons: daemonRows(run?.ok === true ? run.names : [], host.runs, manager),
    ...space,
  };
}

const noSpace = (error: unknown): never => {
  const code = (error as NodeJS.ErrnoException).code ?? 'failed';
  throw Object.assign(new Error(`The disk that R lies on does not say how much room it has (${code}).`), {
    code: 'disk-unknown',
  });
};
