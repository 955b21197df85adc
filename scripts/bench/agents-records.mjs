/** Agents as they are: of a few systems, configurations and groups, each with a name and an address of its own; some 650 bytes of JSON. */
const digits = (id) => String(id).padStart(7, '0');
const systems = [
  [
    'Ubuntu',
    '22.04.4 LTS',
    '22',
    '04',
    'Jammy Jellyfish',
    'ubuntu',
    '5.15.0-101-generic |#111-Ubuntu SMP Tue Mar 5 20:16:58 UTC 2024',
  ],
  [
    'Debian GNU/Linux',
    '12',
    '12',
    '',
    'bookworm',
    'debian',
    '6.1.0-18-amd64 |#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)',
  ],
  ['CentOS Linux', '7.9', '7', '9', 'Core', 'centos', '3.10.0-1160.el7.x86_64 |#1 SMP Mon Oct 19 16:18:59 UTC 2020'],
];
const roles = ['web-frontend', 'db-primary', 'mail-relay', 'build-runner', 'cache-node'];
const sum = (kind, number) => (kind * 1_000_003 + number * 7_919).toString(16).padStart(32, '0').replaceAll('0', 'a');

export const updateOf = (id, nowMs) => ({
  id,
  seenMs: nowMs - (id % 10_000),
  status: 'active',
  code: 0,
  disconnectedMs: 0,
});

export function infoOf(id, node) {
  const [osName, osVersion, osMajor, osMinor, osCodename, osPlatform, kernel] = systems[id % systems.length];
  const name = `${roles[id % roles.length]}-${digits(id)}`;
  return {
    ...{ name, ip: `10.${(id >>> 16) & 255}.${(id >>> 8) & 255}.${id & 255}`, version: 'Wazuh v4.14.0' },
    ...{ osName, osVersion, osMajor, osMinor, osCodename, osBuild: '', osPlatform },
    osUname: `Linux |${name} |${kernel} |x86_64`,
    osArch: 'x86_64',
    configSum: sum(1, id % 20),
    mergedSum: sum(2, id % 20),
    managerHost: `manager-${node}`,
    nodeName: node,
    groupConfigStatus: 'synced',
    labels: [
      ['environment', id % 4 === 0 ? 'staging' : 'production'],
      ['rack', `r${id % 40}`],
    ],
  };
}
