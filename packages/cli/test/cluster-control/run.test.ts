import { ControlError } from '@muster/control';
import { healthRows, run } from './world.ts';

const gone = new ControlError('not-running', 'No Muster runs for R (/r).');

describe('cluster_control', () => {
  it('takes R from --root, then from MUSTER_ROOT, then /var/ossec', async () => {
    expect((await run(['-l', '--root', '/a'], {}, { MUSTER_ROOT: '/b' })).roots).toEqual(['/a']);
    expect((await run(['-l'], {}, { MUSTER_ROOT: '/b' })).roots).toEqual(['/b']);
    expect((await run(['-l'], {}, { MUSTER_ROOT: '' })).roots).toEqual(['/var/ossec']);
    expect((await run(['-l', '--root', 'r'])).roots).toEqual(['/here/r']);
  });

  it('asks no node for its help, its usage and words that are wrong', async () => {
    for (const argv of [['-h'], ['-u'], [], ['-x'], ['-a', '-l'], ['-fs', 'active']])
      expect((await run(argv)).roots).toEqual([]);
  });

  it.each(['-l', '-a', '-i'])('leaves the node when it is done with %s, and when the node refuses', async (option) => {
    expect(await run([option])).toMatchObject({ opened: 1, left: 1 });
    expect(await run([option], { refusal: new ControlError('failed', 'no') })).toMatchObject({ opened: 1, left: 1 });
  });

  it('with -d says what it does on stderr, and the same as ever on stdout', async () => {
    const [quiet, loud] = [await run(['-l']), await run(['-l', '-d'])];
    expect([loud.out, loud.code]).toEqual([quiet.out, 0]);
    expect([quiet.error, loud.error]).toEqual([
      '',
      'DEBUG: Asking the Muster of R (/var/ossec) in the layout of 4.14.\nDEBUG: Answered.\n',
    ]);
  });

  it('with -d shows where an error came from, and ends with 1', async () => {
    const cause = new Error('connect ECONNREFUSED');
    const refusal = new ControlError('timeout', 'It did not answer in time.', cause);
    expect(await run(['-l'], { refusal })).toMatchObject({
      code: 0,
      error: 'ERROR: Error 3020 - Timeout sending request\n',
    });
    const { code, error } = await run(['-l', '-d'], { refusal });
    expect(code).toBe(1);
    expect(error).toContain('ERROR: Error 3020 - Timeout sending request\nControlError: It did not answer in time.');
    expect(error).toContain('caused by Error: connect ECONNREFUSED');
  });

  it('puts a broken invariant into one line, with 1', async () => {
    expect(await run(['-l'], { refusal: new Error('bug: n\u001b[2J') })).toMatchObject({
      ...{ code: 1, out: '', error: 'ERROR: bug: n\\x1b[2J\n' },
    });
  });

  it('shows nothing of a list that breaks off', async () => {
    const refusal = new ControlError('no-such-node', 'There is none.');
    expect(await run(['-a'], { refusalAfter: 1, refusal })).toMatchObject({
      ...{ out: '', error: 'ERROR: Error 1000 - There is none.\n', left: 1 },
    });
  });

  it('calls agent 000 as the machine of the master, or as its node where the machine is not known', async () => {
    const row = async (info: object) => (await run(['-a', '-fn', 'node01'], { info })).out.split('\n')[1];
    expect(await row({ host: 'h1', managerVersion: 'v4.9.2' })).toMatch(
      /^000 +h1 +127\.0\.0\.1 +active +Wazuh v4\.9\.2 +node01 +$/,
    );
    expect(await row({})).toMatch(/^000 +node01 +127\.0\.0\.1 +active +unknown +node01 +$/);
  });

  it('has the node leave out what one name and one status leave out, and looks through the rest itself', async () => {
    const asked = async (...argv: readonly string[]) => (await run(['-a', ...argv])).filters[0];
    expect(await asked()).toEqual({});
    expect(await asked('-fn', 'node02', '-fs', 'active')).toEqual({ node: 'node02', status: 'active' });
    expect(await asked('-fn', 'node02', 'node03', '-fs', 'active', 'pending')).toEqual({});
    // No node has such a name, and a node would refuse to be asked for it.
    expect(await asked('-fn', 'a b')).toEqual({});
    expect((await run(['-a', '-fn', 'a b'])).out).toBe('ID  NAME  IP  STATUS  VERSION  NODE NAME  \n');
  });

  it('in 3.8 takes a name behind -fn of -i for every node whose name is part of what was written', async () => {
    const shown = async (...argv: readonly string[]) =>
      [
        ...(await run(['-i', ...argv], { rows: healthRows('3.8') }, { MUSTER_PROFILE: '3.8' })).out.matchAll(
          /^ {4}(\w+)/gm,
        ),
      ].map(([, name]) => name);
    expect(await shown('-fn', 'node02')).toEqual(['node02']);
    expect(await shown('-fn', 'xnode02y')).toEqual(['node02']);
    expect(await shown('-fn', 'node0', '2')).toEqual([]);
    expect(await shown('-fn', 'node03', 'node02')).toEqual(['node02', 'node03']);
  });

  it('looks at the configuration only where nothing runs', async () => {
    expect((await run(['-l'], { still: { invalid: 'x' } })).code).toBe(0);
    expect(await run(['-l'], { closed: gone, still: { invalid: 'x' } })).toMatchObject({
      code: 1,
      error: 'ERROR: x\n',
    });
  });
});
