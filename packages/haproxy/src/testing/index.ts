export { type DataplaneDouble, type DoubleOptions, dataplaneDouble, type Wish } from './dataplane/dataplane-double.ts';
export { driverCompliance } from './driver-compliance.ts';
export type { DriverStage, Place, TestFramework } from './driver-stage.ts';
