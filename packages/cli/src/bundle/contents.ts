/** What goes into a bundle, and what of it could not be had. */
import type { ControlClient } from '@muster/control';
import { MAX_EVENT_ROWS } from '@muster/protocol';
import { plain, renderFindings } from '@muster/render';
import { type Known, known } from '../doctor/facts.ts';
import { type Diagnosis, type DoctorDeps, diagnose } from '../doctor/run.ts';
import { usersPath } from '../doctor/secrets.ts';
import { within } from '../doctor/within.ts';
import { forPrograms } from '../events.ts';
import type { Entry } from './archive.ts';
import { agentKeys, clusterSections, longTexts, type Scrubber, scrubber, scrubYaml, secretsWritten } from './scrub.ts';

export interface BundleDeps extends DoctorDeps {
  /** The words of `muster check-config`. */
  readonly checkConfig: () => Promise<string>;
  /** A file below R, or by its whole path, as text, at most so many bytes of its end; undefined: there is none. Rejects when it cannot be read. */
  readonly readEnd: (path: string, maxBytes: number) => Promise<string | undefined>;
  /** What this machine is. */
  readonly system: () => object;
  readonly version: string;
}

export interface Contents {
  readonly entries: readonly Entry[];
  readonly missing: readonly Missing[];
}

export interface Missing {
  readonly name: string;
  readonly why: string;
}

/** Of the log. */
const maxLogBytes = 4 * 1024 * 1024;
/** Of other files: more than any of them has, but for client.keys of very many agents. */
const maxFileBytes = 64 * 1024 * 1024;
/** For a view and for a file, ms. */
const [viewMs, fileMs] = [1_500, 3_000];

/** Whatever hangs is left out and named. `manifest.json` is the first. */
export async function contentsOf(deps: BundleDeps): Promise<Contents> {
  const [diagnosis, views, files, check] = await Promise.all([
    diagnose(deps),
    askViews(deps),
    readFiles(deps),
    within(deps.clock, fileMs, deps.checkConfig()),
  ]);
  const clean = scrubber(secretsOf(diagnosis, { ...files, users: await readUsers(deps, diagnosis) }));
  const parts: readonly (readonly [name: string, fact: Known<string>])[] = [
    ['doctor.txt', known(clean.text(`${renderFindings(diagnosis.findings, plain).join('\n')}\n`))],
    ['doctor.json', known(clean.json(diagnosis.findings))],
    ['check-config.txt', mapped(check, (text) => `${clean.text(text)}\n`)],
    ['system.json', known(clean.json(deps.system()))],
    ...viewParts(diagnosis, views, clean),
    ['config/cluster.xml', fileOf(files.ossecConf, (text) => clean.text(clusterSections(text)))],
    ['config/muster.yaml', fileOf(files.musterYaml, (text) => clean.text(scrubYaml(text)))],
    ['logs/cluster.log', fileOf(files.log, (text) => clean.text(wholeLines(text)))],
  ];
  const entries = parts.flatMap(([name, fact]) => (fact.ok ? [{ name, text: fact.value }] : []));
  const missing = parts.flatMap(([name, fact]) => (fact.ok ? [] : [{ name, why: clean.text(fact.why) }]));
  return { entries: [manifest(deps, entries, missing), ...entries], missing };
}

function manifest({ wallNow, version }: BundleDeps, entries: readonly Entry[], missing: readonly Missing[]): Entry {
  const files = entries.map(({ name, text }) => ({ name, bytes: Buffer.byteLength(text) }));
  const value = { madeAt: new Date(wallNow()).toISOString(), musterVersion: version, files, missing };
  return { name: 'manifest.json', text: `${JSON.stringify(value, null, 2)}\n` };
}

interface Views {
  readonly tree: Known<unknown>;
  readonly deadLetters: Known<unknown>;
  readonly events: Known<unknown>;
  readonly healthcheck: Known<unknown>;
  readonly metrics: Known<string>;
}

async function askViews({ look, clock }: BundleDeps): Promise<Views> {
  const opened = await within(clock, viewMs, look());
  if (!opened.ok) return { tree: opened, deadLetters: opened, events: opened, healthcheck: opened, metrics: opened };
  const client: ControlClient = opened.value;
  const ask = <T>(answer: Promise<T>): Promise<Known<T>> => within(clock, viewMs, answer);
  try {
    const [tree, deadLetters, events, healthcheck, metrics] = await Promise.all([
      ask(client.tree()),
      ask(client.at().deadLetters()),
      ask(client.events({ last: MAX_EVENT_ROWS }).then(({ rows }) => rows.map(forPrograms))),
      ask(client.healthcheck()),
      ask(client.at().metrics()),
    ]);
    return { tree, deadLetters, events, healthcheck, metrics };
  } finally {
    client.close();
  }
}

function viewParts(
  { facts: { node } }: Diagnosis,
  { tree, deadLetters, events, healthcheck, metrics }: Views,
  { json, text }: Scrubber,
): readonly (readonly [string, Known<string>])[] {
  const running = node.ok ? node.value : undefined;
  const of = (fact: Known<unknown> | undefined): Known<string> =>
    fact === undefined ? { ok: false, why: node.ok ? 'there is none' : late(node).why } : mapped(late(fact), json);
  const infos = [...(running?.infos ?? [])].map(
    ([name, fact]) => [`node-info/${name}.json`, mapped(fact, ({ info }) => json(info))] as const,
  );
  return [
    ['nodes.json', of(running?.cluster)],
    ['health.json', of(running === undefined ? undefined : known(running.health))],
    ['links.json', of(running?.links)],
    ['balance.json', of(running?.balance)],
    ['tree.json', of(tree)],
    ['dead-letters.json', of(deadLetters)],
    ['events.json', of(events)],
    ['healthcheck.json', of(healthcheck)],
    ['metrics.txt', mapped(late(metrics), text)],
    ...(infos.length > 0 ? infos : [['node-info', of(undefined)] as const]),
  ];
}

type File = Known<string | undefined>;

interface Files {
  readonly ossecConf: File;
  readonly musterYaml: File;
  readonly log: File;
  /** These are read for what must not be in any other, and are in no bundle. */
  readonly clientKeys: File;
  readonly password: File;
}

async function readFiles({ readEnd, clock }: BundleDeps): Promise<Files> {
  const read = (path: string, most = maxFileBytes): Promise<File> => within(clock, fileMs, readEnd(path, most));
  const [ossecConf, musterYaml, log, clientKeys, password] = await Promise.all([
    read('etc/ossec.conf'),
    read('etc/muster.yaml'),
    read('logs/cluster.log', maxLogBytes),
    read('etc/client.keys'),
    read('etc/authd.pass'),
  ]);
  return { ossecConf, musterYaml, log, clientKeys, password };
}

/** Where the configuration says, as the doctor read it. */
async function readUsers({ readEnd, clock }: BundleDeps, { facts: { config } }: Diagnosis): Promise<File> {
  const path = config.ok ? config.config.muster.httpApi.usersFile : undefined;
  return await within(clock, fileMs, readEnd(path ?? usersPath, maxFileBytes));
}

function secretsOf({ facts: { config } }: Diagnosis, files: Files & { readonly users: File }) {
  const text = (file: File): string => (file.ok ? (file.value ?? '') : '');
  const words = config.ok
    ? [
        config.config.cluster.key,
        config.config.haproxyHelper?.password,
        config.config.haproxyHelper?.clientCertPassword,
        config.config.muster.haproxy.tls.password,
        config.config.muster.haproxy.api.password,
      ]
    : [];
  const written = secretsWritten(text(files.ossecConf), text(files.musterYaml));
  return {
    words: [...words.flatMap((word) => word ?? []), ...written, text(files.password).trim()],
    tokens: new Set([...agentKeys(text(files.clientKeys)), ...longTexts(text(files.users))]),
  };
}

const mapped = <T>(fact: Known<T>, make: (value: T) => string): Known<string> =>
  fact.ok ? known(make(fact.value)) : fact;

/** Views are waited for differently long; that the node hangs is one sentence all the same. */
const late = <T extends Known<unknown>>(fact: T): T =>
  fact.ok || fact.code !== 'timeout' ? fact : { ...fact, why: 'the node did not answer in time; its log may say why' };

const fileOf = (file: File, make: (text: string) => string): Known<string> => {
  if (!file.ok) return file;
  return file.value === undefined ? { ok: false, why: 'there is no such file' } : known(make(file.value));
};

/** The end of a log may begin in the middle of a line, and of a secret. */
const wholeLines = (text: string): string =>
  Buffer.byteLength(text) < maxLogBytes ? text : text.slice(text.indexOf('\n') + 1);
