/** What is wrong with a text of metrics: its form, and what `promtool check metrics` complains of. For tests. */
import { type Family, familyFaults } from './family-faults.ts';
import { type ParsedSample, parseLine } from './parse.ts';

interface Reading {
  readonly families: Map<string, Family & { readonly samples: ParsedSample[] }>;
  readonly faults: string[];
  /** The metric of the line before. */
  current: string | undefined;
}

/** In plain words. `allowNan`: metrics that may have it. */
export function faultsOf(text: string, allowNan: readonly string[] = []): readonly string[] {
  const reading: Reading = { families: new Map(), faults: [], current: undefined };
  if (text !== '' && !text.endsWith('\n')) reading.faults.push('no line end at the end');
  text.split('\n').forEach((line, index) => {
    readLine(line, index + 1, reading);
  });
  return [...reading.faults, ...[...reading.families.values()].flatMap((family) => familyFaults(family, allowNan))];
}

function readLine(line: string, number: number, reading: Reading): void {
  const parsed = parseLine(line);
  switch (parsed.kind) {
    case 'fault':
      reading.faults.push(`line ${number}: ${parsed.text}`);
      break;
    case 'help':
    case 'type':
      declare(parsed, reading);
      break;
    case 'sample':
      addSample(parsed.sample, reading);
      break;
    case 'blank':
    case 'comment':
  }
}

function declare(
  { kind, name, text }: { readonly kind: 'help' | 'type'; readonly name: string; readonly text: string },
  reading: Reading,
): void {
  const family = enter(name, reading);
  if (family[kind] !== undefined) reading.faults.push(`${name}: ${kind} twice`);
  if (family.samples.length > 0) reading.faults.push(`${name}: ${kind} after its samples`);
  reading.families.set(name, { ...family, [kind]: text });
}

function addSample(sample: ParsedSample, reading: Reading): void {
  const base = sample.name.replace(/_(?:bucket|sum|count)$/, '');
  const isParts = reading.families.get(base)?.type === 'histogram';
  enter(isParts ? base : sample.name, reading).samples.push(sample);
}

/** The family, which is the current one from now on. */
function enter(name: string, reading: Reading): Family & { readonly samples: ParsedSample[] } {
  const known = reading.families.get(name);
  if (known !== undefined && reading.current !== name) reading.faults.push(`${name}: its lines are not together`);
  reading.current = name;
  const family = known ?? { name, help: undefined, type: undefined, samples: [] };
  reading.families.set(name, family);
  return family;
}
