import { answers, clusterOf, nodeView } from './answers.ts';
import { openRig } from './rig.ts';

test('what another node has sent drives no terminal, and is the same when it is read', async () => {
  const version = '4\u009b31m\u202e\u001b[2J\u2028';
  const cluster = () => clusterOf(nodeView('node01', 'master', '192.168.56.101', { version }));
  const rig = await openRig({ sources: { answers: answers({ cluster }) } });
  try {
    const { text, json } = await rig.get('/cluster/nodes');
    expect(text).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(json.data.items[0].version).toBe(version);
  } finally {
    rig.close();
  }
});
