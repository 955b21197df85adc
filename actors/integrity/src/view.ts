import { clip } from '@muster/protocol';
import type { IntegrityStatus, IntegrityView } from './messages.ts';
import { blockingOf, type IntegrityConfig, type State } from './state.ts';

/** Blocking problems named in the words; the rest are counted. */
const named = 3;

/** The state as people see it at `now`, ms of the clock. */
export function viewOf(state: State, config: IntegrityConfig, now: number): IntegrityView {
  const phase = phaseOf(state, config.role);
  const words = whyOf(state, config, phase);
  const why = words !== undefined && phase === 'watching' ? `${words} ${dueWords(state, now)}` : words;
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

/** Words that do not change from second to second: each change is told and logged. */
function whyOf(state: State, config: IntegrityConfig, phase: IntegrityView['phase']): string | undefined {
  switch (phase) {
    case 'failing':
      return (state.epochTrouble ?? state.scanTrouble)!.text;
    case 'held':
      return heldWords(state);
    case 'starting':
      return "This node's files are being read for the first time.";
    case 'watching':
      return config.role === 'master' ? questionWords(state, config) : undefined;
  }
}

const seconds = (ms: number): string => `${Math.ceil(ms / 1_000)} s`;

function questionWords({ confirm }: State, { confirmAfterMs }: IntegrityConfig): string | undefined {
  if (confirm === undefined) return undefined;
  const asked = `A worker asked whether the last deletions (generation ${confirm.id.generation}) are meant`;
  return `${asked}; everything is scanned again ${seconds(confirmAfterMs)} after that to answer. If they are not, put the files back.`;
}

function dueWords({ confirm, scan }: State, now: number): string {
  if (scan?.confirms === true || confirm === undefined || confirm.dueAt <= now) return 'That scan runs now.';
  return `That scan is due in ${seconds(confirm.dueAt - now)}.`;
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
export function statusOf(state: State, config: IntegrityConfig): IntegrityStatus {
  const phase = phaseOf(state, config.role);
  const why = whyOf(state, config, phase);
  const id = state.known?.id;
  return {
    type: 'status',
    state: phase === 'watching' ? 'in-sync' : phase,
    files: state.known?.tree.files ?? 0,
    ...(id === undefined ? {} : { id }),
    ...(why === undefined ? {} : { why: clip(why) }),
  };
}
