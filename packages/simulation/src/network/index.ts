/** The simulated network. */
export type { Network, NetworkFaults, TransportOptions } from './network.ts';
export { openNetwork } from './open-network.ts';
