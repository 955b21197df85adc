export { findHaproxy } from '../adapters/find-haproxy.ts';
export { makeCertificates, type TestCertificates } from './certificates.ts';
export { type DataplaneDouble, type DoubleOptions, dataplaneDouble, type Wish } from './dataplane/dataplane-double.ts';
export { driverCompliance } from './driver-compliance.ts';
export type { DriverStage, Place, TestFramework } from './driver-stage.ts';
export { type ManagerApiDouble, managerApiDouble } from './manager-api-double.ts';
export { openRealAgents, type RealAgents } from './real-agents.ts';
export {
  agentsCfgOf,
  openRealHaproxy,
  type RealHaproxy,
  type RealHaproxyOptions,
} from './real-haproxy.ts';
export { missingHaproxy, wantedHere } from './wanted-here.ts';
