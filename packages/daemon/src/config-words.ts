import { type Fault, faultLine } from '@muster/config';

/** What `muster check-config` shows of a fault in five lines, as one line of the log. */
export function faultInOneLine(fault: Fault): string {
  const place = fault.line === undefined ? fault.file : `${fault.file}, line ${fault.line}`;
  const where = fault.option === '' ? place : `${fault.option} in ${place}`;
  const found = fault.value === undefined ? '' : `; found: ${fault.value}`;
  return `${faultLine(fault)} (${where}${found}; allowed: ${fault.allowed}) ${fault.cure}`;
}
