/** The socket of the manager's own cluster daemon: its actor, fed with the node's answers. */
import { type ClusterSocketEvent, clusterSocketDefaults, spawnClusterSocket } from '@muster/cluster-socket';
import type { ControlAnswers } from '@muster/control';
import type { Log } from '@muster/log';
import { type NodeForm, nodeForm, takingPart } from '@muster/reference-forms';
import { lineLimit } from '../line-limit.ts';
import type { DoorSources } from './open-doors.ts';
import { rulesetReload } from './reload-ruleset.ts';

/** Starts it; it stops with the root. */
export function openClusterSocket({ root, config, platform, files, peers, answers, registration }: DoorSources): void {
  const { clock, wallNow, log } = platform;
  const role = config.cluster.nodeType;
  // A worker has one link: to its master.
  const masterLinked = (): boolean => role === 'worker' && peers.all().length > 0;
  root.spawn((parent) =>
    spawnClusterSocket(
      parent,
      {
        ...{ clock, wallNow, config, register: registration },
        listen: platform.listenInternally,
        tree: () => files.last()?.tree,
        masterLinked,
        nodes: () => nodesOf(answers, masterLinked),
        healthcheck: (names) => answers.healthcheck(names),
        reloadRuleset: rulesetReload({ config, platform, answers }),
        report: reportTo(log, lineLimit(clock.now)),
      },
      clusterSocketDefaults(role),
    ),
  );
}

/** As the HTTP API lists them. Rejects where the master did not answer: what this worker sees by itself is not asked for. */
async function nodesOf(answers: ControlAnswers, masterLinked: () => boolean): Promise<readonly NodeForm[]> {
  const view = await answers.cluster();
  if (view.alone === true) throw Object.assign(new Error(noAnswer), { code: masterLinked() ? 'timeout' : 'no-master' });
  return takingPart(view).map(nodeForm);
}

const noAnswer = 'The master does not answer.';

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
