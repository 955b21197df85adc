/** What lies beside a node and is no agent of ours: each is to be named in its log, and to harm nothing else. */
import type { DeedOf } from '../plan/deed.ts';
import { drawn } from '../workload/paths.ts';
import type { AgentScene } from './acts.ts';
import { contentOf, statusFileOf } from './files-beside.ts';
import { linesOf, writeKeys } from './keys.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

export function litter(scene: AgentScene, { node: name, what }: DeedOf<'agent-litter'>): void {
  const { dice, id, agents } = scene;
  const node = scene.node(name);
  const put = (path: string, content: Uint8Array): void => {
    node.files.write(`${node.root}/${path}`, content, 'operator');
    scene.litter(node, path);
  };
  if (what === 'keys-line') {
    // On the master, whose file is everybody's; it stays there.
    const broken = dice.pick([
      `0${id} only-a-name\n`,
      '\n',
      'x y z 0\n',
      '-5 minus any 00\n',
      '99999999999 far any 00\n',
    ]);
    return writeKeys(scene.world.master, [...linesOf(scene.world.master), broken]);
  }
  if (agents.beside(node)?.kind !== 'files') return;
  const [agent] = drawn(dice, agents.agents, 1);
  const file = agent === undefined ? '' : `${node.root}/${statusFileOf(agent)}`;
  // One that is there: that of an agent that was removed is nobody's to bring back.
  if (what === 'status-cut' && agent !== undefined && node.files.exists(file)) {
    const whole = contentOf(agent, node.name);
    // The agent's next keep-alive writes it whole.
    node.files.write(file, whole.slice(0, dice.int(1, whole.length - 1)), 'fault');
  }
  if (what === 'status-garbage') put(`queue/agent-info/nobody-${id}-any`, dice.bytes(200));
  if (what === 'status-name')
    put(`queue/agent-info/${dice.pick([`noip${id}`, '-any', `x${'y'.repeat(200)}-any`, `..-${id}`])}`, encode('x'));
  if (what === 'groups-name')
    put(`queue/agent-groups/${dice.pick(['abc', '-1', '99999999999', `0x${id}`])}`, encode('default\n'));
  if (what === 'groups-garbage') put(`queue/agent-groups/${90_000 + Number(id.replace(/\D/g, ''))}`, dice.bytes(50));
}
