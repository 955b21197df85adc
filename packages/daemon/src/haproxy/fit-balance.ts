/** Makes the view of all instances fit one frame. Pure. */
import type { Balance, BalancerView } from '@muster/protocol';
import { howManyFit } from '../views/fit.ts';

const maxInstances = 16;
const maxServers = 1_000;

/** Servers that do not fit are left out, of the longest list first, and their number is told. */
export function fitBalance(views: readonly BalancerView[]): Balance {
  let most = maxServers;
  let fitted = views.slice(0, maxInstances).map((view) => shortened(view, most));
  while (most > 1 && howManyFit(fitted) < fitted.length) {
    most = Math.floor(most / 2);
    fitted = fitted.map((view) => shortened(view, most));
  }
  return { type: 'balance', instances: fitted };
}

const left = 'view-cut';

function shortened(view: BalancerView, most: number): BalancerView {
  if (view.servers.length <= most) return view;
  const earlier = view.advice.filter(({ code }) => code !== left);
  const text = `Of more than ${most} servers only the first ${most} are shown.`;
  return { ...view, servers: view.servers.slice(0, most), advice: [...earlier.slice(0, 99), { code: left, text }] };
}
