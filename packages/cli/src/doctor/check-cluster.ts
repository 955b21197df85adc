/** The node and the others. Pure. */
import type { NodeName, NodeView } from '@muster/protocol';
import { age, bytes } from '@muster/render';
import type { Answered, Facts, Known, Running, Space } from './facts.ts';
import { type Finding, fail, foldFine, judged, ok, warn } from './finding.ts';

export const nodeCheck = 'node';

export function checkNode({ node, root }: Facts): readonly Finding[] {
  if (!node.ok) return [away(node.why, node.code, root)];
  const { health } = node.value;
  const { problems } = health;
  return [
    ok(nodeCheck, `${health.node} runs, process ${health.pid}, Muster ${health.version}, up ${age(health.uptimeMs)}`),
    ...(problems.length === 0
      ? []
      : [
          warn(
            'files',
            `${problems.length} are not synchronised; the first is ${problems[0]?.path}: ${problems[0]?.text}`,
            'muster health lists them with what is wrong.',
          ),
        ]),
    ...(health.agentWork?.trouble === undefined
      ? []
      : [warn('agents', health.agentWork.trouble, 'muster health shows what the node does with agents.')]),
  ];
}

function away(why: string, code: string | undefined, root: string): Finding {
  if (code === 'not-running')
    return fail(nodeCheck, 'it does not run', `muster start; ${root}/logs/cluster.log says why it ended.`);
  if (code === 'no-permission') return fail(nodeCheck, why, 'Run muster doctor as root, or as the user of the node.');
  return fail(
    nodeCheck,
    `it hangs: ${why}`,
    `Look at ${root}/logs/cluster.log and at the load. kill -9 does no harm; then muster start.`,
  );
}

/** Ways that take longer are told, ms. */
const slowMs = 200;

/** Whether each of the others can be reached, and how soon. */
export function checkReach({ node }: Facts): readonly Finding[] {
  if (!node.ok) return [];
  const { cluster, health } = node.value;
  return judged('nodes', cluster, ({ nodes }) => {
    const others = nodes.filter(({ name }) => name !== health.node);
    if (others.length === 0) return [ok('nodes', 'there are no others')];
    return foldFine(
      others.map((row) => reach(row, node.value)),
      'nodes',
      'nodes',
    );
  });
}

function reach({ name, liveness, reason }: NodeView, running: Running): Finding {
  const check = `node ${name}`;
  const cure = `muster why ${name} says more; its own log and muster doctor there do, too.`;
  if (liveness === 'left') return ok(check, 'it was stopped on purpose');
  if (liveness === 'down') return fail(check, `it is down: ${reason}`, cure);
  const answer = running.infos.get(name);
  if (answer === undefined || !answer.ok)
    return fail(check, `it does not answer: ${answer?.why ?? 'it was not asked in time'}`, cure);
  const link = running.links.ok ? running.links.value.rows.find(({ peer }) => peer === name) : undefined;
  const tookMs = link?.roundTripMs ?? answer.value.tookMs;
  const text = `${liveness}, answers in ${Math.max(1, Math.round(tookMs))} ms`;
  if (liveness === 'suspect') return warn(check, `it is suspect: ${reason}`, cure);
  return tookMs > slowMs
    ? warn(check, text, 'Look at the network between them, and at the load of both.')
    : ok(check, text);
}

export function checkSync({ node }: Facts): readonly Finding[] {
  if (!node.ok || !node.value.cluster.ok) return [];
  const { nodes } = node.value.cluster.value;
  const late = nodes.filter(
    ({ liveness, sync }) => (liveness === 'up' || liveness === 'suspect') && sync !== 'in-sync',
  );
  // Without the master nobody knows what is the newest.
  if (!nodes.some(({ role, liveness }) => role === 'master' && liveness === 'up')) return [];
  if (late.length === 0) return [ok('sync', 'every node that is there holds the newest generation')];
  return late.map(({ name, sync, why = 'it has not said why' }) => {
    const judge = sync === 'failing' ? fail : warn;
    return judge(`sync ${name}`, `${sync}: ${why}`, `muster why ${name} names what is to be mended.`);
  });
}

/** Milliseconds between two clocks. Certificates, tokens and the order of events suffer first. */
const [skewWarnMs, skewFailMs] = [1_000, 30_000];

export function checkClocks({ node }: Facts): readonly Finding[] {
  if (!node.ok || !node.value.cluster.ok) return [];
  const rows = skewsOf(node.value);
  if (rows.length === 0) return [];
  const off = rows.filter(([, skewMs]) => Math.abs(skewMs) > skewWarnMs);
  const most = Math.max(...rows.map(([, skewMs]) => Math.abs(skewMs)));
  if (off.length === 0) return [ok('clocks', `they differ by ${Math.round(most)} ms at most`)];
  return off.map(([name, skewMs]) => {
    const judge = Math.abs(skewMs) > skewFailMs ? fail : warn;
    const text = `it is ${age(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead' : 'behind'}`;
    return judge(`clock ${name}`, text, 'Have a time daemon (chrony, systemd-timesyncd) set the clock of every node.');
  });
}

/** What the cluster says of each; of a node of which it says nothing, what its link says. */
function skewsOf({ cluster, links }: Running): readonly (readonly [NodeName, number])[] {
  const byLink = new Map(links.ok ? links.value.rows.map(({ peer, skewMs }) => [peer, skewMs]) : []);
  const nodes = cluster.ok ? cluster.value.nodes : [];
  return nodes
    .filter(({ liveness }) => liveness !== 'left' && liveness !== 'down')
    .flatMap(({ name, skewMs = byLink.get(name) }) => (skewMs === undefined ? [] : [[name, skewMs] as const]));
}

export function checkVersions({ node }: Facts): readonly Finding[] {
  if (!node.ok || !node.value.cluster.ok) return [];
  const muster = node.value.cluster.value.nodes
    .filter(({ version, liveness }) => version !== '' && liveness !== 'left')
    .map(({ name, version }) => [name, version] as const);
  const managers = answered(node.value.infos).flatMap(([name, { info }]) =>
    info.managerVersion === undefined ? [] : [[name, info.managerVersion] as const],
  );
  return [...alike('Muster', muster), ...alike('Wazuh', managers)];
}

function alike(what: string, rows: readonly (readonly [NodeName, string])[]): readonly Finding[] {
  const versions = new Set(rows.map(([, version]) => version));
  if (versions.size === 0) return [];
  if (versions.size === 1) return [ok(`version of ${what}`, `${[...versions][0]} on ${rows.length} that say it`)];
  const list = rows.map(([name, version]) => `${name} ${version}`).join(', ');
  return [
    warn(`version of ${what}`, `they differ: ${list}`, `Bring every node to the same version; the master first.`),
  ];
}

const gib = 1024 ** 3;
/** Bytes and shares that are too little: what is written whole needs room beside the old one. */
const [roomWarnBytes, roomWarnShare, roomFailBytes] = [gib, 0.05, gib / 10];

export function checkDisks({ node, local, root }: Facts): readonly Finding[] {
  const own = judged('disk', local.disk, (space) => [room('disk', space, root)]);
  if (!node.ok) return own;
  const others = answered(node.value.infos).filter(([name]) => name !== node.value.health.node);
  return [
    ...own,
    ...foldFine(
      others.map(([name, { info }]) => room(`disk ${name}`, info, 'R')),
      'disks',
      'disks',
    ),
  ];
}

function room(check: string, { freeBytes, totalBytes }: Space, where: string): Finding {
  const share = totalBytes > 0 ? freeBytes / totalBytes : 0;
  const text = `${bytes(freeBytes)} of ${bytes(totalBytes)} are free (${Math.floor(share * 100)} %)`;
  const cure = `Make room on the disk that ${where} lies on; logs/archives and logs/alerts are often the largest.`;
  if (freeBytes < roomFailBytes) return fail(check, text, cure);
  return freeBytes < roomWarnBytes || share < roomWarnShare ? warn(check, text, cure) : ok(check, text);
}

const answered = (infos: ReadonlyMap<NodeName, Known<Answered>>): readonly (readonly [NodeName, Answered])[] =>
  [...infos].flatMap(([name, answer]) => (answer.ok ? [[name, answer.value] as const] : []));
