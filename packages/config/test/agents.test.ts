import { defaultDisconnectionMs, describeConfig } from '@muster/config';
import { clusterXml, errorOf, faultsOf, loadOssec, ossec } from './ossec.ts';

const option = (value: string): string =>
  `<global>\n  <agents_disconnection_time>${value}</agents_disconnection_time>\n</global>\n`;
const disconnection = async (...sections: readonly string[]): Promise<number> =>
  (await loadOssec(ossec(...sections, clusterXml()))).agents.disconnectionMs;

test('without the option, and with an empty one, an agent is disconnected after 15 minutes of silence', async () => {
  expect(defaultDisconnectionMs).toBe(900_000);
  expect(await disconnection()).toBe(900_000);
  expect(await disconnection('<global></global>')).toBe(900_000);
  expect(await disconnection(option(''))).toBe(900_000);
});

test.each([
  ['900', 900_000],
  ['1', 1_000],
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['2w', 1_209_600_000],
  ['365d', 31_536_000_000],
])('%s is %i ms', async (written, ms) => {
  expect(await disconnection(option(written))).toBe(ms);
});

test.each(['0', '0s', '-5', '15 m', ' 15m', '15M', '1.5h', 'soon', '366d', '1y', '15mm', '9'.repeat(400), '1e3'])(
  'agents_disconnection_time of %s is refused, with its place, what is allowed and what to do',
  async (written) => {
    const { faults } = await errorOf(loadOssec(ossec(option(written), clusterXml())));
    expect(faults).toEqual([
      expect.objectContaining({
        code: 3004,
        option: 'global.agents_disconnection_time',
        text: 'Invalid value for agents_disconnection_time',
        allowed: '1s to 365d, as 900 (seconds), 90s, 15m, 1h, 1d or 1w',
        file: '/r/etc/ossec.conf',
        line: 3,
      }),
    ]);
    expect(faults[0]?.cure).toContain('or remove the option for the default, 15m.');
  },
);

test('an attribute or element in the option is refused', async () => {
  const text = '<global><agents_disconnection_time unit="s">9</agents_disconnection_time></global>';
  expect(await faultsOf(loadOssec(ossec(text, clusterXml())))).toEqual([
    'The option \'agents_disconnection_time\' must be plain text, and holds the attribute "unit"',
  ]);
});

test('several global sections are merged: the last that has the option holds', async () => {
  expect(await disconnection(option('1h'), option('2h'), '<global><alerts_log>yes</alerts_log></global>')).toBe(
    7_200_000,
  );
  expect((await loadOssec(ossec(option('1h'), clusterXml()) + ossec(option('3h')))).agents.disconnectionMs).toBe(
    10_800_000,
  );
});

test('of a repeated option the last holds, and its line is told', async () => {
  const twice = (one: string, other: string): string =>
    option(`${one}</agents_disconnection_time>\n<agents_disconnection_time>${other}`);
  expect(await disconnection(twice('bad', '1h'))).toBe(3_600_000);
  const { faults } = await errorOf(loadOssec(ossec(twice('1h', 'bad'), clusterXml())));
  expect(faults).toEqual([expect.objectContaining({ line: 4 })]);
});

test.each([
  ['another root', `<agent_config>${option('1h')}</agent_config>`],
  ['another section', option('1h').replaceAll('global', 'remote')],
])('the option in %s is not read', async (_name, text) => {
  const { agents } = await loadOssec(ossec(text.startsWith('<agent') ? '' : text, clusterXml()) + text);
  expect(agents.disconnectionMs).toBe(900_000);
});

test.each([
  ['the cluster is disabled', clusterXml({ disabled: 'yes' })],
  ['there is no cluster', ''],
])('where %s a bad value is a warning', async (_name, section) => {
  const { agents, warnings } = await loadOssec(ossec(option('soon'), section));
  expect(agents.disconnectionMs).toBe(900_000);
  expect(warnings).toContain(
    'The cluster is disabled; enabled, it would be refused: Invalid value for agents_disconnection_time',
  );
});

test('the description shows what holds', async () => {
  const shown = describeConfig(await loadOssec(ossec(option('600'), clusterXml())));
  expect(shown).toMatch(/^global\.agents_disconnection_time +10m$/m);
  expect(shown).toMatch(/^manager +auto$/m);
  expect(shown).toMatch(/^agents\.store_max_size +4GiB$/m);
});
