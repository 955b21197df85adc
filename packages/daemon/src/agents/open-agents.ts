/** What both roles need for agents: the store, client.keys, the manager beside us. */
import type { KeysChange, KnownKeys } from '@muster/agent-info';
import type { NodeConfig } from '@muster/config';
import type { Logger } from '@muster/log';
import {
  chooseManager,
  findManager,
  type Manager,
  openClientKeys,
  openEmbeddedManager,
  openFilesManager,
  openWazuhDbManager,
} from '@muster/manager';
import type { Kv } from '@muster/store';
import type { NodeFiles } from '../files/node-files.ts';
import type { Platform } from '../platform.ts';
import { type FollowedKeys, followKeys } from './follow-keys.ts';
import { type OpenNodeTime, openNodeTime } from './node-time.ts';
import type { Clocks } from './observe.ts';

export interface OpenAgents {
  readonly kv: Kv;
  readonly keys: FollowedKeys;
  readonly known: KnownKeys;
  readonly manager: Manager;
  readonly clocks: Clocks;
  readonly notBefore: OpenNodeTime['notBefore'];
  /** Tells which agents the store has from other nodes: none until then. */
  readonly elsewhere: (isElsewhere: (id: number) => boolean) => void;
  /** Watches the manager and client.keys from now on. */
  watch(changed: AgentHints): void;
  /** These directories, relative to R, may have changed. */
  dirty(directories: readonly string[]): void;
  /** After the actors are stopped. */
  close(): Promise<void>;
}

export interface AgentHints {
  readonly manager: () => void;
  readonly keys: (change: KeysChange) => void;
}

/** client.keys is looked at this often, whatever the watcher says: one stat. */
const keysEveryMs = 5_000;

/** Rejects with a `StoreError` when the store cannot be opened; one that could not be used lies aside then. */
export async function openAgents(
  config: NodeConfig,
  platform: Platform,
  files: NodeFiles,
  log: Logger,
): Promise<OpenAgents> {
  const { disk, clock, wallNow } = platform;
  const { kv, setAside } = await platform.openStore(`${files.statePath}/agents`, {
    maxBytes: config.muster.agents.storeMaxSizeBytes,
  });
  if (setAside !== undefined)
    log.error(
      `The store of agents could not be used, it lies at ${setAside.to} now and a new one is begun: ${setAside.why}`,
    );
  const { view, first } = await openClientKeys(disk, config.root);
  const keys = followKeys(view, first, log);
  let isElsewhere = (_id: number): boolean => false;
  const { manager, why } = await openManager(config, platform, view, files, (id) => isElsewhere(id));
  log.info(`Agents: by ${managerWords[manager.kind]}, for ${why}; ${view.size} in client.keys.`);
  const time = openNodeTime(platform);
  let cancel = (): void => {};
  const look = (): void => {
    cancel();
    cancel = clock.after(keysEveryMs, look);
    void keys.reread();
  };
  let watching: { close(): void } | undefined;
  return {
    kv,
    keys,
    manager,
    known: { exists: keys.exists, replaced: view.replaced, reread: () => keys.reread() },
    clocks: { nodeTime: time.now, wallNow },
    notBefore: time.notBefore,
    elsewhere: (told) => {
      isElsewhere = told;
    },
    watch: (hints) => {
      keys.follow(hints.keys);
      watching = manager.watch(hints.manager);
      look();
    },
    dirty: (directories) => {
      if (watching !== undefined && directories.includes('etc')) look();
    },
    close: async () => {
      cancel();
      watching?.close();
      watching = undefined;
      await manager.close();
      await kv.close();
    },
  };
}

const managerWords: Readonly<Record<Manager['kind'], string>> = {
  files: 'the files of R/queue/agent-info and R/queue/agent-groups',
  'wazuh-db': 'the sockets of wazuh-db',
  embedded: 'the store of Muster alone',
};

/** What the option asks for, or what R looks like (`docs/adr/0015`). */
async function openManager(
  { root, cluster, muster }: NodeConfig,
  { disk, clock, sockets, wallNow }: Platform,
  keys: FollowedKeys['view'],
  { owner }: NodeFiles,
  isElsewhere: (id: number) => boolean,
): Promise<{ readonly manager: Manager; readonly why: string }> {
  const { kind, why } = chooseManager(await findManager(disk, root), muster.manager);
  const common = { root, keys, ownNode: cluster.nodeName };
  const isMaster = cluster.nodeType === 'master';
  const { confirmAfterMs } = muster.integrity.guard;
  const open = {
    files: () =>
      openFilesManager({
        ...common,
        disk,
        clock,
        isMaster,
        isElsewhere,
        confirmAfterMs,
        ...(owner === undefined ? {} : { owner }),
      }),
    'wazuh-db': () => openWazuhDbManager({ ...common, isMaster, sockets, wallNow, turn: () => disk.turn() }),
    embedded: () => openEmbeddedManager({ ...common, clock }),
  } as const;
  return { manager: open[kind](), why };
}
