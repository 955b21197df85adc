/** How the manager's daemons are, by what they leave in `R/var/run` (`reference/cli-api.md` 6). Pure. */
import type { NodeInfo } from '@muster/protocol';

export type DaemonRow = NodeInfo['daemons'][number];

/** Of 4.x, in the order in which its API lists them. */
const names = (
  'agentlessd analysisd authd csyslogd dbd monitord execd integratord logcollector ' +
  'maild remoted reportd syscheckd clusterd modulesd db apid'
).split(' ');

/** 3.x has no API daemon of its own, and these have another name. */
const alwaysWazuh = new Set(['clusterd', 'modulesd', 'db']);

/**
 * `files`: the names in `R/var/run`. A mark of a failure, a restart or a start beats what the pid files say; a pid file
 * without its process is a daemon that fell. Muster stands for `wazuh-clusterd`, and whoever says this runs.
 */
export function daemonRows(
  files: readonly string[],
  runs: (pid: number) => boolean,
  managerVersion: string | undefined,
): DaemonRow[] {
  const isOld = managerVersion?.startsWith('3.') ?? false;
  const there = new Set(files);
  return names
    .filter((name) => !isOld || name !== 'apid')
    .map((name) => {
      if (name === 'clusterd') return { name: 'wazuh-clusterd', state: 'running' };
      const full = `${isOld && !alwaysWazuh.has(name) ? 'ossec' : 'wazuh'}-${name}`;
      return { name: full, state: stateOf(full, there, runs) };
    });
}

function stateOf(name: string, files: ReadonlySet<string>, runs: (pid: number) => boolean): DaemonRow['state'] {
  if (files.has(`${name}.failed`)) return 'failed';
  if (files.has('.restart')) return 'restarting';
  if (files.has(`${name}.start`)) return 'starting';
  const pids = [...files].flatMap((file) => pidOf(file, name) ?? []);
  if (pids.length === 0) return 'stopped';
  return pids.some(runs) ? 'running' : 'failed';
}

/** `wazuh-db-12.pid` is of wazuh-db; numbers that no system gives are of nobody. */
function pidOf(file: string, name: string): number | undefined {
  const digits = file.startsWith(`${name}-`) ? /^(\d{1,9})\.pid$/.exec(file.slice(name.length + 1))?.[1] : undefined;
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits);
}
