/** Adapter: two network namespaces with a cable between them that can be pulled. Linux, root, `ip` and `iptables`. */
import { execFileSync } from 'node:child_process';

export interface Cable {
  readonly masterAddress: string;
  /** Runs the command that follows it inside the end of the cable. */
  readonly launcher: (role: 'master' | 'worker') => readonly string[];
  /** From now on every packet vanishes on arrival, at both ends. Nobody is told. */
  readonly pull: () => void;
  readonly plugIn: () => void;
  /** Removes both namespaces and with them all that was made. */
  readonly close: () => void;
}

const run = (command: string, ...args: readonly string[]): void =>
  void execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/** Why there can be no namespace here; undefined when there can. */
export function missingNetns(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const name = `muster-probe-${process.pid}`;
  try {
    run('ip', 'netns', 'add', name);
  } catch (error) {
    return `no network namespace (${firstLine(error)})`;
  }
  try {
    run('ip', 'netns', 'exec', name, 'iptables', '-A', 'INPUT', '-j', 'DROP');
    return undefined;
  } catch (error) {
    return `no iptables (${firstLine(error)})`;
  } finally {
    run('ip', 'netns', 'del', name);
  }
}

/** The network of this machine itself is not touched: the cable lies between two namespaces of its own. */
export function openCable(): Cable {
  const names = { master: `muster-m-${process.pid}`, worker: `muster-w-${process.pid}` };
  const addresses = { master: '10.213.77.1', worker: '10.213.77.2' };
  const both = ['master', 'worker'] as const;
  const inside = (role: 'master' | 'worker') => ['ip', 'netns', 'exec', names[role]] as const;
  const close = (): void => {
    for (const role of both) {
      try {
        run('ip', 'netns', 'del', names[role]);
      } catch {
        // It was never made.
      }
    }
  };
  const onArrival = (how: '-A' | '-D'): void => {
    for (const role of both) run(...inside(role), 'iptables', how, 'INPUT', '-i', 'cable', '-j', 'DROP');
  };
  try {
    for (const role of both) run('ip', 'netns', 'add', names[role]);
    run(
      'ip',
      '-n',
      names.master,
      'link',
      'add',
      'cable',
      'type',
      'veth',
      'peer',
      'name',
      'cable',
      'netns',
      names.worker,
    );
    for (const role of both) {
      run('ip', '-n', names[role], 'address', 'add', `${addresses[role]}/30`, 'dev', 'cable');
      run('ip', '-n', names[role], 'link', 'set', 'cable', 'up');
      run('ip', '-n', names[role], 'link', 'set', 'lo', 'up');
    }
  } catch (error) {
    close();
    throw error;
  }
  return {
    masterAddress: addresses.master,
    launcher: inside,
    pull: () => onArrival('-A'),
    plugIn: () => onArrival('-D'),
    close,
  };
}
