/** The socket of the manager's own cluster daemon: its actor, fed with the node's answers. */
import {
  type ClusterSocketEvent,
  clusterSocketDefaults,
  type NodeRow,
  spawnClusterSocket,
} from '@muster/cluster-socket';
import type { ControlAnswers } from '@muster/control';
import type { Log } from '@muster/log';
import { type ClusterView, type NodeView, peerHost } from '@muster/protocol';
import { askOverLink } from '../ask-master.ts';
import { lineLimit } from '../line-limit.ts';
import type { LinkedNode } from '../peers.ts';
import type { DoorSources } from './open-doors.ts';
import { rulesetReload } from './reload-ruleset.ts';

/** For the master, ms: less than the actor waits, so that the reason arrives. */
const askMs = 1_200;

/** Starts it; it stops with the root. */
export function openClusterSocket({ root, config, platform, files, peers, answers, registration }: DoorSources): void {
  const { clock, wallNow, log } = platform;
  const role = config.cluster.nodeType;
  // A worker has one link: to its master.
  const master = (): LinkedNode | undefined => (role === 'worker' ? peers.all()[0] : undefined);
  root.spawn((parent) =>
    spawnClusterSocket(
      parent,
      {
        ...{ clock, wallNow, config, register: registration },
        listen: platform.listenInternally,
        tree: () => files.last()?.tree,
        masterLinked: () => master() !== undefined,
        nodes: async () => nodeRows(role === 'master' ? await answers.cluster() : await mastersView(master())),
        healthcheck: (names) => answers.healthcheck(names),
        reloadRuleset: rulesetReload({ config, platform, answers }),
        report: reportTo(log, lineLimit(clock.now)),
      },
      clusterSocketDefaults(role),
    ),
  );
}

/** Not `answers.cluster`, which on a worker tells its own view where its master does not answer. */
async function mastersView(master: LinkedNode | undefined): Promise<Awaited<ReturnType<ControlAnswers['cluster']>>> {
  const outcome = await askOverLink(master, 'control', { type: 'get-cluster' }, askMs);
  if (outcome?.ok === true && outcome.message.type === 'cluster') return outcome.message;
  const { code, text } = outcome?.ok === false ? outcome.failure : gone;
  throw Object.assign(new Error(text), { code });
}

const gone = { code: 'no-master', text: 'There is no link to the master.' };

/** Those that take part now, as the reference lists them: who is down or left is not there. */
export const nodeRows = ({ nodes }: Pick<ClusterView, 'nodes'>): readonly NodeRow[] =>
  nodes
    .filter(({ liveness }) => liveness !== 'down' && liveness !== 'left')
    .sort((one, other) => rank(one) - rank(other))
    .map(({ name, role: type, version, address }) => ({
      name,
      type,
      version: version.replace(/^v/, ''),
      ip: peerHost(address),
    }));

const rank = ({ role }: NodeView): number => (role === 'master' ? 0 : 1);

function reportTo(log: Log, limit: ReturnType<typeof lineLimit>): (event: ClusterSocketEvent) => void {
  const own = log.for('Local Server', 'Main');
  return (event) => {
    switch (event.type) {
      case 'not-open':
        return own.warning(event.text);
      case 'cut-off':
        return limit('cut-off', (more) =>
          own.warning(`A program was cut off from the cluster socket: ${event.why}.${more}`),
        );
      case 'failed':
        return limit(`failed ${event.what}`, (more) =>
          own.warning(`The cluster socket could not answer ${event.what}: ${event.text}${more}`),
        );
    }
  };
}
