import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue, closeCodes, envelopes, violationCodes } from '@muster/protocol';
import * as limits from '../src/limits.ts';

/** The formatter pads tables: one blank for many. */
const readme = readFileSync(join(__dirname, '../README.md'), 'utf8').replace(/ +/g, ' ');
const count = (value: number): string => value.toLocaleString('en-US');

/** What follows `heading`, up to the next one. */
const section = (heading: string): string => readme.split(`\n## ${heading}`)[1]!.split('\n## ')[0]!;
const codesIn = (text: string): readonly string[] => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code!);

describe('the README', () => {
  it.each([...catalogue])('has the row of the message %s', (type, { form, to, from, maxBytes, answer }) => {
    expect(readme).toContain(`\n| \`${type}\` | ${form} | ${to ?? '-'} | ${from.join(', ')} | ${count(maxBytes)} | `);
    const answers = answer?.map((each) => `\`${each}\``).join(' or ');
    if (answers !== undefined) expect(readme).toMatch(new RegExp(`\n\\| \`${type}\` .* Answer: ${answers} \\|\n`));
  });

  it.each([...envelopes])('has the row of the envelope %s', (kind, { from }) => {
    expect(readme).toContain(`\n| \`${kind}\` | ${from.join(', ')} | `);
  });

  it.each(Object.entries(limits))('has the limit %s', (name, value) => {
    expect(section('Limits')).toContain(`\n| \`${name}\` | ${count(value)} |`);
  });

  it('has every close and violation code, and nothing that does not exist', () => {
    expect(codesIn(section('Messages'))).toEqual([...catalogue.keys()]);
    expect(codesIn(section('Envelopes'))).toEqual([...envelopes.keys()]);
    expect([...codesIn(section('Limits'))].sort()).toEqual(Object.keys(limits).sort());
    expect(codesIn(section('Refusals'))).toEqual(closeCodes);
    expect(codesIn(section('Violations'))).toEqual(violationCodes);
  });
});
