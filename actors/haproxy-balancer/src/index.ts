export { spawnBalancer } from './balancer.ts';
export { type BalancerEvent, type BalancerMessage, getBalance, type Member } from './messages.ts';
export { type Load, type Mode, type Plan, planFor } from './plan.ts';
export type {
  AdminState,
  BalancerDeps,
  CutOrder,
  HaproxyPort,
  Instance,
  SeenServer,
  SeenSession,
  WantedServer,
} from './ports.ts';
export type { BalancerConfig } from './state.ts';
