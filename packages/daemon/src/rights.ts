import type { NodeConfig } from '@muster/config';

/** What this process may do, after root was given up. */
export interface Rights {
  /** Effective, as is `gid`. */
  readonly uid: number;
  readonly gid: number;
  /** Supplementary ones. */
  readonly groups: readonly number[];
  /** It may change owners at will. */
  readonly mayGive: boolean;
  /** Root was to be given up, and there is nobody to become. */
  readonly keptRoot: boolean;
}

type Files = NodeConfig['muster']['files'];

/** Of an owner or a group that is known alone, the other half is the process's own. Neither: nothing is given. */
export function settleOwner({ uid, gid }: Files, rights: Pick<Rights, 'uid' | 'gid'>): Files {
  if (uid === undefined && gid === undefined) return { uid, gid };
  return { uid: uid ?? rights.uid, gid: gid ?? rights.gid };
}

/** Without the right to change owners: its own user, and a group that it is a member of (chown(2)). */
export const canGive = ({ uid, gid }: Files, rights: Rights): boolean =>
  rights.mayGive ||
  ((uid === undefined || uid === rights.uid) &&
    (gid === undefined || gid === rights.gid || rights.groups.includes(gid)));

interface Lines {
  readonly info: (text: string) => void;
  readonly warning: (text: string) => void;
}

/** Told once at the start. `files` come from `settleOwner`. A master writes no synchronised files. */
export function logRights(main: Lines, role: 'master' | 'worker', files: Files, rights: Rights): void {
  const { uid, gid } = rights;
  const gives = role === 'worker' && files.uid !== undefined;
  const receiver = `uid ${files.uid}, gid ${files.gid}`;
  if (role === 'master') main.info(`Runs as uid ${uid}, gid ${gid}.`);
  else if (gives) main.info(`Runs as uid ${uid}, gid ${gid}; synchronised files are given to ${receiver}.`);
  else main.info(`Runs as uid ${uid}, gid ${gid}; synchronised files become its own.`);
  if (rights.keptRoot) {
    const but = gives ? `, but for synchronised files: they are given to ${receiver}` : '';
    main.warning(
      `There is no user wazuh or ossec to become: the node keeps running as root, and its files are root's${but}.`,
    );
  }
  if (gives && !canGive(files, rights)) {
    main.warning(
      `This process may not give files to ${receiver}, so it cannot write them. Start it as root, or set files.owner and files.group of muster.yaml to its own.`,
    );
  }
}
