import fc from 'fast-check';
import { normaliseOssec, wrapper } from '../src/normalise-ossec.ts';
import { parseOssec } from '../src/ossec-xml.ts';

const inside = (text: string): string => {
  const result = normaliseOssec(text);
  if (!result.ok) throw new Error(result.text);
  return result.xml.slice(wrapper.length + 2, -wrapper.length - 3);
};

test.each([
  ['<ab>', '<ab>', 'a name and one more character start a tag'],
  ['<a>', '&lt;a>', 'a name of one letter alone does not'],
  ['<a>>', '<a>>', 'unless a further > follows on the line'],
  ['<a b="c">', '<a b="c">', 'or an attribute'],
  ['</a>x>', '</a>x>', 'a closing tag follows the same rule'],
  ['< ab>', '&lt; ab>', 'a blank is no name'],
  ['<-ab>', '&lt;-ab>', 'a dash is no name'],
  ['<éa>', '<éa>', 'a letter of any script is'],
  ['<_a>', '<_a>', 'and an underscore'],
  ['<ab\n>', '&lt;ab\n>', 'a tag does not go over a line end'],
  ['\\<ab>', '\\&lt;ab>', 'a backslash makes text of it'],
  ['\\\\<ab>', '\\\\<ab>', 'an escaped backslash does not'],
  ['<!DOCTYPE a>', '&lt;!DOCTYPE a>', 'a document type is text'],
  ['<?xml a?>', '&lt;?xml a?>', 'a declaration is text'],
  ['a<!-- <ab> -- \n --->b', 'a\nb', 'a comment goes, its line ends stay'],
  ['<!-- a', '&lt;!-- a', 'a comment without end is text'],
  [
    '& &amp; &lt; &gt; &apos; &quot; &#1; &x;',
    '&amp; &amp; &amp;lt; &amp;gt; &apos; &quot; &amp;#1; &amp;x;',
    'ampersands',
  ],
  ['a\r\nb\rc', 'a\nb\nc', 'line ends become one kind'],
])('%j becomes %j: %s', (text, xml) => {
  expect(inside(text)).toBe(xml);
});

test.each([
  ['a\n]]>', 2, 'CDATA'],
  ['\n\n\u0000', 3, 'U+0000'],
  ['\u000b', 1, 'U+000B'],
  ['\uffff', 1, 'U+FFFF'],
])('%j is refused with its line', (text, line, reason) => {
  expect(normaliseOssec(text)).toMatchObject({ ok: false, line, text: expect.stringContaining(reason) });
});

test('lines with an OSSEC comment are told', () => {
  expect(normaliseOssec('<!-- a -->\n<! a !>\n<!DOCTYPE a>\n\\<! b\n<! c')).toMatchObject({ ossecComments: [2, 5] });
});

test.each([
  ['<!-- a -->', undefined],
  ['<!-- a\n', 1],
  ['<!-- a\n\n-->\n<!-- b\n<!-- c', 4],
  ['<!-->', 1],
  ['<! a', undefined],
])('in %j the comment that never ends starts on line %j', (text, line) => {
  expect(normaliseOssec(text)).toMatchObject({ openComment: line });
});

test('text without < and & is left as it is, and parses to no element', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab >"\'=/\\\n!-?;') });
  fc.assert(
    fc.property(text, (written) => {
      expect(inside(written)).toBe(written);
      expect(parseOssec(written)).toMatchObject({ ok: true, roots: [] });
    }),
  );
});

test('parsing never throws, and an accepted text gives the lines it had', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom('<ab>', '</ab>', '<!--', '-->', '\n'),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join('');
      const normalised = normaliseOssec(text);
      if (normalised.ok) expect(normalised.xml.split('\n')).toHaveLength(text.split(/\r\n|\r|\n/).length);
      expect(typeof parseOssec(text).ok).toBe('boolean');
    }),
    { numRuns: 1000 },
  );
});
