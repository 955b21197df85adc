/** Processes on other machines that want to be let in, and should not be; or that have no manners. */

import { version } from '@muster/daemon';
import { type Connection, linkLimits, openLink, type PeerIdentity } from '@muster/link';
import { encodeEnvelope, type NodeName, protocolRange } from '@muster/protocol';
import { type Host, openHost } from '../host.ts';
import type { DeedOf } from '../plan/deed.ts';
import type { intruders } from '../plan/nemesis-deeds.ts';
import { masterName } from '../plan/plan.ts';
import { clusterKey, clusterName } from '../workload/lay-out.ts';
import type { FaultScene } from './theatre.ts';

interface Intrusion {
  readonly as: (typeof intruders)[number];
  /** The worker whose name is taken, where one is. */
  readonly name: string;
}

/** Dials of a `crowd` at one time. */
const crowd = 20;
/** What is left open closes after so long, ms; longer than any handshake may take. */
const staysMs = 8_000;

/** Tries so often; at the healing it is gone, with all its connections. */
export function intrude(scene: FaultScene, deed: DeedOf<'intruder'>): void {
  const { world, id } = scene;
  const host = openHost(world.timeline, `intruder${id}`, 1);
  const gone = (): void => {
    host.kill();
    world.network.processDied(host);
  };
  scene.lasts(deed.times * deed.everyMs + staysMs, gone);
  scene.repeat(deed.times, deed.everyMs, (index) => {
    if (!host.alive()) return;
    const intrusion = { as: deed.as[index % deed.as.length]!, name: deed.name };
    for (let dials = intrusion.as === 'crowd' ? crowd : 1; dials > 0; dials--) void tryOnce(scene, intrusion, host);
  });
}

/** Whatever becomes of it: nobody is told. */
async function tryOnce(scene: FaultScene, deed: Intrusion, host: Host): Promise<void> {
  const { dice, world } = scene;
  const transport = world.network.transport(host, {
    identity: identityOf(deed),
    key: deed.as === 'wrong-key' ? 'x9'.repeat(16) : clusterKey,
    master: world.master.name,
    handshakeMs: 5_000,
    connections: 1_024,
    connectionsPerAddress: 1_024,
  });
  const aborted = new AbortController();
  try {
    const connection = await transport.dial(aborted.signal);
    await visit(connection, deed, host, scene);
    host.after(dice.between(1, staysMs), 'intruder leaves', () => connection.destroy());
  } catch {
    // To be turned away is what it came for.
  }
}

/** What the key is used to prove. Nobody with a name of his own and the right key: he would be let in, rightly. */
function identityOf({ as, name }: Intrusion): PeerIdentity {
  return {
    cluster: as === 'other-cluster' ? 'other' : clusterName,
    node: nodeOf(as, name) as NodeName,
    role: 'worker',
  };
}

/** They come with a worker's name. */
const namesakes: ReadonlySet<Intrusion['as']> = new Set(['name-taken', 'other-cluster', 'liar', 'garbage-later']);

function nodeOf(as: Intrusion['as'], name: string): string {
  if (as === 'masters-name') return masterName;
  return namesakes.has(as) ? name : 'stranger';
}

async function visit(connection: Connection, deed: Intrusion, host: Host, scene: FaultScene): Promise<void> {
  const identity = identityOf(deed);
  switch (deed.as) {
    case 'silent':
    case 'crowd':
    case 'wrong-key':
      return connection.listen(deaf);
    case 'garbage-first':
    case 'garbage-later': {
      connection.listen(deaf);
      if (deed.as === 'garbage-later') connection.write(helloOf(identity, scene.world.timeline.now()));
      return connection.write(scene.dice.bytes(scene.dice.pick([1, 4, 5, 40, 5_000])));
    }
    case 'liar':
      return speak(connection, { ...identity, node: 'somebody' as NodeName }, host, scene);
    default:
      return speak(connection, identity, host, scene);
  }
}

/** As a node does, by the protocol; then it is silent. */
async function speak(connection: Connection, said: PeerIdentity, host: Host, { world }: FaultScene): Promise<void> {
  const { now } = world.timeline;
  const link = await openLink(
    connection,
    { ...said, version },
    {
      clock: { now, after: (delayMs, fire) => host.after(delayMs, 'intruder', fire) },
      wallNow: now,
      defer: (run) => void host.after(0, 'intruder', run),
      limits: linkLimits,
    },
  );
  link.start({
    message: () => {},
    ask: (_to, _message, answer) => answer.fail('not-allowed', 'nobody is here'),
    open: (_to, _message, stream) => stream.abort('not-allowed', 'nobody is here'),
    closed: () => {},
  });
}

const deaf = { data: () => {}, drained: () => {}, closed: () => {} };

const helloOf = ({ cluster, node, role }: PeerIdentity, wallMs: number): Uint8Array =>
  encodeEnvelope({ kind: 'hello', protocol: protocolRange, cluster, node, role, version, wallMs });
