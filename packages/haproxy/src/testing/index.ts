export { driverCompliance } from './driver-compliance.ts';
export type { DriverStage, Place, TestFramework } from './driver-stage.ts';
