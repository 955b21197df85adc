import { clusterXml, errorOf, faultsOf, key, loadOssec, ossec } from './ossec.ts';

const nameIn = async (name: string) => (await loadOssec(ossec(clusterXml({ name })))).cluster.name;
const warnings = async (text: string) => (await loadOssec(text)).warnings;

test('several roots are read in order, and the last cluster section holds as a whole', async () => {
  const config = await loadOssec(
    ossec(clusterXml({ name: 'first', node_name: 'a' })) + ossec(clusterXml({ name: 'second' })),
  );
  expect(config.cluster).toMatchObject({ name: 'second', nodeName: 'node01' });
  expect(config.warnings[0]).toMatch(
    /^There are multiple cluster sections in configuration\. Using only last section\./,
  );
});

test('several sections in one root: the last holds as a whole', async () => {
  const config = await loadOssec(ossec(clusterXml({ port: '2000' }), clusterXml({ name: 'second' })));
  expect(config.cluster).toMatchObject({ name: 'second', port: 1516 });
});

test('another root is ignored, with a warning of who refuses it', async () => {
  const config = await loadOssec(`<agent_config>\n${clusterXml({ name: 'x' })}</agent_config>\n${ossec(clusterXml())}`);
  expect(config.cluster.name).toBe('wazuh');
  expect(config.warnings).toEqual([expect.stringContaining('The root <agent_config> is ignored')]);
});

test('text outside of elements is ignored', async () => {
  expect((await loadOssec(`hello & < world\n${ossec('text', clusterXml(), 'more')}bye`)).cluster.key).toBe(key);
});

test('names are compared without case, with a warning', async () => {
  const text = `<OSSEC_CONFIG>\n${clusterXml({ Node_Name: 'abc' }).replace(/cluster>/g, 'Cluster>')}</OSSEC_CONFIG>`;
  const config = await loadOssec(text);
  expect(config.cluster.nodeName).toBe('abc');
  expect(config.warnings).toEqual([expect.stringContaining('<OSSEC_CONFIG>, <Cluster>, <Node_Name>')]);
});

test('a comment may hold -- and ends at the first -->', async () => {
  expect(await nameIn('a<!-- x -- <name>y</name> -->b')).toBe('ab');
  expect(await nameIn('a<!-- x --> -->b')).toBe('a -->b');
});

test('a comment over several lines leaves the line numbers as they are', async () => {
  const error = await errorOf(loadOssec('<!--\n\n-->\n<ossec_config>\n<cluster>\n</wrong>\n'));
  expect(error.faults[0]).toMatchObject({ code: 3006, line: 6 });
});

test('<! … !> is no comment: what is inside holds, with a warning', async () => {
  const config = await loadOssec(ossec(clusterXml(), `<!\n${clusterXml({ name: 'inside' })}!>`));
  expect(config.cluster.name).toBe('inside');
  expect(config.warnings).toEqual(expect.arrayContaining([expect.stringContaining('is a comment for the manager')]));
});

test.each(['<?xml version="1.0"?>\n', '<!DOCTYPE ossec>\n'])('%s is text', async (head) => {
  expect((await loadOssec(head + ossec(clusterXml()))).cluster.key).toBe(key);
});

test('CDATA is refused', async () => {
  const error = await errorOf(loadOssec(ossec(clusterXml({ name: '<![CDATA[x]]>' }))));
  expect(error.faults[0]).toMatchObject({ code: 3006, line: 5, text: expect.stringContaining('CDATA') });
});

test.each([
  ['a & b', 'a & b'],
  ['a&b;c', 'a&b;c'],
  ['&#65;', '&#65;'],
  ['&amp;', '&'],
  ['&apos;&quot;', `'"`],
  ['&lt;&gt;', '&lt;&gt;'],
  ['&amp;lt;', '&lt;'],
  ['a\\b', 'a\\b'],
  ['a \\<b> c', 'a \\<b> c'],
  ['a\\\\', 'a\\\\'],
  ['a < b', 'a < b'],
  ['a <= b', 'a <= b'],
  [' x ', ' x '],
  ['x <!-- y', 'x <!-- y'],
  ['012', '012'],
])('the value %s is read as %s', async (written, read) => {
  expect(await nameIn(written)).toBe(read);
});

test('a tag of one letter, alone on its line, is text', async () => {
  expect(await nameIn('\n<a>\n')).toBe('\n<a>\n');
});

test.each([
  ['a start tag over two lines', ossec('<localfile\n kind="x">text</localfile>')],
  ['an element that is not closed', ossec('<global>')],
  ['elements that cross', ossec('<global><alerts></global></alerts>')],
  ['a closing tag too many', `${ossec()}</ossec_config>`],
  ['a control character', ossec('\u0001')],
  ['a NUL', ossec('\u0000')],
  ['nesting without end', '<aa>'.repeat(5000) + '</aa>'.repeat(5000)],
  ['a reserved name', ossec('<__proto__>x</__proto__>')],
])('%s is error 3006', async (_, text) => {
  expect((await errorOf(loadOssec(text))).faults).toEqual([expect.objectContaining({ code: 3006 })]);
});

test.each([
  [
    'a section left open',
    '<ossec_config>\n<cluster>\n<key>abc</key>\n</ossec_config>\n',
    4,
    '<cluster>, opened on line 2, is not closed before </ossec_config>, line 4',
  ],
  [
    'an option left open',
    '<ossec_config>\n<cluster>\n<port>1516\n</cluster>\n</ossec_config>\n',
    4,
    '<port>, opened on line 3, is not closed before </cluster>, line 4',
  ],
  [
    'the key left open',
    '<ossec_config>\n<cluster>\n<key>abc\n</cluster>\n</ossec_config>\n',
    4,
    '<key>, opened on line 3, is not closed before </cluster>, line 4',
  ],
  [
    'a root left open',
    '\n<ossec_config>\n<global>\n</global>\n',
    2,
    '<ossec_config>, opened on line 2, is not closed before the end of the file',
  ],
  [
    'a wrong closing tag',
    '<ossec_config>\n<port>1\n</prot>\n</ossec_config>',
    3,
    '<port>, opened on line 2, is not closed before </prot>, line 3',
  ],
  [
    'a closing tag too many',
    '<ossec_config>\n</ossec_config>\n</ossec_config>',
    3,
    '</ossec_config>, line 3, closes nothing',
  ],
  [
    'an element in a key',
    '<key>\nab<cd_ef>\n</key>',
    3,
    'an element inside <key>, opened on line 2, is not closed before </key>, line 3',
  ],
  [
    'a closing tag in a key',
    '<key>\nab</cd >\n</key>',
    2,
    '<key>, opened on line 1, is not closed before a closing tag, line 2',
  ],
  [
    'a comment before',
    '<!--\n<ab>\n--><ossec_config>\n',
    3,
    '<ossec_config>, opened on line 3, is not closed before the end of the file',
  ],
])('%s is named with the line where it was opened', async (_, text, line, words) => {
  expect((await errorOf(loadOssec(text))).faults).toEqual([expect.objectContaining({ code: 3006, line, text: words })]);
});

test('a comment that never ends is told with its line, and what comes after it holds', async () => {
  const config = await loadOssec(`<ossec_config>\n<!-- ${clusterXml()}\n</ossec_config>`);
  expect(config.cluster.disabled).toBe(false);
  expect(config.warnings).toEqual([expect.stringMatching(/^Line 2: this <!-- never ends/)]);
  const broken = await errorOf(loadOssec('<ossec_config>\n<!-- <cluster>\n</ossec_config>'));
  expect(broken.warnings).toEqual([expect.stringMatching(/^Line 2: this <!-- never ends/)]);
  expect(await warnings(`<!-- a -->${ossec(clusterXml())}`)).toEqual([]);
});

test('an attribute on an option is refused', async () => {
  const text = ossec(clusterXml({ key: undefined }).replace('</cluster>', `<key kind="x">${key}</key>\n</cluster>`));
  expect(await faultsOf(loadOssec(text))).toContain(
    'The option \'key\' must be plain text, and holds the attribute "kind"',
  );
});

test('an element inside an option is refused', async () => {
  expect(await faultsOf(loadOssec(ossec(clusterXml({ port: '<value>1516</value>' }))))).toEqual([
    "The option 'port' must be plain text, and holds the element <value>",
  ]);
});

test('of a repeated option the last holds; repeated nodes are joined', async () => {
  const text = ossec(
    `<cluster>\n<key>x</key><key>${key}</key><nodes><node>10.0.0.1</node></nodes><nodes><node>10.0.0.2</node></nodes>\n</cluster>\n`,
  );
  expect((await loadOssec(text)).cluster).toMatchObject({ key, nodes: ['10.0.0.1', '10.0.0.2'] });
});

test('a section whose closing tag follows the last option at once is warned of', async () => {
  const oneLine = clusterXml().replaceAll('\n', '');
  expect(await warnings(ossec(oneLine))).toEqual([expect.stringContaining('not a worker')]);
  expect(await warnings(ossec(clusterXml()))).toEqual([]);
});

test('line ends of other systems and a byte order mark do no harm', async () => {
  expect((await loadOssec(`\ufeff${ossec(clusterXml()).replaceAll('\n', '\r\n')}`)).cluster.key).toBe(key);
});

test('a missing ossec.conf, or one that cannot be read, is error 3006', async () => {
  const { loadConfig } = await import('@muster/config');
  const missing = await errorOf(loadConfig({ root: '/r', read: async () => undefined }));
  expect(missing.faults).toEqual([expect.objectContaining({ code: 3006, text: 'there is no ossec.conf' })]);
  const denied = await errorOf(loadConfig({ root: '/r', read: async () => Promise.reject(new Error('EACCES')) }));
  expect(denied.faults.map(({ text }) => text)).toEqual([
    '/r/etc/ossec.conf cannot be read: EACCES',
    '/r/etc/muster.yaml cannot be read: EACCES',
  ]);
});

test.each([
  ['EISDIR', 'It is a directory'],
  ['ENOTDIR', 'A part of the path is no directory'],
  ['EACCES', 'Mend its owner or mode'],
  ['EPERM', 'Mend its owner or mode'],
  ['EIO', 'Mend what the system says'],
])('the cure of %s: %s', async (code, cure) => {
  const { loadConfig } = await import('@muster/config');
  const read = async (): Promise<string> => Promise.reject(Object.assign(new Error(code), { code }));
  const { faults } = await errorOf(loadConfig({ root: '/r', read }));
  expect(faults[0]?.cure).toContain(cure);
});

test('a root that is no directory is one fault', async () => {
  const { loadConfig } = await import('@muster/config');
  const error = await errorOf(loadConfig({ root: '/r', read: async () => undefined, isDirectory: async () => false }));
  expect(error.faults).toEqual([expect.objectContaining({ code: 3006, text: 'there is no directory /r', file: '/r' })]);
});
