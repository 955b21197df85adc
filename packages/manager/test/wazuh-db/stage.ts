/** The manager of 4.x as a double, behind real sockets or none. */

import type { KeyLine } from '../../src/client-keys.ts';
import { openWazuhDbManager, unixSockets } from '../../src/index.ts';
import type { LocalSockets } from '../../src/sockets.ts';
import {
  doubleSockets,
  infoOf,
  type ManagerStage,
  ownNode,
  type Served,
  serve,
  type WazuhDbDouble,
  wazuhDbDouble,
} from '../../src/testing/index.ts';
import { disk, newRoot } from '../rig.ts';

export interface WazuhDbStage extends ManagerStage {
  readonly root: string;
  readonly double: WazuhDbDouble;
  readonly sockets: LocalSockets;
  /** Of real sockets. */
  readonly served?: Served;
}

const epochMs = 1_767_225_600_000;
const open: Served[] = [];
export const closeStages = async (): Promise<void> => {
  await Promise.all(open.splice(0).map((served) => served.close()));
};

export async function wazuhDbStage({ real = true }: { real?: boolean } = {}): Promise<WazuhDbStage> {
  let nowMs = epochMs;
  const root = newRoot();
  const double = wazuhDbDouble({ role: 'worker', now: () => nowMs / 1_000, answerBytes: 8_000 });
  const doubles = { 'queue/db/wdb': { handle: double.handle }, 'queue/sockets/wdb-http.sock': { http: double.http } };
  const served = real ? await serve(root, doubles) : undefined;
  if (served !== undefined) open.push(served);
  const lines = new Map<number, KeyLine>();
  const sockets = real ? unixSockets() : doubleSockets(root, doubles);
  const manager = openWazuhDbManager({
    sockets,
    root,
    ownNode,
    isMaster: false,
    wallNow: () => nowMs,
    turn: disk.turn,
    keys: {
      has: (id) => lines.has(id),
      of: (id) => lines.get(id),
      byFileName: () => undefined,
      version: () => 0,
      gone: () => [],
      doubts: () => 0,
    },
  });
  return {
    root,
    double,
    sockets,
    manager,
    ...(served === undefined ? {} : { served }),
    now: () => nowMs,
    pass: (seconds) => {
      nowMs += seconds * 1_000;
      return Promise.resolve();
    },
    addAgents: (ids) => {
      for (const id of ids) {
        lines.set(id, { id, name: `a${id}`, ip: 'any' });
        double.insert(id, `a${id}`, 'any');
      }
      return Promise.resolve();
    },
    removeAgents: (ids) => {
      for (const id of ids) {
        lines.delete(id);
        double.remove(id);
      }
      return Promise.resolve();
    },
    starts: (id) => Promise.resolve(double.starts(id)),
    keepsAlive: (id, version) =>
      Promise.resolve(double.keepsAlive(id, version === undefined ? undefined : infoOf(id, version, ownNode))),
    shown: (id) => {
      const row = double.rows.get(id);
      const isThere = row !== undefined && row.connection_status !== 'never_connected';
      return Promise.resolve(
        isThere ? { seenMs: row.last_keepalive * 1_000, version: row.texts.version ?? '' } : undefined,
      );
    },
  };
}
