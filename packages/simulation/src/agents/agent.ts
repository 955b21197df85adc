/** One agent as it is in truth, whatever any node believes of it. */

/** As its line of client.keys says. */
export interface Enrolled {
  readonly id: number;
  readonly name: string;
  readonly ip: string;
  /** 64 hexadecimal digits. */
  readonly key: string;
}

/** What it tells of itself with a keep-alive. */
export interface Facts {
  readonly version: string;
  readonly system: string;
  /** 32 hexadecimal digits each. */
  readonly configSum: string;
  readonly mergedSum: string;
  readonly labels: readonly (readonly [key: string, value: string])[];
}

export interface Agent extends Enrolled {
  /** The node that it reports to. */
  home: string;
  /** It runs, and reports. */
  alive: boolean;
  /** How often it was started. */
  starts: number;
  facts: Facts;
}

/** What a manager learnt of an agent, and where: the truth that nodes are to agree on. */
export interface Report {
  readonly id: number;
  /** Its own: ids are given again. */
  readonly key: string;
  readonly node: string;
  /** Simulated time. */
  readonly at: number;
  readonly status: 'pending' | 'active' | 'disconnected';
  /** Of a keep-alive alone. */
  readonly facts?: Facts;
  /** All of `facts` was told, not only that it lives. */
  readonly whole?: boolean;
}

const hex = (text: string, digits: number): string =>
  Buffer.from(text.padEnd(digits, 'k')).toString('hex').slice(0, digits);

export const firstFacts = (name: string): Facts => ({
  version: 'Wazuh v4.14.0',
  system: `Linux |${name} |5.14.0 |#1 SMP |x86_64 [Rocky Linux|rocky: 9.3]`,
  configSum: hex(`c ${name}`, 32),
  mergedSum: hex(`m ${name}`, 32),
  labels: [],
});

/** `number`: unique in a run. */
export const changedFacts = (facts: Facts, what: 'version' | 'labels' | 'system' | 'config', number: string): Facts => {
  switch (what) {
    case 'version':
      return { ...facts, version: `Wazuh v4.14.${number}` };
    case 'system':
      return { ...facts, system: `Linux |changed-${number} |5.14.0 |#1 SMP |x86_64 [Debian|debian: 12]` };
    case 'config':
      return { ...facts, configSum: hex(`c ${number}`, 32), mergedSum: hex(`m ${number}`, 32) };
    case 'labels':
      return { ...facts, labels: [...facts.labels.slice(-3), [`label.${number}`, `value of ${number}`]] };
  }
};
