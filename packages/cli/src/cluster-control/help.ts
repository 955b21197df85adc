/** What `cluster_control` says of itself. Pure. */
import type { Profile } from './profile.ts';

const usage: Readonly<Record<Profile, string>> = {
  '3.8': `usage: cluster_control [-h] [-d] [-fn [NODE ...]] [-fs [STATUS ...]]
                       [--root R] [--profile {3.8,4.14}]
                       [-a | -l | -i [more]]
`,
  '4.14': `usage: cluster_control [-h] [-d] [-fn [NODE ...]] [-fs [STATUS ...]]
                       [--root R] [--profile {3.8,4.14}]
                       [-a | -l | -i [more] | -u]
`,
};

const ours = `  --root R              directory of the manager; else MUSTER_ROOT, else
                        /var/ossec
  --profile {3.8,4.14}  layouts of this Wazuh; else MUSTER_PROFILE, else 4.14
`;

const help414 = `${usage['4.14']}
Asks the Muster of this node about the cluster; any node will do.

options:
  -h, --help            this text
  -d, --debug           say what is done; show where an error came from
  -fn [NODE ...], --filter-node [NODE ...]
                        of these nodes only
  -fs [STATUS ...], --filter-agent-status [STATUS ...]
                        with -a: agents of these statuses only: active,
                        disconnected, never_connected, pending
${ours}  -a, --list-agents     agents and where they report
  -l, --list-nodes      nodes that are connected
  -i [more], --health [more]
                        when nodes synchronised last; more: everything known
  -u, --usage           examples
`;

const help38 = `Asks the Muster of this node about the cluster; any node will do.

${usage['3.8']}
Show
  -l, --list-nodes                      nodes that are connected
  -a, --list-agents                     agents and where they report
  -i, --health [more]                   when nodes synchronised last

Filter
  -fn, --filter-node NODE ...           of these nodes only
  -fs, --filter-agent-status STATUS ... with -a: agents of these statuses only:
                                        Active, Disconnected, NeverConnected,
                                        Pending

Other
  -d, --debug                           say what is done
  -h, --help                            this text
  --root R                              directory of the manager; else
                                        MUSTER_ROOT, else /var/ossec
  --profile {3.8,4.14}                  layouts of this Wazuh; else
                                        MUSTER_PROFILE, else 4.14
`;

/** Behind `-u`. */
const examples = `Usage: cluster_control [OPTIONS]

  -l                    nodes that are connected
  -l -fn NODE ...       these of them
  -a                    agents
  -a -fn NODE ...       agents that report to these nodes
  -a -fs STATUS ...     agents with one of these statuses: active, disconnected,
                        never_connected, pending
  -i                    when each worker synchronised last
  -i more               everything that is known of it
  -i more -fn NODE ...  of these nodes only
  -d                    with any of them: say what is done
  -h                    every option
`;

export const usageText = (profile: Profile): string => usage[profile];
export const helpText = (profile: Profile): string => (profile === '3.8' ? help38 : help414);
export const examplesText = (): string => examples;

/** As Python's argparse words it. */
export const wrongUseText = (profile: Profile, text: string): string =>
  `${usage[profile]}cluster_control: error: ${text}\n`;
