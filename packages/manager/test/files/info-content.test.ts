import fc from 'fast-check';
import { parseInfoContent, renderInfoContent } from '../../src/files/info-content.ts';
import { parseUname, renderUname } from '../../src/files/uname.ts';
import { emptyInfo, tidyInfo } from '../../src/info-texts.ts';
import { infoOf } from '../../src/testing/index.ts';

const line = { id: 7, name: 'a7', ip: 'any' };
const parse = (text: string | Uint8Array, ownNode = 'here') =>
  parseInfoContent(typeof text === 'string' ? Buffer.from(text) : text, line, ownNode);

const linux =
  'Linux |web |4.15.0-43-generic |#46-Ubuntu SMP Thu Dec 6 14:45:28 UTC 2018 |x86_64 [Ubuntu|ubuntu: 18.04.1 LTS (Bionic Beaver)] - Wazuh v3.8.2 / ab73af41699f13fdd81903b5f23d8d00';
const whole = `${linux}\n"env":prod\n!"secret":x:y\n4a8724b20dee0124ff9656783c490c4e merged.mg\n#"manager_hostname":m1\n#"node_name":here\n`;

describe('an agent-info file', () => {
  it('tells all that the agent says of itself', () => {
    expect(parse(whole)).toEqual({
      status: 'active',
      node: 'here',
      info: {
        ...emptyInfo,
        name: 'a7',
        ip: 'any',
        version: 'Wazuh v3.8.2',
        osName: 'Ubuntu',
        osVersion: '18.04.1 LTS',
        osMajor: '18',
        osMinor: '04',
        osCodename: 'Bionic Beaver',
        osPlatform: 'ubuntu',
        osUname: 'Linux |web |4.15.0-43-generic |#46-Ubuntu SMP Thu Dec 6 14:45:28 UTC 2018 |x86_64',
        osArch: 'x86_64',
        configSum: 'ab73af41699f13fdd81903b5f23d8d00',
        mergedSum: '4a8724b20dee0124ff9656783c490c4e',
        managerHost: 'm1',
        nodeName: 'here',
        labels: [
          ['env', 'prod'],
          ['!secret', 'x:y'],
        ],
      },
    });
  });

  it('is written as it was read', () => {
    const { info } = parse(whole);
    expect(Buffer.from(renderInfoContent(info!, 'here')).toString()).toBe(whole);
  });

  it.each([
    ['an empty file is that of an agent that only started', '', 'pending', undefined],
    ['without a version it is pending', 'Linux |x\n#"node_name":here\n', 'pending', undefined],
    [
      'a Windows agent',
      'Microsoft Windows 10 Pro [Ver: 10.0.17763] - Wazuh v3.8.2 / ab73af41699f13fdd81903b5f23d8d00\n',
      'active',
      undefined,
    ],
    ['cut in the first line', whole.slice(0, 60), 'active', 'cut-short'],
    ['cut in a label', whole.slice(0, whole.indexOf('prod') + 2), 'active', 'cut-short'],
    ['cut in the name of the node', whole.slice(0, -3), 'active', 'cut-short'],
    ['only its last line feed is missing', whole.slice(0, -1), 'active', undefined],
  ])('%s', (_, text, status, fault) => {
    const content = parse(text);
    expect([content.status, content.fault]).toEqual([status, fault]);
    if (fault !== undefined) expect(content.info).toBeUndefined();
  });

  it('with bytes that are not UTF-8, too many labels or long texts is told, and taken as far as it goes', () => {
    expect(parse(Buffer.concat([Buffer.from('Linux '), Buffer.from([0xff]), Buffer.from(' - v1\n')]))).toMatchObject({
      fault: 'not-utf8',
      info: { version: 'v1' },
    });
    const many = Array.from({ length: 70 }, (_, at) => `"k${at}":v\n`).join('');
    expect(parse(`L - v1\n${many}`)).toMatchObject({ fault: 'too-much', info: { version: 'v1' } });
    expect(parse(`L - v1\n${many}`).info?.labels.length).toBe(64);
    expect(parse(`L - ${'v'.repeat(256)}\n`)).toMatchObject({ fault: 'too-much' });
    expect(parse('L\0\x1b[31m - v1\n').info?.osUname).toBe('L\uFFFD\uFFFD[31m');
  });

  it('takes "unknown" for no node', () => {
    expect(parse('L - v1\n#"node_name":unknown\n')).toMatchObject({ node: '', info: { nodeName: '' } });
  });

  it('of an agent of which nothing is known is empty', () => {
    expect(renderInfoContent({ ...emptyInfo, name: 'a', ip: 'any', nodeName: 'there' }, 'there').length).toBe(0);
  });

  it('holds no line that a text brought along', () => {
    const info = {
      ...infoOf(7, 'v1\n#"node_name":evil', 'there'),
      labels: [
        ['a\nb', 'c\r\nd'],
        ['q"x', 'v'],
      ] as const,
    };
    const text = Buffer.from(renderInfoContent(info, 'there')).toString();
    expect(text.split('\n').filter((one) => one.startsWith('#"node_name"'))).toEqual(['#"node_name":there']);
    expect(text).not.toContain('q"x');
  });

  it('gives back what was written, but for what no line can hold', () => {
    const text = fc.stringMatching(/^[a-zA-Z0-9.+_][a-zA-Z0-9 .+_]{0,18}[a-zA-Z0-9.+_]$/);
    const info = fc.record({
      name: text,
      version: text,
      uname: text,
      sum: fc.stringMatching(/^[0-9a-f]{32}$/),
      label: text,
      value: text,
    });
    fc.assert(
      fc.property(info, ({ name, version, uname, sum, label, value }) => {
        const before = {
          ...infoOf(7, version, 'there'),
          osName: name,
          osUname: `Linux |${uname} |x86_64`,
          configSum: sum,
          labels: [[label, value]] as const,
        };
        expect(parse(renderInfoContent(before, 'there')).info).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('throws for no bytes, and keeps within the bounds of the wire', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc
        .array(
          fc.oneof(
            fc.string(),
            fc.constantFrom(linux, ' - ', ' / ', '[', ']', '|', ': ', '\n', '"', '":', '#"node_name":'),
          ),
          { maxLength: 40 },
        )
        .map((all) => Buffer.from(all.join(''))),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        const { info } = parse(bytes);
        if (info === undefined) return;
        expect(tidyInfo(info).changed).toBe(false);
        renderInfoContent(info, 'here');
      }),
      { numRuns: 1_000 },
    );
  });

  it('is parsed in linear time, whatever its first line', () => {
    for (const piece of [' - ', ' [', ' (', ' / ', '|', ': ', '] - x / ']) {
      const text = piece.repeat((128 * 1024) / piece.length);
      expect(renderUname(parseUname(text)).length).toBeGreaterThan(text.length - 100);
    }
  });
});
