import { faultsOf, parseText } from '../src/testing/index.ts';

const good = `# HELP a_seconds What it is \\\\ with \\n escapes
# TYPE a_seconds gauge
a_seconds{x="1",y="a\\"b\\\\c\\nd,e}f"} 1.5e-3
a_seconds{x="2",y=""} +Inf

# HELP b_total Some
# TYPE b_total counter
b_total 3 1700000000000
# a remark
# HELP h_seconds Times
# TYPE h_seconds histogram
h_seconds_bucket{le="0.1"} 1
h_seconds_bucket{le="+Inf"} 2
h_seconds_sum 0.5
h_seconds_count 2
`;
const head = (name: string, type = 'gauge'): string => `# HELP ${name} Help\n# TYPE ${name} ${type}\n`;
const histogram = (lines: string): string => `${head('h', 'histogram')}${lines}`;

it('a text as the format has it has no faults, and its values are read', () => {
  expect(faultsOf(good)).toEqual([]);
  expect(parseText(good)[0]).toEqual({
    ...{ name: 'a_seconds', written: '1.5e-3', value: 0.0015 },
    labels: [
      ['x', '1'],
      ['y', 'a"b\\c\nd,e}f'],
    ],
  });
  expect(faultsOf('')).toEqual([]);
});

it.each([
  ['without the last line end', `${head('a')}a 1`, 'no line end at the end'],
  ['without help', '# TYPE a gauge\na 1\n', 'a: no help'],
  ['without a type', '# HELP a Help\na 1\n', 'a: no type'],
  ['of a type that there is not', `${head('a', 'number')}a 1\n`, 'a: no type'],
  ['with help twice', `# HELP a Help\n${head('a')}a 1\n`, 'a: help twice'],
  ['with a type twice', `${head('a')}# TYPE a gauge\na 1\n`, 'a: type twice'],
  ['with help after a sample', `# TYPE a gauge\na 1\n# HELP a Help\n`, 'a: help after its samples'],
  ['without samples', head('a'), 'a: no samples'],
  ['with samples apart', `${head('a')}a{x="1"} 1\n${head('b')}b 1\na{x="2"} 1\n`, 'a: its lines are not together'],
  ['with a bad name', `${head('a')}1a 1\n`, 'line 3: a bad metric name'],
  ['with a dash in a name', `${head('a')}a-b 1\n`, 'line 3: a bad metric name'],
  ['with a bad name in its help', '# HELP a-b Help\n', 'line 1: a bad metric name'],
  ['with a bad label', `${head('a')}a{x-y="1"} 1\n`, 'line 3: a label value without quotes'],
  ['with a label of digits', `${head('a')}a{1="1"} 1\n`, 'line 3: a bad label name'],
  ['with a label twice', `${head('a')}a{x="1",x="2"} 1\n`, 'line 3: label x twice'],
  ['with a bad escape', `${head('a')}a{x="\\t"} 1\n`, 'line 3: a bad escape'],
  ['with a bad escape in the help', '# HELP a A \\t tab\n# TYPE a gauge\na 1\n', 'line 1: a bad escape in the help'],
  ['with an open quote', `${head('a')}a{x="1} 1\n`, 'line 3: a label value without an end'],
  ['without commas', `${head('a')}a{x="1"y="2"} 1\n`, 'line 3: labels without a comma'],
  ['with a word for a value', `${head('a')}a Nan\n`, 'line 3: "Nan" is no number'],
  ['without a value', `${head('a')}a{x="1"}\n`, 'line 3: "" is no number'],
  ['with words after the value', `${head('a')}a 1 soon\n`, 'line 3: more after the value'],
  ['with NaN', `${head('a')}a NaN\n`, 'a: NaN'],
  ['with a series twice', `${head('a')}a{x="1",y="2"} 1\na{y="2",x="1"} 1\n`, 'a: a series twice'],
  ['with a reserved label', `${head('a')}a{__x="1"} 1\n`, 'a: a reserved label'],
  ['with le outside a histogram', `${head('a')}a{le="1"} 1\n`, 'a: the label le'],
  ['with a counter that has no _total', `${head('a', 'counter')}a 1\n`, 'a: a counter without _total'],
  ['with a counter below 0', `${head('a_total', 'counter')}a_total -1\n`, 'a_total: a counter below 0'],
  ['with a gauge that has _total', `${head('a_total')}a_total 1\n`, 'a_total: _total, and no counter'],
  ['with a gauge called _count', `${head('a_count')}a_count 1\n`, 'a_count: a suffix'],
  ['in milliseconds', `${head('a_ms')}a_ms 1\n`, 'a_ms: its unit is no base unit'],
  ['with its type in its name', `${head('a_gauge')}a_gauge 1\n`, 'a_gauge: its type in its name'],
  [
    'with buckets that fall',
    histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'),
    'h: buckets that do not cumulate',
  ],
  [
    'with bounds that fall',
    histogram('h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'),
    'h: buckets that do not ascend',
  ],
  ['without +Inf', histogram('h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n'), 'h: no bucket +Inf'],
  ['without le', histogram('h_bucket 1\nh_sum 1\nh_count 1\n'), 'h: a bucket without le'],
  ['with another count', histogram('h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n'), 'h: +Inf and _count differ'],
  ['without a sum', histogram('h_bucket{le="+Inf"} 1\nh_count 1\n'), 'h: no _sum'],
  ['without a count', histogram('h_bucket{le="+Inf"} 1\nh_sum 1\n'), 'h: no _count'],
  ['with a plain value for a histogram', histogram('h 1\n'), 'h: h is no part of a histogram'],
])('a text %s is faulty', (_how, text, words) => {
  expect(faultsOf(text).join('\n')).toContain(words);
});

it('NaN is taken where it is allowed', () => {
  expect(faultsOf(`${head('a')}a NaN\n`, ['a'])).toEqual([]);
});
