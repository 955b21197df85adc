/** Owner and mode of what must be read, and must not be read by all. Pure. */
import type { NodeConfig } from '@muster/config';
import type { Facts, FileFact, ProcessFact } from './facts.ts';
import { type Finding, fail, judged, ok, warn } from './finding.ts';
import { below, secretsOf } from './secrets.ts';

/** Whether `fact`'s bits for its owner, its group or all hold for a process. */
export function may({ uid, gids }: Pick<ProcessFact, 'uid' | 'gids'>, fact: FileFact, bits: number): boolean {
  if (uid === 0) return true;
  const shift = fact.uid === uid ? 6 : gids.includes(fact.gid) ? 3 : 0;
  return ((fact.mode >> shift) & bits) === bits;
}

export function checkSecretFiles({ local, config }: Facts): readonly Finding[] {
  const written = config.ok ? config.config : undefined;
  return secretsOf(written).flatMap(([path, what]) => {
    const fact = local.files.get(path);
    return fact === undefined ? [] : judged(path, fact, (file) => secretFile(path, what, file, written));
  });
}

function secretFile(
  path: string,
  what: string,
  { kind, mode }: FileFact,
  config: NodeConfig | undefined,
): readonly Finding[] {
  if (kind === 'missing') return [];
  const chmod = `chmod 640 ${below('R', path)}`;
  const shown = octal(mode);
  if ((mode & 0o002) !== 0) return [fail(path, `everybody on this machine may write it (${shown})`, chmod)];
  const isSecret = path !== 'etc/muster.yaml' || config === undefined || hasPasswords(config);
  if ((mode & 0o004) !== 0 && isSecret)
    return [warn(path, `everybody on this machine may read it, and it holds ${what} (${shown})`, chmod)];
  return [ok(path, `mode ${shown}`)];
}

const hasPasswords = ({ muster: { haproxy } }: NodeConfig): boolean =>
  haproxy.tls.password !== undefined || haproxy.api.password !== undefined;

/** The synchronised directories: whether the node may do with them what it must. */
export function checkDirectories({ local, config, node }: Facts): readonly Finding[] {
  if (!config.ok) return [];
  const user = local.process?.ok === true ? local.process.value : undefined;
  const role = node.ok ? node.value.health.role : config.config.cluster.nodeType;
  const found = config.config.table.flatMap(({ directory }) => {
    const fact = local.files.get(directory);
    if (fact === undefined) return [];
    const check = `R/${directory}`;
    return judged(check, fact, (file) =>
      directoryFindings(check, file, { user, role, owner: config.config.muster.files }),
    );
  });
  return found.length > 0 ? found : [ok('directories', 'the synchronised ones have the right owner and mode')];
}

interface Wanted {
  /** Undefined: nobody runs. */
  readonly user: ProcessFact | undefined;
  readonly role: 'master' | 'worker';
  readonly owner: NodeConfig['muster']['files'];
}

function directoryFindings(check: string, file: FileFact, { user, role, owner }: Wanted): readonly Finding[] {
  if (file.kind === 'missing') return [];
  if (file.kind !== 'directory')
    return [fail(check, 'it is no directory', 'Move it away, and make the directory anew.')];
  const shown = octal(file.mode);
  const found: Finding[] = [];
  if ((file.mode & 0o002) !== 0)
    found.push(fail(check, `everybody on this machine may write it (${shown})`, `chmod o-w ${check}`));
  const bits = role === 'master' ? 5 : 7;
  if (user !== undefined && !may(user, file, bits))
    found.push(
      fail(
        check,
        `the node (user ${user.uid}) may not ${role === 'master' ? 'read' : 'write'} it (owner ${file.uid}:${file.gid}, ${shown})`,
        'Give it the owner and mode that an installation gives: wazuh:wazuh, 0770.',
      ),
    );
  if (
    role === 'worker' &&
    owner.uid !== undefined &&
    file.uid !== owner.uid &&
    file.uid !== user?.uid &&
    check !== 'R/etc'
  )
    found.push(
      warn(
        check,
        `its owner is ${file.uid}, and files in it are given to ${owner.uid}`,
        `chown ${owner.uid}:${owner.gid ?? owner.uid} ${check}`,
      ),
    );
  return found;
}

const octal = (mode: number): string => `0${(mode & 0o7777).toString(8).padStart(3, '0')}`;
