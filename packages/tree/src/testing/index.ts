export { diskCompliance, type TestFramework } from './disk-compliance.ts';
