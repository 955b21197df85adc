export { type Answered, openAnswered } from './answered.ts';
export { openEventsKept } from './events-kept.ts';
export { openHiddenKeys } from './hidden-keys.ts';
export { type MastersOrders, openMastersOrders } from './masters-orders.ts';
