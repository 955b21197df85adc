/** What the lab shows of HAProxy. */
import type { BalancerView } from '@muster/protocol';

/** One line: sessions of each server, those that take no agents marked, and what the balancer is at. */
export function balanceText(view: BalancerView | undefined, pid: number | undefined): string {
  const process = pid === undefined ? 'does not run' : `process ${pid}`;
  if (view === undefined) return `HAProxy ${process}`;
  const servers = view.servers.map(({ name, sessions, admin, health }) => {
    const marks = [admin === undefined ? 'no server yet' : admin, health].filter(
      (word) => word !== undefined && word !== 'ready' && word !== 'up',
    );
    return `${name} ${sessions}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
  });
  const moved = view.cuts === 0 ? '' : `, ${view.cuts} moved in ${view.plans} ${view.plans === 1 ? 'plan' : 'plans'}`;
  return `HAProxy ${process}: ${servers.join(', ') || 'no servers'}; ${view.trouble ?? view.doing}${moved}`;
}

/** What keeps `nodes` from sharing `agents` evenly through it, in words; '' when nothing does. */
export function unbalanced(view: BalancerView | undefined, nodes: readonly string[], agents: number): string {
  if (view === undefined || !view.reachable) return view?.trouble ?? 'the master does not say how HAProxy is';
  const servers = nodes.map((name) => view.servers.find((server) => server.name === name));
  const missing = nodes.find((_, index) => servers[index]?.admin !== 'ready' || servers[index]?.health !== 'up');
  if (missing !== undefined) return `HAProxy sends no agents to ${missing}`;
  const counts = servers.map((server) => server!.sessions);
  const sum = counts.reduce((all, count) => all + count, 0);
  if (sum !== agents) return `HAProxy has ${sum} of ${agents} agents`;
  if (Math.max(...counts) - Math.min(...counts) > 1) return `HAProxy has ${balanceText(view, view.pid)}`;
  return view.phase === 'balanced' ? '' : `the balancer is at: ${view.doing}`;
}
