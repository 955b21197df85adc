export { type KvFixture, kvCompliance, type OpenFixture } from './kv-compliance.ts';
