import type { Health } from '@muster/protocol';
import { generationWords } from '@muster/protocol';
import { agentFacts } from './agent-work.ts';
import { type Paint, renderTable, type Tone } from './table.ts';
import { age, bytes, counted, printable } from './units.ts';

/** In sync, with nothing held back, and no trouble with manager, store or HAProxy. */
export const isHealthy = (health: Health): boolean =>
  health.state === 'in-sync' &&
  health.problems.length === 0 &&
  health.agentWork?.trouble === undefined &&
  (health.balancers ?? []).every(({ trouble }) => trouble === undefined);

const tones: Readonly<Record<Health['state'], Tone>> = {
  'in-sync': 'good',
  starting: 'dim',
  syncing: 'warn',
  held: 'warn',
  failing: 'bad',
};

/** One node, one fact a line; then what cannot be synchronised and what mends it. */
export function renderHealth(health: Health, paint: Paint): string[] {
  const facts: readonly (readonly [name: string, text: string])[] = [
    ['Node', `${printable(health.node)}, ${health.role} of cluster ${printable(health.cluster)}`],
    ['Process', `${health.pid}, Muster ${printable(health.version)}, up ${age(health.uptimeMs)}`],
    ['State', paint(health.state, tones[health.state])],
    ...(health.why === undefined ? [] : [['Why', printable(health.why)] as const]),
    ['Generation', generation(health)],
    ['Files', `${counted(health.files, 'file')}, ${bytes(health.bytes)}${agents(health)}`],
    ...(health.work === undefined ? [] : [['Work', work(health.work)] as const]),
    ...(health.link === undefined ? [] : [['Link', printable(health.link)] as const]),
    ...(health.agentWork === undefined ? [] : agentFacts(health.agentWork, paint)),
    ...(health.balancers ?? []).map((balancer) => ['HAProxy', haproxy(balancer, paint)] as const),
    ['Actors', `${counted(health.restarts, 'restart')}, ${counted(health.deadLetters, 'dead letter')}`],
    ...traffic(health),
    ['Load', `${bytes(health.rssBytes)} of memory, event loop late by ${age(health.loopDelayMs)}`],
  ];
  return [...facts.map(([name, text]) => `${name.padEnd(12)}${text}`), ...problems(health, paint)];
}

function generation({ role, holds, generation: newest }: Health): string {
  if (holds === undefined) return role === 'master' ? 'none published yet' : 'none held yet';
  if (role === 'master') return `${holds.generation}`;
  if (newest === undefined) return `${holds.generation} held, the newest is not known`;
  return newest.generation === holds.generation && newest.epoch === holds.epoch
    ? `${holds.generation}, the newest`
    : `${generationWords(holds, newest).replace('generation ', '')} held, ${newest.generation} is the newest`;
}

/** Since the start. Workers write, masters only read. */
function work({ scans, hashed, replications, written, removed, writtenBytes }: NonNullable<Health['work']>): string {
  const read = `${counted(scans, 'scan')}, ${counted(hashed, 'file')} read`;
  if (replications === 0) return read;
  return `${read}; ${counted(written, 'file')} written (${bytes(writtenBytes)}), ${removed} deleted`;
}

function haproxy({ endpoint, doing, trouble }: NonNullable<Health['balancers']>[number], paint: Paint): string {
  const words = `${printable(endpoint)}: ${printable(doing)}`;
  return trouble === undefined ? words : `${words}; ${paint(printable(trouble), 'bad')}`;
}

function traffic({ sentBytes, receivedBytes }: Health): readonly (readonly [name: string, text: string])[] {
  if (sentBytes === undefined || receivedBytes === undefined) return [];
  return [['Traffic', `${bytes(sentBytes)} sent to other nodes, ${bytes(receivedBytes)} received`]];
}

const agents = ({ agents: count }: Health): string => (count === undefined ? '' : `, ${counted(count, 'agent')}`);

function problems({ problems: all }: Health, paint: Paint): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ path, effect, text }) => [
    { text: printable(path) },
    { text: effect, tone: effect === 'blocking' ? ('bad' as const) : ('warn' as const) },
    { text: printable(text) },
  ]);
  return ['', ...renderTable(['PATH', 'EFFECT', 'WHAT IS WRONG'], rows, paint)];
}
