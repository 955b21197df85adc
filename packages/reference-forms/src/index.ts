export { configForm, masked } from './config.ts';
export { activeAgents38, health38, health414, isLinked } from './health.ts';
export { type NodeForm, nodeFields, nodeForm, plainVersion, takingPart } from './nodes.ts';
export { localText, microsAgo, microsOf, utcText, type WallClock, zoneMinutes } from './times.ts';
