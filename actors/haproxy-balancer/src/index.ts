export { type BalancerEvent, type BalancerMessage, getBalance, type Member } from './messages.ts';
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
