import type { NodeView } from '@muster/protocol';
import { nodeFields, nodeForm, takingPart } from '../src/nodes.ts';

test('nodes that are down or left are not listed, and the master comes first', () => {
  const row = {
    sync: 'in-sync',
    reason: '',
    behindMs: 0,
    files: 0,
    heardMs: 0,
    loopDelayMs: 0,
    version: 'v1.2',
  } as const;
  const nodes = [
    { ...row, name: 'b', role: 'worker', liveness: 'suspect', address: '1:41234' },
    { ...row, name: 'm', role: 'master', liveness: 'up', address: '2' },
    { ...row, name: 'c', role: 'worker', liveness: 'down', address: '3' },
    { ...row, name: 'd', role: 'worker', liveness: 'left', address: '4' },
  ] as const;
  expect(takingPart({ nodes: [...nodes] }).map(nodeForm)).toEqual([
    { name: 'm', type: 'master', version: '1.2', ip: '2' },
    { name: 'b', type: 'worker', version: '1.2', ip: '1' },
  ]);
});

test('a node without a link is not listed while keep-alive still waits for it, and one that has a link is', () => {
  const row = {
    role: 'worker',
    version: '1',
    address: '1',
    reason: '',
    sync: 'unknown',
    behindMs: 0,
    files: 0,
  } as const;
  const more = { ...row, heardMs: 0, loopDelayMs: 0 };
  const nodes: NodeView[] = [
    { ...more, name: 'killed', liveness: 'up', linked: false },
    { ...more, name: 'back', liveness: 'down', linked: true },
  ];
  expect(takingPart({ nodes }).map(({ name }) => name)).toEqual(['back']);
});

test('the members stand in the order in which they can be asked for', () => {
  const form = nodeForm({ name: 'm', role: 'master', version: '4.14.7', address: '[::1]:1516' });
  expect(Object.keys(form)).toEqual([...nodeFields]);
});
