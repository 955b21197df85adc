import type { Findings } from './fault.ts';
import type { Element, ParsedOssec } from './ossec-xml.ts';

type Parsed = Extract<ParsedOssec, { readonly ok: true }>;

/** The cluster section that holds: the last one, whole (`reference/config.md` 2, merge rules). Undefined when there is none. */
export function clusterSection(parsed: Parsed, findings: Findings): Element | undefined {
  const roots = parsed.roots.filter((root) => root.name === 'ossec_config');
  const sections = roots.flatMap((root) => root.children.filter((child) => child.name === 'cluster'));
  if (sections.length > 1) {
    findings.warn(
      "There are multiple cluster sections in configuration. Using only last section. (The manager's other daemons take the node's name and type from the first.)",
    );
  }
  if (sections.length === 0) {
    findings.warn('There is no <cluster> section in <ossec_config>: the cluster is off, and a start does nothing.');
  }
  warnOfReaders(parsed, roots, sections, findings);
  return sections.at(-1);
}

/** The manager's other daemons read the same file by other rules; a node can disagree with itself. */
function warnOfReaders(
  parsed: Parsed,
  roots: readonly Element[],
  sections: readonly Element[],
  findings: Findings,
): void {
  const foreign = parsed.roots.filter((root) => root.name !== 'ossec_config').map((root) => `<${root.written}>`);
  if (foreign.length > 0) {
    findings.warn(
      `The root ${[...new Set(foreign)].join(', ')} is ignored; the manager's other daemons refuse the whole file for it (1230).`,
    );
  }
  if (parsed.ossecComments.length > 0 && sections.length > 0) {
    const lines = parsed.ossecComments.join(', ');
    findings.warn(
      `Line ${lines}: <! … !> is a comment for the manager's other daemons, but not for the cluster: options inside it hold. Use <!-- … -->.`,
    );
  }
  const read = [...roots, ...sections.flatMap((section) => [section, ...section.children])];
  const mixed = read.filter((element) => element.written !== element.name).map((element) => `<${element.written}>`);
  if (mixed.length > 0) {
    findings.warn(
      `${[...new Set(mixed)].join(', ')}: the manager's other daemons know these names in lower case only.`,
    );
  }
}

/** Also where the file cannot be read: an end that was forgotten is then often why. */
export function warnOfOpenComment(line: number | undefined, findings: Findings): void {
  if (line === undefined) return;
  findings.warn(
    `Line ${line}: this <!-- never ends, for no --> follows: it is no comment, and what comes after it holds. Write --> where the comment is to end.`,
  );
}
