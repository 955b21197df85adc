import fc from 'fast-check';
import { type Options, readCommandLine } from '../../src/cluster-control/options.ts';

const read = (line: string, ambient?: string) =>
  readCommandLine(
    line.split(' ').filter((word) => word !== ''),
    ambient,
  );
const run = (line: string, ambient?: string): Options => {
  const found = read(line, ambient);
  if (found.kind !== 'run') throw new Error(JSON.stringify(found));
  return found.options;
};

const none: Options = { profile: '4.14', root: undefined, debug: false, show: 'nothing', nodes: [], statuses: [] };

describe('the command line', () => {
  it.each<[string, Partial<Options>]>([
    ['', {}],
    ['-l', { show: 'nodes' }],
    ['--list-nodes', { show: 'nodes' }],
    ['--list-n', { show: 'nodes' }],
    ['-l -l', { show: 'nodes' }],
    ['-a', { show: 'agents' }],
    ['-i', { show: 'health' }],
    ['-i more', { show: 'health-more' }],
    ['-imore', { show: 'health-more' }],
    ['-i=more', { show: 'health-more' }],
    ['--health more', { show: 'health-more' }],
    ['--health=more', { show: 'health-more' }],
    ['--hea=more', { show: 'health-more' }],
    ['-i MORE', { show: 'health' }],
    ['-i anything', { show: 'health' }],
    ['-i -d', { show: 'health', debug: true }],
    ['-i more -fn a b', { show: 'health-more', nodes: ['a', 'b'] }],
    ['-fn a b -i more', { show: 'health-more', nodes: ['a', 'b'] }],
    ['-fn -l', { show: 'nodes' }],
    ['-l -fn', { show: 'nodes' }],
    ['-l -fn=a', { show: 'nodes', nodes: ['a'] }],
    ['-l --filter-node a', { show: 'nodes', nodes: ['a'] }],
    ['-l -fn a -fn b', { show: 'nodes', nodes: ['b'] }],
    ['-l -fn -5', { show: 'nodes', nodes: ['-5'] }],
    ['-l -fn -', { show: 'nodes', nodes: ['-'] }],
    ['-ad', { show: 'agents', debug: true }],
    ['-da -fs', { show: 'agents', debug: true }],
    ['-dimore', { show: 'health-more', debug: true }],
    ['-a -fs active pending', { show: 'agents', statuses: ['active', 'pending'] }],
    ['--filter-agent-status active -a', { show: 'agents', statuses: ['active'] }],
    ['-u', { show: 'usage' }],
    ['-l --root /r', { show: 'nodes', root: '/r' }],
    ['-l --root=/r', { show: 'nodes', root: '/r' }],
    ['-l --profile 3.8', { show: 'nodes', profile: '3.8' }],
    ['--profile=3.8 -l', { show: 'nodes', profile: '3.8' }],
    ['--profile 3.8 --profile 4.14', {}],
  ])('«%s»', (line, options) => expect(run(line)).toEqual({ ...none, ...options }));

  it('takes the profile of the environment, and the option before it', () => {
    expect(run('-l', '3.8').profile).toBe('3.8');
    expect(run('-l', '').profile).toBe('4.14');
    expect(run('-l --profile 4.14', '3.8').profile).toBe('4.14');
    expect(run('-l --profile 4.14', 'nonsense').profile).toBe('4.14');
  });

  it.each([
    ['-a -l', 'argument -l/--list-nodes: not allowed with argument -a/--list-agents'],
    ['-l -a', 'argument -a/--list-agents: not allowed with argument -l/--list-nodes'],
    ['-al', 'argument -l/--list-nodes: not allowed with argument -a/--list-agents'],
    ['-i more -u', 'argument -u/--usage: not allowed with argument -i/--health'],
    ['-u -i', 'argument -i/--health: not allowed with argument -u/--usage'],
    ['--list', 'ambiguous option: --list could match --list-agents, --list-nodes'],
    ['-f a', 'ambiguous option: -f could match -fn, -fs'],
    ['-fa x -l', 'unrecognized arguments: -fa x'],
    ['-l -x y -z', 'unrecognized arguments: -x y -z'],
    ['node01 -l', 'unrecognized arguments: node01'],
    ['-l node01', 'unrecognized arguments: node01'],
    ['-i more less', 'unrecognized arguments: less'],
    ['-l -fn a -- b', 'unrecognized arguments: b'],
    ['-lq', "argument -l/--list-nodes: ignored explicit argument 'q'"],
    ['--list-nodes=x', "argument -l/--list-nodes: ignored explicit argument 'x'"],
    ['-l --root', 'argument --root: expected one argument'],
    ['-l --profile', 'argument --profile: expected one argument'],
    ['-l --profile 5', "argument --profile: invalid choice: '5' (choose from '3.8', '4.14')"],
    ['-l --prof 3.8', 'unrecognized arguments: --prof 3.8'],
  ])('refuses «%s»: %s', (line, text) => expect(read(line)).toEqual({ kind: 'wrong-use', profile: '4.14', text }));

  it('names the environment where that has a strange profile', () => {
    const text = "environment MUSTER_PROFILE: invalid choice: '5' (choose from '3.8', '4.14')";
    expect(read('-l', '5')).toEqual({ kind: 'wrong-use', profile: '4.14', text });
  });

  it('knows no -u in 3.8', () =>
    expect(read('-u', '3.8')).toEqual({ kind: 'wrong-use', profile: '3.8', text: 'unrecognized arguments: -u' }));

  it.each(['-h', '--help', '-l -h', '-h -l', '-h -l -a', '-hl', '-dh', '-x -h', '-h --root', 'a -h'])(
    'shows its help at «%s», whatever else is there',
    (line) => expect(read(line)).toEqual({ kind: 'help', profile: '4.14' }),
  );

  it.each(['-fs active', '-l -fs active', '-i -fs active', '-u -fs active'])('takes -fs with -a only: «%s»', (line) =>
    expect(read(line)).toEqual({ kind: 'wrong-filter', profile: '4.14' }),
  );

  it('reads any words without a throw, and what it shows was asked for', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '-l',
        '-a',
        '-i',
        '-u',
        '-d',
        '-h',
        '-fn',
        '-fs',
        '--root',
        '--profile',
        '3.8',
        'more',
        '--',
        '-',
      ),
      fc.string({ maxLength: 6 }),
      fc.string({ maxLength: 6 }).map((text) => `-${text}`),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.option(word, { nil: undefined }), (argv, ambient) => {
        const found = readCommandLine(argv, ambient);
        if (found.kind === 'run' && found.options.show !== 'nothing') {
          expect(argv.some((each) => /^-(?:[dlaiu]|-)/.test(each))).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
