import { type Findings, hiddenValue, quoted } from './fault.ts';
import type { Element } from './ossec-xml.ts';

/** Reads the scalar options of one block: the last of a repeated option wins, an empty one counts as absent. */
export interface Options {
  /** The value with its blanks; undefined when the option is absent, empty, or no plain text (then a fault is told). */
  readonly text: (name: string) => string | undefined;
  /** Every element of this name, in order. */
  readonly all: (name: string) => readonly Element[];
}

export function optionsOf(block: Element, findings: Findings): Options {
  const all = (name: string): readonly Element[] => block.children.filter((child) => child.name === name);
  return {
    all,
    text: (name) => {
      const element = all(name).at(-1);
      if (element === undefined) return undefined;
      if (element.attributes.length > 0 || element.children.length > 0) {
        findings.fault(notPlainText(`${block.name}.${name}`, element));
        return undefined;
      }
      return element.text === '' ? undefined : element.text;
    },
  };
}

/** Where `option` (`cluster.port`) stands: the line of the element that holds, else that of its block. */
export const lineOf = (block: Element, option: string): number | undefined =>
  (block.children.filter(({ name }) => name === option.split('.').at(-1)).at(-1) ?? block).line;

function notPlainText(option: string, element: Element): Parameters<Findings['fault']>[0] {
  const extra = [
    ...element.attributes.map((name) => `the attribute ${quoted(name)}`),
    ...element.children.map((child) => `the element <${child.written}>`),
  ];
  return {
    code: 3004,
    text: `The option '${element.written}' must be plain text, and holds ${extra.join(', ')}`,
    option,
    allowed: 'text alone, without attributes and elements',
    cure: `Write <${element.name}>value</${element.name}>.`,
  };
}

/** What is needed to tell of one bad value. */
export interface BadValue {
  readonly option: string;
  readonly value: string;
  readonly text: string;
  readonly allowed: string;
  readonly cure: string;
  readonly secret?: boolean;
  /** Where the option has several lines. */
  readonly line?: number;
}

/** Tells of a value that is not allowed. Adds to the cure when only blanks around the value are wrong. */
export function badValue(findings: Findings, { secret, cure, value, ...rest }: BadValue): void {
  const blanks = value !== value.trim() && value.trim() !== '';
  const shown = secret === true ? hiddenValue(value) : quoted(value);
  const mend = blanks ? `Remove the blanks around the value: they are part of it. ${cure}` : cure;
  findings.fault({ code: 3004, ...rest, value: shown, cure: mend });
}

/** `yes` or `no`; anything else is told by `otherwise`. */
export const isYesNo = (text: string): text is 'yes' | 'no' => text === 'yes' || text === 'no';
