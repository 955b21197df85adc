export { type IntegrityDeps, spawnIntegrity } from './integrity.ts';
export {
  type Generation,
  getIntegrityState,
  type IntegrityEvent,
  type IntegrityMessage,
  type IntegrityStatus,
  type IntegrityView,
} from './messages.ts';
export type { Extent, Problem, ScanResult } from './shapes.ts';
export { type IntegrityConfig, integrityDefaults } from './state.ts';
