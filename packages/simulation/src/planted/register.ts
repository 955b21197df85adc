/**
 * Adapter: for `node --import`, with the fault's name in its address (`register.js?fault=NAME`), so that workers
 * and forks that inherit Node's arguments get the same fault. Ends the process when the fault is stale.
 */
import * as nodeModule from 'node:module';
import { faultNamed, plant } from './plant.ts';

/** Of Node 22.15 and above: hooks of this thread, to which loading stays synchronous. */
type RegisterHooks = (hooks: {
  readonly load: <T>(url: string, context: object, nextLoad: (url: string, context: object) => T) => object;
}) => unknown;

const planted = plant(faultNamed(new URL(import.meta.url).searchParams.get('fault') ?? ''));
const { registerHooks } = nodeModule as { readonly registerHooks?: RegisterHooks };

if (registerHooks === undefined) {
  nodeModule.register('./load-hook.js', import.meta.url, { data: planted });
} else {
  const module = { format: 'module', source: planted.source, shortCircuit: true };
  registerHooks({
    load: (url, context, nextLoad) => (url === planted.url ? module : (nextLoad(url, context) as object)),
  });
}
