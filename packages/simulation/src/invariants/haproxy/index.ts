export { type Calm, openCalm } from './calm.ts';
export { type Cuts, openCuts } from './cuts.ts';
export { type HaproxyHealed, openHaproxyHealed } from './healed.ts';
export { openServing, type Serving } from './serving.ts';
