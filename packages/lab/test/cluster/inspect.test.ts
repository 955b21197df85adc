/** The inspector on real nodes: at a pseudo-terminal, from a pipe, for --eval, and over what happens to nodes. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { wantedHere } from '@muster/haproxy/testing';
import { type Cluster, type ClusterNode, missingTerminal, muster, openCluster, until } from '@muster/lab/testing';
import { inspected, type Person, pipe, sitDown, skeleton } from './inspect-rig.ts';

const atTerminal = wantedHere('pty', 'the inspector at a terminal', missingTerminal()) ? it : it.skip;

/** The restarts of `path`, as the tree through a pipe says. */
async function restartsOf(path: string, { root }: ClusterNode, node: string): Promise<number> {
  const { text } = await inspected(root, '--node', node, '--json', '--eval', 'tree');
  const rows = JSON.parse(text) as readonly { readonly path: string; readonly restarts: number }[];
  return rows.find((row) => row.path === path)?.restarts ?? -1;
}

let cluster: Cluster;
let master: ClusterNode;
let worker: ClusterNode;
const people: Person[] = [];
const sit = (...options: readonly string[]): Person => {
  const person = sitDown(cluster, master, ...options);
  people.push(person);
  return person;
};

beforeAll(async () => {
  cluster = await openCluster({ workers: 1 });
  master = cluster.master;
  worker = cluster.workers[0]!;
  for (const node of cluster.nodes) node.start();
  await cluster.inSync();
});
afterAll(async () => {
  for (const { terminal } of people) terminal.kill();
  await cluster?.close();
});

describe('at a terminal', () => {
  atTerminal('TAB completes, tree and show are drawn, and the history is for this user alone', async () => {
    const { terminal, type, prompted, sees, enter } = sit();
    await prompted();
    await type('sho');
    terminal.write('\t');
    await sees(/> show ?$/);
    await type(' keep-al');
    terminal.write('\t');
    await sees(/> show keep-alive$/);
    terminal.write('\r');
    await sees(/\nState\n\{\n/);
    await enter('tree');
    await prompted();
    expect(terminal.text()).toMatch(/ {4}└── node:worker1|│ {3}└── node:worker1/);
    await enter('crash keep-alive');
    await sees('crash changes the node. Begin the inspector with: muster inspect --operate');
    await enter('exit');
    expect(await terminal.exited).toBe(0);
    const history = join(cluster.folder, '.muster_inspect_history');
    expect(statSync(history).mode & 0o777).toBe(0o600);
    expect(readFileSync(history, 'utf8')).toContain('show keep-alive');
  });

  atTerminal('top is drawn in place, sorted by its keys, and left by another', async () => {
    const { terminal, sees, enter, prompted } = sit();
    await enter('top --every 200ms');
    await sees(/master: \d+ actors, [\d.]+ messages\/s/);
    terminal.write('r');
    await sees('MSG/S*');
    expect(terminal.text().match(/messages\/s/g)).toHaveLength(1);
    terminal.write('q');
    await prompted();
    await enter('exit');
    expect(await terminal.exited).toBe(0);
  });

  atTerminal('trace shows messages as they are handled, until Ctrl-C', async () => {
    const { terminal, sees, enter, prompted } = sit();
    const shown = await enter('trace keep-alive');
    await until('three messages', () => (shown().match(/\d\d:\d\d:\d\d\.\d{3} {2}\/keep-alive {2}/g) ?? []).length > 2);
    terminal.write('\u0003');
    await sees(/\n\d+ messages/);
    await prompted();
    await enter('exit');
    expect(await terminal.exited).toBe(0);
  });

  atTerminal('crash, then tree shows the restart; of a worker through its master, too', async () => {
    const { terminal, enter, prompted } = sit('--operate');
    await enter('crash /keep-alive');
    await until('it began anew', async () => (await restartsOf('/keep-alive', master, 'master')) === 1);
    const tree = await enter('tree');
    await prompted();
    expect(tree()).toMatch(/── keep-alive +running +\d+ +\d+ +\d+ +\d+ \w+ +1\n/);
    await enter('node worker1');
    await enter('crash integrity', 'worker1');
    await until('it began anew', async () => (await restartsOf('/integrity', master, 'worker1')) === 1);
    await enter('restart /file-sync', 'worker1');
    await prompted('worker1');
    await until('it began anew', async () => (await restartsOf('/file-sync', master, 'worker1')) === 1);
    await enter('exit', 'worker1');
    expect(await terminal.exited).toBe(0);
  });

  atTerminal('a node that is killed and started again is waited for; trace goes on', async () => {
    const { terminal, sees, enter, prompted } = sit();
    await prompted();
    const shown = await enter('trace /keep-alive');
    const count = (): number => (shown().match(/\/keep-alive {2}/g) ?? []).length;
    await until('a message', () => count() > 0);
    master.kill('SIGKILL');
    await master.exited();
    await sees('lost the node; trying again…');
    const before = count();
    master.start();
    await sees(/connected again: pid \d+, up /);
    expect(terminal.text()).toContain(`connected again: pid ${master.pid()}, up `);
    await until('messages of the new process', () => count() > before);
    terminal.write('\u0003');
    await prompted();
    master.kill('SIGKILL');
    await master.exited();
    // Nobody asks anything now.
    await until('it is said at the prompt', () => terminal.text().split('lost the node').length === 3);
    master.start();
    await until('it is said at the prompt', () => terminal.text().split('connected again').length === 3);
    await enter('tree');
    await prompted();
    await enter('exit');
    expect(await terminal.exited).toBe(0);
    await cluster.inSync();
  });
});

describe('without a terminal', () => {
  it('--eval does commands on any node, without colours and box drawing', async () => {
    const { code, text } = await inspected(master.root, '--eval', 'tree; node worker1; tree; health; why worker1');
    expect(code).toBe(0);
    expect(text).toContain('\n/links/node:worker1');
    expect(text).toContain('\n/links/node:master');
    expect(text).toContain(`\nProcess     ${worker.pid()}, `);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(text).not.toMatch(/[\u001b│├└─]/);
  });

  it('says what the transcript of docs/inspector.md says: the same tables and facts under the same commands', async () => {
    const page = readFileSync(join(__dirname, '../../../../docs/inspector.md'), 'utf8');
    const transcript = page.slice(page.indexOf('<!-- transcript -->'), page.indexOf('<!-- end of the transcript -->'));
    const said = transcript.split(/^muster \w+> /m).slice(1);
    expect(said.length).toBeGreaterThan(8);
    for (const part of said) {
      const [line = '', ...rest] = part.split('\n');
      if (line === 'exit') continue;
      const first = line.startsWith('top') ? `${line} --rounds 1` : line;
      const node = rest.join().includes('/links/node:master') || /crash|why|events/.test(line) ? 'worker1' : 'master';
      const options = ['--operate', '--node', node];
      const { code, text } = await inspected(master.root, ...options, '--eval', first);
      expect({ line, code }).toEqual({ line, code: 0 });
      for (const words of skeleton(rest))
        expect({ line, has: skeleton(text.split('\n')) }).toEqual({ line, has: expect.arrayContaining([words]) });
    }
  });

  it('a worker reaches its master, and another worker would through it', async () => {
    const { code, text } = await inspected(worker.root, '--node', 'master', '--json', '--eval', 'health');
    expect({ code, pid: JSON.parse(text).pid }).toEqual({ code: 0, pid: master.pid() });
    const none = await inspected(worker.root, '--node', 'nobody', '--eval', 'tree');
    expect(none).toMatchObject({ code: 1, text: expect.stringContaining('There is no node "nobody"') });
  });

  it('commands from a pipe are done one a line, and top in rounds', async () => {
    const { code, text } = await pipe(
      master.root,
      'node\ntop --rounds 2 --every 200ms\ntrace ** --count 3\nexit\ntree\n',
    );
    expect(code).toBe(0);
    expect(text).toMatch(/^You look at master\.\n/);
    expect(text.match(/messages\/s/g)).toHaveLength(2);
    expect(text.match(/\d\d:\d\d:\d\d\.\d{3} {2}\//g)).toHaveLength(3);
    expect(text).not.toContain('STATE');
  });

  it('an actor answers what it can be asked, and refuses what breaks its schema', async () => {
    const { text } = await inspected(master.root, '--json', '--eval', 'show keep-alive');
    const { operations } = JSON.parse(text) as {
      readonly operations: readonly { readonly form: string; readonly example: string }[];
    };
    const asked = operations.find(({ form }) => form === 'ask')!;
    const operate = (commands: string) => inspected(master.root, '--operate', '--eval', commands);
    expect(await operate(`ask keep-alive ${asked.example}`)).toMatchObject({
      code: 0,
      text: expect.stringContaining('It answered in '),
    });
    expect((await operate('ask keep-alive {"type":"no-such-message"}')).code).toBe(1);
    expect((await operate('bench keep-alive 100')).text).toContain('/keep-alive: 100 messages in ');
  });

  it('export writes once, for this user alone', async () => {
    const file = join(cluster.folder, 'export.json');
    expect((await inspected(master.root, '--eval', `export ${file}`)).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const facts = JSON.parse(readFileSync(file, 'utf8'));
    expect(facts).toMatchObject({
      node: 'master',
      health: { role: 'master' },
      deadLetters: { count: expect.anything() },
    });
    expect(facts.tree.length).toBeGreaterThan(5);
    expect(readFileSync(file, 'utf8')).not.toContain(cluster.key);
    const again = await inspected(master.root, '--eval', `export ${file}`);
    expect(again).toMatchObject({ code: 1, text: expect.stringContaining('is not written over') });
  });

  it('a node that is stopped or wedged is said so, and is exit code 3', async () => {
    worker.kill('SIGSTOP');
    try {
      expect(await muster(master.root, 'inspect', '--node', 'worker1', '--eval', 'tree')).toMatchObject({ code: 3 });
      expect(await muster(worker.root, 'inspect', '--eval', 'tree')).toMatchObject({
        code: 3,
        text: expect.stringContaining('did not answer within 1.8 s'),
      });
    } finally {
      worker.kill('SIGCONT');
    }
    expect(await muster(join(cluster.folder, 'nothing'), 'inspect', '--eval', 'tree')).toMatchObject({
      code: 3,
      text: expect.stringContaining('No Muster runs'),
    });
    expect(existsSync(join(cluster.folder, 'nothing'))).toBe(false);
  });
});
