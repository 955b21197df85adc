import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WantedServer } from '@muster/haproxy';
import { findHaproxy } from '@muster/haproxy/testing';
import * as fc from 'fast-check';
import { rewriteServers } from '../../src/dataplane/raw.ts';
import { whenHaproxy } from '../real/when-haproxy.ts';
import { worker } from './rig.ts';

const text = `# _version=7
global
  user haproxy # server in a comment

defaults unnamed
  default-server inter 2s

backend other
  server worker1 10.0.0.9:1514 check

backend agents from unnamed
  mode tcp
  balance leastconn
  server worker1 192.0.2.1:1514 check inter 5s weight 100 # ours
	server theirs [2001:db8::1]:1514 check weight 5

# tail
resolvers dns
  nameserver a 192.0.2.53:53
`;

const rewrite = (wanted: readonly WantedServer[], removed: readonly string[] = [], of = text): string =>
  rewriteServers(of, { backend: 'agents', wanted, removed: new Set(removed) });

test('what is written down as it should be leaves the text as it is', () => {
  expect(rewrite([worker(1)])).toBe(text);
  expect(rewrite([], ['worker9'])).toBe(text);
});

test('a server is added behind the last one, and nothing else changes', () => {
  const line = '  server worker2 192.0.2.2:1514 check weight 100';
  expect(rewrite([worker(1), worker(2)])).toBe(text.replace('weight 5\n', `weight 5\n${line}\n`));
});

test('an address and a weight are changed in their line, options and comments stay', () => {
  const moved = { ...worker(1, 50), address: '::1' };
  expect(rewrite([moved])).toBe(
    text.replace('192.0.2.1:1514 check inter 5s weight 100', '[::1]:1514 check inter 5s weight 50'),
  );
});

test('a line without a weight gets one before its comment', () => {
  const bare = text.replace(' weight 100', '');
  expect(rewrite([worker(1)], [], bare)).toBe(bare.replace('inter 5s # ours', 'inter 5s weight 100 # ours'));
});

test('one address written in two ways is one address', () => {
  const server = { name: 'theirs', address: '2001:0db8:0:0::1', port: 1514, weight: 5 };
  expect(rewrite([server])).toBe(text);
});

test('only what was removed goes, and only in this backend', () => {
  expect(rewrite([], ['worker1'])).toBe(text.replace(/\n {2}server worker1 192.*\n/, '\n'));
});

test('a backend without servers gets them behind its last line', () => {
  const bare = 'backend agents\n  mode tcp\n\n# end\n';
  expect(rewrite([worker(1)], [], bare)).toBe(
    'backend agents\n  mode tcp\n  server worker1 192.0.2.1:1514 check weight 100\n\n# end\n',
  );
  expect(rewrite([worker(1)], [], 'backend agents')).toBe(
    'backend agents\n  server worker1 192.0.2.1:1514 check weight 100',
  );
});

test('a configuration without the backend, and one with conditions in it, are left alone', () => {
  expect(rewrite([worker(1)], [], 'backend agents2\n')).toBe('no-backend');
  expect(rewrite([worker(1)], [], 'backend agents\n.if feature(x)\n  server worker1 a:1\n.endif\n')).toBe(
    'conditional',
  );
});

const anyLine = fc.oneof(
  fc.constantFrom(
    '',
    '  mode tcp',
    '# server worker1 a:1',
    '  option tcp-check',
    '\tserver',
    '  server theirs 10.0.0.1:99 check',
  ),
  fc.string({ maxLength: 20 }).map((line) => `  x${line.replaceAll('\n', ' ')}`),
);
const anyServer = fc.record({
  name: fc.constantFrom('worker1', 'worker2', 'a.b:c-d_e'),
  address: fc.constantFrom('192.0.2.1', '2001:db8::7', 'host.example'),
  port: fc.integer({ min: 1, max: 65_535 }),
  weight: fc.integer({ min: 1, max: 256 }),
});
const anyServers = fc.uniqueArray(anyServer, { selector: ({ name }) => name });

test('whatever the text: all other lines stay in their order, the servers are there, and a second time changes nothing', async () => {
  const isOurs = (line: string): boolean => /^\s*server\s+(?:worker1|worker2|a\.b:c-d_e)\s/.test(line);
  await fc.assert(
    fc.property(fc.array(anyLine), fc.array(anyLine), anyServers, anyServers, (before, inside, first, then) => {
      const start = [...before, 'backend agents', ...inside, 'frontend in'].join('\n');
      const once = rewrite(first, [], start);
      const gone = first.map(({ name }) => name);
      const twice = rewrite(then, gone, once);
      expect(twice.split('\n').filter((line) => !isOurs(line))).toEqual(start.split('\n'));
      expect(twice.split('\n').filter(isOurs)).toHaveLength(then.length);
      for (const { name, port, weight } of then)
        expect(twice).toMatch(
          new RegExp(`server ${name.replaceAll('.', '\\.')} \\S+:${port} check weight ${weight}(?:\\n|$)`),
        );
      expect(rewrite(then, gone, twice)).toBe(twice);
    }),
  );
});

whenHaproxy('the text that is written', () => {
  test('is one that HAProxy itself starts with', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'muster-raw-'));
    try {
      const file = join(folder, 'haproxy.cfg');
      const timeouts = 'mode tcp\n  timeout connect 1s\n  timeout client 1h\n  timeout server 1h';
      const start = `defaults\n  ${timeouts}\nbackend agents\n  balance leastconn\n  server theirs [::1]:99 check # x\nfrontend in\n  bind 127.0.0.1:1514\n`;
      const servers = [
        worker(1, 256),
        { ...worker(2), address: '2001:db8::2' },
        { ...worker(3), address: 'localhost' },
      ];
      const once = rewrite(servers, [], start);
      await writeFile(file, rewrite([worker(2, 7), { ...worker(3), address: '::1' }], ['worker1', 'theirs'], once));
      execFileSync(findHaproxy()!, ['-c', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
