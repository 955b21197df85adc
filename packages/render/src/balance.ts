import type { Balance, BalancedServer, BalancerView } from '@muster/protocol';
import { type Cell, type Paint, renderTable, type Tone } from './table.ts';
import { age, counted, printable } from './units.ts';

/** Every HAProxy can be asked, has no trouble, and nothing is to be moved. */
export const isBalanced = ({ instances }: Balance): boolean =>
  instances.every(({ phase, trouble }) => phase === 'balanced' && trouble === undefined);

const phaseTones: Readonly<Record<BalancerView['phase'], Tone>> = {
  unreachable: 'bad',
  joining: 'warn',
  leaving: 'warn',
  cutting: 'warn',
  settling: 'warn',
  unbalanced: 'warn',
  balanced: 'good',
};
const standingTones: Readonly<Record<NonNullable<BalancedServer['standing']>, Tone>> = {
  up: 'good',
  suspect: 'warn',
  down: 'bad',
  left: 'dim',
  drained: 'warn',
  excluded: 'dim',
};
const healthTones: Readonly<Record<NonNullable<BalancedServer['health']>, Tone>> = {
  up: 'good',
  checking: 'warn',
  unchecked: 'dim',
  down: 'bad',
};

const none =
  'This master balances no HAProxy: name one in haproxy.instances of muster.yaml, or enable <haproxy_helper> of ossec.conf.';

/** One table for each HAProxy. `plan`: what a plan made now would do, too. */
export function renderBalance({ instances }: Balance, plan: boolean, paint: Paint): string[] {
  if (instances.length === 0) return [none];
  return instances.flatMap((view, index) => [...(index === 0 ? [] : ['']), ...renderInstance(view, plan, paint)]);
}

function renderInstance(view: BalancerView, plan: boolean, paint: Paint): string[] {
  const { trouble, servers, advice, seenMs } = view;
  return [
    headOf(view, paint),
    ...(trouble === undefined ? [] : [`Trouble: ${paint(printable(trouble), 'bad')}`]),
    ...(seenMs === undefined ? [] : [`All below is as it was seen last, ${age(seenMs)} ago.`]),
    ...(servers.length === 0 ? [] : ['', ...tableOf(servers, plan, paint)]),
    '',
    ...(plan ? [planWords(view)] : []),
    doneWords(view),
    ...advice.map(({ code, text }) => `${paint('Mend', 'warn')} (${code}): ${printable(text)}`),
  ];
}

function headOf({ endpoint, version, pid, phase, doing }: BalancerView, paint: Paint): string {
  const process = pid === undefined ? '' : `, process ${pid}`;
  const what = version === undefined ? '' : ` (HAProxy ${printable(version)}${process})`;
  return `${paint(printable(endpoint), 'bold')}${what}: ${paint(printable(doing), phaseTones[phase])}`;
}

function tableOf(servers: readonly BalancedServer[], plan: boolean, paint: Paint): string[] {
  const head = ['SERVER', 'ADDRESS', 'CLUSTER', 'STATE', 'HEALTH', 'WEIGHT', 'AGENTS'];
  return renderTable(
    plan ? [...head, 'TARGET', 'TO MOVE'] : head,
    servers.map((server) => rowOf(server, plan)),
    paint,
  );
}

function rowOf(
  { name, address, admin, health, standing, drained, ...numbers }: BalancedServer,
  plan: boolean,
): readonly Cell[] {
  const number = (value: number): Cell => ({ text: `${value}`, align: 'right' });
  return [
    { text: printable(name) },
    { text: printable(address) },
    standing === undefined ? { text: '-' } : { text: standingWords(standing, drained), tone: standingTones[standing] },
    admin === undefined ? { text: '-' } : { text: admin, tone: admin === 'ready' ? 'good' : 'warn' },
    health === undefined ? { text: '-' } : { text: health, tone: healthTones[health] },
    number(numbers.weight),
    number(numbers.sessions),
    ...(plan ? [number(numbers.target), number(numbers.cuts)] : []),
  ];
}

/** `left, drained`: when it is back, it gets no agents. */
const standingWords = (standing: NonNullable<BalancedServer['standing']>, drained: boolean | undefined): string =>
  drained === true && standing !== 'drained' ? `${standing}, drained` : standing;

function planWords({ servers, sessions, reachable, phase, doing }: BalancerView): string {
  if (!reachable) return 'No plan can be made: HAProxy cannot be reached.';
  if (phase === 'settling') return `No plan is made before the agents that were moved are back: ${printable(doing)}.`;
  const moving = servers.filter(({ cuts }) => cuts > 0);
  const all = moving.reduce((sum, { cuts }) => sum + cuts, 0);
  if (all === 0) return `A plan made now would move none of ${counted(sessions, 'agent')}.`;
  const from = moving.map(({ name, cuts }) => `${cuts} from ${printable(name)}`).join(', ');
  return `A plan made now would move ${all} of ${counted(sessions, 'agent')}: ${from}.`;
}

/** Since the start of the node. */
function doneWords({ sessions, plans, cuts, restartsSeen, lastPlanMs }: BalancerView): string {
  const last = lastPlanMs === undefined ? '' : `, the last in ${age(lastPlanMs)}`;
  const moved = plans === 0 ? 'none was moved' : `${counted(plans, 'plan')} moved ${counted(cuts, 'agent')}${last}`;
  const restarts = restartsSeen === 0 ? '' : `; HAProxy was restarted or reloaded ${counted(restartsSeen, 'time')}`;
  return `${counted(sessions, 'agent')}; ${moved}${restarts}`;
}
