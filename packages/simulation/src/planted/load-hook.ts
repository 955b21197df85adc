/** Adapter: the hook for Node before 22.15, in a thread of Node's own; `register.ts` hands it the module. */
import type { InitializeHook, LoadHook } from 'node:module';
import type { Planted } from './plant.ts';

let planted: Planted | undefined;

export const initialize: InitializeHook<Planted> = (given) => {
  planted = given;
};

export const load: LoadHook = (url, context, nextLoad) =>
  url === planted?.url ? { format: 'module', source: planted.source, shortCircuit: true } : nextLoad(url, context);
