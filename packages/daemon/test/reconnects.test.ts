import { openReconnects } from '../src/reconnects.ts';

it('the first link to a peer is no reconnect, each later one is', () => {
  const reconnects = openReconnects();
  for (const peer of ['worker1', 'worker2', 'worker1', 'worker1', 'worker2']) reconnects.linked(peer);
  expect(reconnects.total()).toBe(3);
  expect([...reconnects.byPeer()]).toEqual([
    ['worker1', 2],
    ['worker2', 1],
  ]);
});

it('a peer that is forgotten has no row any more, and what was counted stays', () => {
  const reconnects = openReconnects();
  for (const peer of ['a', 'a', 'b']) reconnects.linked(peer);
  reconnects.forget('a');
  expect([[...reconnects.byPeer().keys()], reconnects.total()]).toEqual([['b'], 1]);
});

it('no more names are kept than the bound, and what is kept goes on counting', () => {
  const reconnects = openReconnects(2);
  for (const peer of ['a', 'b', 'c', 'c', 'a']) reconnects.linked(peer);
  expect([...reconnects.byPeer()]).toEqual([
    ['a', 1],
    ['b', 0],
  ]);
  expect(reconnects.total()).toBe(1);
});
