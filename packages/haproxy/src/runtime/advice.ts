/** What can be told through the Runtime API of a configuration that will not do. */
import type { Advice } from '../driver.ts';
import { HaproxyError } from '../haproxy-error.ts';
import { ask, type Target } from './ask.ts';
import { type Info, readInfo } from './info.ts';
import { listListeners } from './listeners.ts';
import { type KnownServer, listServers, rowsOf } from './servers.ts';
import { commandLimits, listLimits } from './settings.ts';
import { count, csvDialect, parseTable, type Row } from './table.ts';
import { shown } from './words.ts';

/** Of the connections that are allowed. */
const nearlyFull = 0.8;
/** Algorithms that send the same agent to the same server again. */
const sticky = ['source', 'uri', 'url_param', 'hdr', 'rdp-cookie', 'hash'];

/** What is wrong with another one than leastconn. */
function faultOf(algorithm: string): string {
  if (algorithm === 'static-rr') return 'no server can be added at run time';
  if (sticky.some((each) => algorithm.startsWith(each))) return 'an agent that is moved comes back to the same server';
  return 'the balance does not converge';
}

/** Rejects where nothing can be done at all: no backend, or too few rights. */
export async function lookForAdvice(
  target: Target,
  agentPort: number | undefined,
  signal: AbortSignal,
): Promise<readonly Advice[]> {
  await checkLevel(target, signal);
  const info = await readInfo(target, signal);
  const backend = await readBackend(target, signal);
  const servers = await listServers(target, signal);
  return [
    ...adviceOnBackend(target.backend, backend),
    ...servers.flatMap(adviceOnServer),
    ...adviceOnInfo(info),
    ...(agentPort === undefined ? [] : await adviceOnPort(target, agentPort, info, signal)),
  ];
}

async function checkLevel(target: Target, signal: AbortSignal): Promise<void> {
  const level = (await ask(target, 'show cli level', commandLimits, signal)).trim();
  if (level !== 'admin')
    throw new HaproxyError(
      target.name,
      'refused',
      `its level is "${shown(level)}"; its \`stats socket\` line needs \`level admin\``,
    );
}

async function readBackend(target: Target, signal: AbortSignal): Promise<Row> {
  const answer = await ask(target, `show stat ${target.backend} 2 -1`, listLimits, signal);
  const [row] = rowsOf(target, 'show stat', parseTable(answer, csvDialect, ['svname', 'mode', 'algo']));
  if (row !== undefined) return row;
  throw new HaproxyError(target.name, 'no-backend', `"${target.backend}" is a frontend, not a backend`);
}

function adviceOnBackend(name: string, backend: Row): readonly Advice[] {
  const found: Advice[] = [];
  const [algorithm, mode] = [backend.get('algo') ?? '', backend.get('mode') ?? ''];
  if (algorithm !== '' && algorithm !== 'leastconn') {
    // HAProxy 2.6 says so of `random`.
    const named = algorithm === 'unknown' ? 'another algorithm than leastconn' : `\`balance ${shown(algorithm)}\``;
    const text = `the backend ${name} uses ${named}, with which ${faultOf(algorithm)}; use \`balance leastconn\``;
    found.push({ code: 'algorithm', text });
  }
  if (mode !== '' && mode !== 'tcp')
    found.push({ code: 'mode', text: `the backend ${name} is in mode ${shown(mode)}; agents need \`mode tcp\`` });
  return found;
}

function adviceOnServer({ name, health, throttled, maxconn }: KnownServer): readonly Advice[] {
  const found: Advice[] = [];
  if (health === 'unchecked')
    found.push({
      code: 'no-check',
      text: `the server ${name} has no health check, so that agents are sent to it when it is dead; add \`check\` to it`,
    });
  if (throttled)
    found.push({
      code: 'slowstart',
      text: `the server ${name} has \`slowstart\`, with which the balance takes several passes; take it away`,
    });
  if (maxconn !== undefined)
    found.push({
      code: 'server-maxconn',
      text: `the server ${name} has \`maxconn ${maxconn}\`: agents beyond it wait instead of going elsewhere; take it away`,
    });
  return found;
}

function adviceOnInfo({ maxconn, connections, openFiles, stopping, pid }: Info): readonly Advice[] {
  const found: Advice[] = [];
  if (maxconn !== undefined && connections !== undefined && connections >= maxconn * nearlyFull)
    found.push({
      code: 'maxconn',
      text: `${connections} of at most ${maxconn} connections are open; raise \`maxconn\` in the global section`,
    });
  if (maxconn !== undefined && openFiles !== undefined && openFiles < maxconn * 2)
    found.push({
      code: 'open-files',
      text: `\`maxconn ${maxconn}\` needs ${maxconn * 2} open files, ${openFiles} are allowed; raise \`ulimit -n\` (LimitNOFILE)`,
    });
  if (stopping)
    found.push({ code: 'stopping', text: `the process ${pid} is ending; its socket should be the new one's` });
  return found;
}

/** Of the frontends on the port of the agents. */
async function adviceOnPort(target: Target, port: number, info: Info, signal: AbortSignal): Promise<readonly Advice[]> {
  const listeners = (await listListeners(target, info, signal)).filter((each) => each.port === port);
  const names = [...new Set(listeners.map(({ frontend }) => frontend))].sort();
  if (names.length === 0) return [];
  const answer = await ask(target, 'show stat -1 1 -1', listLimits, signal);
  const rows = rowsOf(target, 'show stat', parseTable(answer, csvDialect, ['pxname', 'scur', 'slim']));
  const found = rows.filter((row) => names.includes(row.get('pxname')!)).flatMap(adviceOnFrontend);
  if (names.length === 1) return found;
  const text = `the frontends ${names.map(shown).join(', ')} all listen on port ${port}; leave the one that leads to the backend ${target.backend}`;
  return [{ code: 'frontends', text }, ...found];
}

/** Whoever is beyond the limit waits, and is not refused: nothing else shows it. */
function adviceOnFrontend(row: Row): readonly Advice[] {
  const [open, limit] = [count(row, 'scur'), count(row, 'slim')];
  if (open === undefined || limit === undefined || open < limit * nearlyFull) return [];
  const text = `the frontend ${shown(row.get('pxname')!)} has ${open} of at most ${limit} connections; raise its \`maxconn\``;
  return [{ code: 'frontend-maxconn', text }];
}
