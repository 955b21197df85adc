/** What a process had stored is not what it finds: another version's, half of it, or something else. */
import type { Dice } from '../dice.ts';
import type { DeedOf } from '../plan/deed.ts';
import { stateFolder } from '../workload/paths.ts';
import { kill } from './processes.ts';
import type { FaultScene } from './theatre.ts';

type Damage = DeedOf<'damage'>;

/** The process is killed first. */
export function damage(scene: FaultScene, deed: Damage): void {
  const node = scene.node(deed.node);
  kill(scene, { ...deed, kind: 'kill' });
  const path = pathOf(deed.file, scene);
  if (deed.how === 'removed') return void node.files.remove(`${node.root}/${path}`, 'fault');
  const before = node.files.read(`${node.root}/${path}`) ?? new Uint8Array(0);
  node.files.write(`${node.root}/${path}`, damaged(before, deed, scene.dice), 'fault');
}

/** `staged`: what a process that died while staging leaves. `trash`: a deletion of long ago. */
function pathOf(file: Damage['file'], { id }: FaultScene): string {
  switch (file) {
    case 'staged':
      return `etc/rules/.muster-${id.padStart(16, '0')}-left0.tmp`;
    case 'trash':
      return `${stateFolder}/trash/${1_700_000_000_000 + Number(id)}/etc/rules/gone-${id}`;
    default:
      return `${stateFolder}/${file}`;
  }
}

function damaged(before: Uint8Array, { how, file }: Damage, dice: Dice): Uint8Array {
  switch (how) {
    case 'truncated':
      return before.slice(0, dice.int(0, before.length));
    case 'garbage':
      return dice.bytes(dice.int(1, 200));
    case 'older':
      return older(before, file);
    default:
      return new Uint8Array(0);
  }
}

/** As a version before this one wrote it. */
function older(before: Uint8Array, file: Damage['file']): Uint8Array {
  const text = Buffer.from(before).toString('latin1');
  switch (file) {
    case 'digest-cache':
      return Buffer.from(text.replace(/^MUSTREE1/, 'MUSTREE0') || 'MUSTREE0', 'latin1');
    case 'journal':
      return Buffer.from(text.replace(/^muster-journal-2/, 'muster-journal-1') || 'muster-journal-1 0\n{}\n', 'latin1');
    case 'workers':
      return Buffer.from('worker1\nworker2\n');
    default:
      return before;
  }
}
