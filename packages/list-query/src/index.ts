export { type ListFault, type ListFaultCode, listFaultText } from './fault.ts';
export type { Row, RowValue } from './fields.ts';
export { type ListOptions, type ListQuery, type ListResult, listOf } from './list.ts';
export { parseSearch, parseSelect, parseSort, type SortKey } from './parse.ts';
