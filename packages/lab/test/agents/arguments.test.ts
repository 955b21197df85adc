import { parseFleetArguments } from '../../src/agents/arguments.ts';

describe('the command line of the agents', () => {
  it('has the times of the product', () => {
    expect(parseFleetArguments(['--server', '127.0.0.1:1515:1514'])).toEqual({
      agents: 300,
      seed: 1,
      servers: [{ host: '127.0.0.1', enrolPort: 1515, agentsPort: 1514 }],
      group: undefined,
      times: { notifyMs: 10_000, reconnectMs: 60_000, answerMs: 60_000, retryMs: 10_000 },
    });
  });

  it('takes other times, and several servers in their order', () => {
    const words = ['--server', 'a:1:2', '--server', 'b:3:4', '--notify', '500ms', '--answer', '3s', '--agents', '7'];
    const options = parseFleetArguments(words);
    expect(options.times).toMatchObject({ notifyMs: 500, answerMs: 3_000 });
    expect(options.servers.map(({ host }) => host)).toEqual(['a', 'b']);
    expect(options.agents).toBe(7);
  });

  it('names every fault at once', () => {
    const words = ['--agents', '0', '--seed', 'x', '--server', 'nowhere', '--notify', '0s', '--retry', 'soon'];
    expect(() => parseFleetArguments(words)).toThrow(
      /--agents 0: [\s\S]*--seed x: [\s\S]*--server nowhere: [\s\S]*--notify 0s: [\s\S]*--retry soon: /,
    );
    expect(() => parseFleetArguments([])).toThrow('--server: give at least one');
    expect(() => parseFleetArguments(['--nonsense'])).toThrow('--nonsense');
  });
});
