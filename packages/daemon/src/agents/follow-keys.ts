/** client.keys followed: read again at each hint, and what changed in it told. */
import type { KeysChange } from '@muster/agent-info';
import type { Logger } from '@muster/log';
import type { KeysRefresh, KeysView } from '@muster/manager';

export interface FollowedKeys {
  readonly view: KeysView;
  /**
   * Who is in client.keys. As long as the file was never read by this process (it may not be read, or is not there),
   * whoever is remembered exists, and nobody else: a start with a file that cannot be read removes nobody.
   */
  exists(id: number): boolean;
  /** Who was known to an earlier process: asked for only when the file was not read. Once, before anybody follows. */
  remember(ids: () => Iterable<Iterable<number>>): void;
  /** Resolves when the file was looked at after this call, and whoever follows was told what changed. */
  reread(): Promise<void>;
  /** Each change from now on. */
  follow(changed: (change: KeysChange) => void): void;
}

/** Faults of single lines that are named at a reading; the rest is counted. */
const namedFaults = 10;

/** `first`: of the reading that opened the view. */
export function followKeys(view: KeysView, first: KeysRefresh, log: Pick<Logger, 'warning' | 'info'>): FollowedKeys {
  const followers: ((change: KeysChange) => void)[] = [];
  const tellFaults = faultTeller(log);
  let before = view.size;
  /** Kept until the file was read. */
  let remembered = new Set<number>();
  const wasRead = (): boolean => view.version() > 0 || (view.known() && remembered.size === 0);
  tellFaults(first);
  const look = async (): Promise<void> => {
    const { changed, added, removed, replaced, ...found } = await view.refresh();
    tellFaults(found);
    if (!changed) return;
    const forgotten = [...remembered].filter((id) => !view.has(id));
    const of = Math.max(before, remembered.size);
    before = view.size;
    remembered = new Set();
    for (const follower of followers) follower({ added, replaced, removed: [...removed, ...forgotten], of });
  };
  return {
    view,
    reread: look,
    exists: (id) => (wasRead() ? view.has(id) : remembered.has(id)),
    remember: (ids) => {
      if (view.version() > 0) return;
      for (const some of ids()) for (const id of some) remembered.add(id);
    },
    follow: (changed) => void followers.push(changed),
  };
}

/** A trouble is told when it begins, when it is another, and when it is over; faults of lines when the file was read. */
function faultTeller(log: Pick<Logger, 'warning' | 'info'>) {
  let told: string | undefined;
  return ({ faults, faultCount, trouble }: Pick<KeysRefresh, 'faults' | 'faultCount' | 'trouble'>): void => {
    for (const { at, text } of faults.slice(0, namedFaults)) log.warning(`${at}: ${text}`);
    if (faultCount > namedFaults)
      log.warning(`etc/client.keys: ${faultCount - namedFaults} more lines are not understood.`);
    if (trouble?.code === told) return;
    if (trouble !== undefined)
      log.warning(`${trouble.at} cannot be read whole, what was known of it holds: ${trouble.text}`);
    else log.info('etc/client.keys can be read whole again.');
    told = trouble?.code;
  };
}
