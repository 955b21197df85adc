/** This machine, and what else runs on it. Pure. */
import { age, printable } from '@muster/render';
import type { Facts } from './facts.ts';
import { type Finding, fail, judged, ok, warn } from './finding.ts';

export const checkWatches = ({ local }: Facts): readonly Finding[] =>
  judged('watches', local.maxWatches, (most) =>
    judged('watches', local.directories, (directories) => {
      const text = `${directories === 1 ? '1 directory is' : `${directories} directories are`} watched, the system allows ${most} for a user`;
      const cure = `sysctl fs.inotify.max_user_watches=${Math.max(524_288, 4 * directories)}, and the same in /etc/sysctl.d.`;
      if (directories > most) return [fail('watches', `${text}: changes are found by polling`, cure)];
      return [directories > most * 0.8 ? warn('watches', text, cure) : ok('watches', text)];
    }),
  );

/** Fewer than a usual system allows. */
const fewFiles = 1_024;

/** Of the node's process: each link, command and HTTP client takes one. */
export function checkOpenFiles({ local }: Facts): readonly Finding[] {
  if (local.process === undefined) return [];
  return judged('open files', local.process, ({ maxFiles, openFiles }) => {
    const used = openFiles === undefined ? '' : `${openFiles} are open, `;
    const text = `${used}the process may open ${maxFiles === Number.POSITIVE_INFINITY ? 'any number' : maxFiles}`;
    const cure = 'Raise it: LimitNOFILE=65536 in the unit, or ulimit -n before muster start.';
    if (openFiles !== undefined && openFiles > 0.95 * maxFiles) return [fail('open files', text, cure)];
    const isShort = maxFiles < fewFiles || (openFiles !== undefined && openFiles > 0.8 * maxFiles);
    return [isShort ? warn('open files', text, cure) : ok('open files', text)];
  });
}

export const checkTime = ({ local }: Facts): readonly Finding[] =>
  judged('time', local.timeKeeper, (name) => {
    if (name !== '') return [ok('time', `${printable(name)} keeps the clock of this machine`)];
    if (local.inContainer) return [ok('time', "this is a container: its host's clock is its own")];
    return [warn('time', 'no time daemon is to be seen', 'Install one, as chrony, or enable systemd-timesyncd.')];
  });

/** The manager's own cluster daemon must not run beside us: it empties our state when it starts. */
export function checkBeside({ local, node, config }: Facts): readonly Finding[] {
  const other = judged('wazuh-clusterd', local.clusterd, (pids) => {
    if (pids.length > 0)
      return [
        fail(
          'wazuh-clusterd',
          `it runs beside Muster: process ${pids.join(', ')}`,
          `kill ${pids.join(' ')}; then chmod a-x R/bin/wazuh-clusterd.`,
        ),
      ];
    const program = local.files.get('bin/wazuh-clusterd');
    const mayRun = program?.ok === true && program.value.kind === 'file' && (program.value.mode & 0o111) !== 0;
    if (mayRun)
      return [
        warn('wazuh-clusterd', 'it does not run, and wazuh-control would start it', 'chmod a-x R/bin/wazuh-clusterd'),
      ];
    return [ok('wazuh-clusterd', 'it does not run beside Muster')];
  });
  return [...other, ...checkPort({ local, node, config }), ...checkSocket({ local, node })];
}

/** Of a master that does not run: whether it could. One that runs and does not answer has the port itself. */
function checkPort({ local, node, config }: Pick<Facts, 'local' | 'node' | 'config'>): readonly Finding[] {
  if (node.ok || !config.ok || config.config.cluster.nodeType !== 'master') return [];
  if (local.runs.ok && local.runs.value) return [];
  const { port } = config.config.cluster;
  return judged('port', local.portTaken, (taken) => [
    taken
      ? warn(
          'port',
          `something listens on ${port}, and no Muster of R answers`,
          `ss -ltnp 'sport = :${port}' says who; Muster needs the port.`,
        )
      : ok('port', `${port} is free`),
  ]);
}

function checkSocket({ local, node }: Pick<Facts, 'local' | 'node'>): readonly Finding[] {
  const check = 'c-internal.sock';
  return judged(check, local.internalSocket, (owner) => {
    if (owner === 'other' || (owner === 'somebody' && !node.ok && node.code === 'not-running'))
      return [
        fail(check, 'another program listens on it', "End the manager's own wazuh-clusterd; ss -lxp says who it is."),
      ];
    if (owner === 'nobody' && node.ok)
      return [
        warn(
          check,
          "nobody listens on it: the manager's own programs cannot ask for the cluster",
          'It is opened anew within 6 s; if not, the log says why.',
        ),
      ];
    const who = owner === 'nobody' ? 'nobody' : node.ok ? 'Muster' : 'somebody';
    return [ok(check, `${who} listens on it`)];
  });
}

export function checkHaproxy({ node }: Facts): readonly Finding[] {
  if (!node.ok || node.value.balance === undefined) return [];
  return judged('HAProxy', node.value.balance, ({ instances }) =>
    instances.flatMap(({ endpoint, reachable, trouble, doing, advice }) => {
      const check = `HAProxy ${endpoint}`;
      const cure = 'muster balance shows it; docs/haproxy.md has what HAProxy needs.';
      const state =
        reachable && trouble === undefined
          ? ok(check, doing)
          : fail(check, trouble ?? `it cannot be reached: ${doing}`, cure);
      return [
        state,
        ...advice.map(({ code, text }) => warn(check, `${code}: ${text}`, 'Do as the line says, then reload HAProxy.')),
      ];
    }),
  );
}

const dayMs = 86_400_000;
/** What is given is renewed by somebody; what the node made for itself it makes anew 30 days before. */
const [givenDays, ownDays] = [30, 25];

export function checkCertificate({ local, nowMs }: Facts): readonly Finding[] {
  if (local.certificate === undefined) return [];
  const check = 'certificate';
  return judged(check, local.certificate, ({ path, fromMs, untilMs, own }) => {
    const cure = own ? 'Restart the node: it makes a new one.' : `Renew ${path}, and restart the node.`;
    if (untilMs <= nowMs) return [fail(check, `it ended ${age(nowMs - untilMs)} ago`, cure)];
    if (fromMs > nowMs)
      return [fail(check, `it begins in ${age(fromMs - nowMs)}`, 'Look at the clock of this machine.')];
    const text = `it is good for ${age(untilMs - nowMs)}`;
    return [untilMs - nowMs < (own ? ownDays : givenDays) * dayMs ? warn(check, text, cure) : ok(check, text)];
  });
}
