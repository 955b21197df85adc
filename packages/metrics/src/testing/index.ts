export { faultsOf } from './faults.ts';
export { type ParsedSample, parseLine, parseText } from './parse.ts';
