import type { NodeConfig } from '@muster/config';
import type { NodeView } from '@muster/protocol';
import { addressArgument, agentCount, namedNode, pathArgument, placeArgument } from '../src/lb-arguments.ts';
import { siteOf } from '../src/lb-site.ts';

const view = (name: string, more: Partial<NodeView> = {}): NodeView => ({
  name,
  role: name === 'zeus' ? 'master' : 'worker',
  version: '0.1.0',
  address: '10.0.0.9:40000',
  liveness: 'up',
  reason: '',
  sync: 'in-sync',
  behindMs: 0,
  files: 0,
  heardMs: 0,
  loopDelayMs: 0,
  ...more,
});

const master = (more: Partial<NodeConfig> = {}): NodeConfig =>
  ({
    root: '/r',
    cluster: { name: 'wazuh', nodeName: 'zeus', nodeType: 'master', nodes: ['10.0.0.1'] },
    agentPort: 1514,
    muster: { haproxy: { nodes: {} } },
    ...more,
  }) as unknown as NodeConfig;

const worker = (): NodeConfig =>
  ({
    ...master(),
    cluster: { name: 'wazuh', nodeName: 'w1', nodeType: 'worker', nodes: ['10.0.0.1'] },
  }) as unknown as NodeConfig;

const none = { named: [], agents: 100, bind: undefined };
const places = (sources: Partial<Parameters<typeof siteOf>[0]>): readonly string[] =>
  siteOf({ config: undefined, nodes: undefined, ...none, ...sources }).nodes.map(
    ({ name, address, port }) => `${name} ${address}:${port}`,
  );

describe('the cluster that a load balancer stands before', () => {
  it('is what the running node knows: the master first, then by name, without those that left or are excluded', () => {
    const nodes = [
      view('w2', { address: '[2001:db8::2]:40000' }),
      view('w1'),
      view('zeus', { address: 'local' }),
      view('gone', { liveness: 'left' }),
      view('other'),
    ];
    const haproxyHelper = { excludedNodes: ['other'], backend: 'reporting' } as unknown as NodeConfig['haproxyHelper'];
    const config = master({ agentPort: 2514, haproxyHelper: haproxyHelper! });
    expect(places({ config, nodes })).toEqual(['zeus 10.0.0.1:2514', 'w1 10.0.0.9:2514', 'w2 2001:db8::2:2514']);
    expect(siteOf({ config, nodes, ...none }).backend).toBe('reporting');
  });

  it('has the addresses, ports and weights that muster.yaml gives, and those of the command line before them', () => {
    const haproxy = { nodes: { w1: { address: '10.1.1.1', port: 9, weight: 50 } } };
    const config = master({ muster: { haproxy } as unknown as NodeConfig['muster'] });
    const nodes = [view('zeus'), view('w1')];
    expect(places({ config, nodes })).toEqual(['zeus 10.0.0.1:1514', 'w1 10.1.1.1:9']);
    const named = [{ name: 'w1', address: 'w1.example', port: undefined }];
    const site = siteOf({ config, nodes, named, agents: 1, bind: undefined });
    expect(site.nodes[1]).toEqual({ name: 'w1', address: 'w1.example', port: 9, weight: 50 });
  });

  it('is what its configuration says and what is named, while nothing runs', () => {
    const named = [{ name: 'w1', address: '10.0.0.7', port: 1_600 }];
    expect(places({ config: master(), named })).toEqual(['zeus 10.0.0.1:1514', 'w1 10.0.0.7:1600']);
    const site = siteOf({ config: worker(), nodes: undefined, named, agents: 1, bind: undefined });
    expect([site.master.address, site.nodes.length]).toEqual(['10.0.0.1', 1]);
    const both = [...named, { name: 'master', address: '10.0.0.3', port: undefined }];
    expect(places({ named: both })).toEqual(['master 10.0.0.3:1514', 'w1 10.0.0.7:1600']);
  });

  it('without a master or a node is refused with what to do', () => {
    expect(() => places({})).toThrow(/--node master=ADDRESS/);
    expect(() => places({ config: worker() })).toThrow(/--node NAME=ADDRESS/);
  });
});

describe('the words of muster lb', () => {
  it.each([
    ['w1=10.0.0.5', { name: 'w1', address: '10.0.0.5', port: undefined }],
    ['w1=10.0.0.5:99', { name: 'w1', address: '10.0.0.5', port: 99 }],
    ['w1=host.example:99', { name: 'w1', address: 'host.example', port: 99 }],
    ['w1=[2001:db8::5]:99', { name: 'w1', address: '2001:db8::5', port: 99 }],
    ['w1=2001:db8::5', { name: 'w1', address: '2001:db8::5', port: undefined }],
  ])('take %s', (text, expected) => {
    expect(namedNode(text)).toEqual([expected]);
  });

  it.each(['w1', 'w 1=a', 'w1=', 'w1=a:0', 'w1=a:70000', 'w1=a b', '=a'])('refuse the node %j', (text) => {
    expect(() => namedNode(text)).toThrow(/NAME=ADDRESS/);
  });

  it.each(['0', '-1', 'x', '1000001', '1.5'])('refuse %s agents', (text) => {
    expect(() => agentCount(text)).toThrow(/whole number/);
  });

  it.each(['10.0.0.2:9999', '[2001:db8::2]:1'])('take the place %s', (text) => {
    expect(placeArgument(text)).toBe(text);
  });

  it.each(['10.0.0.2', ':1', 'lb:9999', '10.0.0.2:0', '10.0.0.2:70000', '2001:db8::2:1'])(
    'refuse the place %s',
    (text) => {
      expect(() => placeArgument(text)).toThrow(/ADDRESS:PORT/);
    },
  );

  it.each(['a b', '', 'a;b'])('refuse the address %j', (text) => {
    expect(() => addressArgument(text)).toThrow(/address is wanted/);
  });

  it.each(['relative', '/with space', '/a\nb', ''])('refuse the path %j', (text) => {
    expect(() => pathArgument(text)).toThrow(/absolute path/);
  });
});
