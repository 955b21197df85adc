import { clip } from '@muster/protocol';
import type { IntegrityStatus, IntegrityView } from './messages.ts';
import { blockingOf, type IntegrityConfig, type State } from './state.ts';

/** Blocking problems named in the words; the rest are counted. */
const named = 3;

/** The state as people see it. */
export function viewOf(state: State, role: IntegrityConfig['role']): IntegrityView {
  const phase = phaseOf(state, role);
  const why = whyOf(state, role, phase);
  return {
    phase,
    id: state.known?.id,
    files: state.known?.tree.files ?? 0,
    bytes: state.known?.tree.bytes ?? 0,
    problems: state.last?.problems ?? [],
    lastScanMs: state.lastScanMs,
    scanning: state.scan !== undefined,
    watching: state.polling ? 'polling' : 'inotify',
    why: why === undefined ? undefined : clip(why),
  };
}

/** On a worker a tree that cannot be read whole is still told: only a master's must not look emptied. */
function phaseOf(state: State, role: IntegrityConfig['role']): IntegrityView['phase'] {
  if (state.epochTrouble !== undefined || state.scanTrouble !== undefined) return 'failing';
  if (role === 'master' && blockingOf(state.last?.problems ?? []).length > 0) return 'held';
  return state.known === undefined ? 'starting' : 'watching';
}

function whyOf(state: State, role: IntegrityConfig['role'], phase: IntegrityView['phase']): string | undefined {
  switch (phase) {
    case 'failing':
      return (state.epochTrouble ?? state.scanTrouble)!.text;
    case 'held':
      return heldWords(state);
    case 'starting':
      return "This node's files are being read for the first time.";
    case 'watching':
      return role === 'master' && state.confirm !== undefined
        ? 'A worker asked whether the last deletions are meant; everything is scanned again to answer.'
        : undefined;
  }
}

function heldWords({ last, known }: State): string {
  const blocking = blockingOf(last?.problems ?? []);
  const first = blocking.slice(0, named).map(({ path, text }) => `${path}: ${text}`);
  const more = blocking.length > named ? `; and ${blocking.length - named} more` : '';
  const published =
    known?.id === undefined ? 'Nothing is published' : `Generation ${known.id.generation} stays the newest`;
  return `${published} while this tree cannot be read whole, for what cannot be read must not look deleted. ${first.join('; ')}${more}.`;
}

/** The same for the keep-alive's beat. */
export function statusOf(state: State, role: IntegrityConfig['role']): IntegrityStatus {
  const { phase, id, files, why } = viewOf(state, role);
  return {
    type: 'status',
    state: phase === 'watching' ? 'in-sync' : phase,
    files,
    ...(id === undefined ? {} : { id }),
    ...(why === undefined ? {} : { why }),
  };
}
