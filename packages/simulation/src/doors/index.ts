export { doDoorDeed } from './do-door-deed.ts';
export { isOrder } from './orders.ts';
