/** Adapter: the certificate and the key of tokens in `R/queue/cluster/muster/http`, made where they are missing. */
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { isLoopback } from '@muster/config';
import { makeCertificate, type Pems, servesStill } from './certificate.ts';

export interface OwnFiles {
  /** `R/queue/cluster/muster/http`. */
  readonly folder: string;
  readonly node: string;
  /** Where the API listens. */
  readonly address: string;
  readonly wallNow: () => number;
}

/** The certificate that the node made for itself, made (anew) where it is missing, broken, about to end, or its key could be read by others. */
export async function ownCertificate({
  folder,
  node,
  address,
  wallNow,
}: OwnFiles): Promise<Pems & { readonly made: boolean }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const paths = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const wish = { node, names: namesOf(address), wallMs: wallNow(), serial: randomBytes(16) };
  const found = await readPems(paths).catch(() => undefined);
  if (found !== undefined && (await isPrivate(paths.key)) && servesStill(found, wish, createPrivateKey))
    return { ...found, made: false };
  const made = await makeCertificate(wish);
  await writePrivate(paths.key, made.key);
  await writePrivate(paths.certificate, made.certificate);
  return { ...made, made: true };
}

/** Those that are given. Rejects, naming the option, when they cannot be read, are no such thing, or are not of one key. */
export async function givenCertificate(paths: { readonly certificate: string; readonly key: string }): Promise<Pems> {
  const pems = await readPems(paths).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `http_api.certificate or http_api.key cannot be read: ${error.code ?? error.message}. The user that Muster runs as must be let to.`,
    );
  });
  let fits = false;
  try {
    fits = new X509Certificate(pems.certificate).checkPrivateKey(createPrivateKey(pems.key));
  } catch {
    throw new Error(
      'http_api.certificate or http_api.key is no PEM file of a certificate and its key. Write PEM files, the key without a password.',
    );
  }
  if (!fits) throw new Error('http_api.key is not the key of http_api.certificate. Give the two that belong together.');
  return pems;
}

async function readPems(paths: Pems): Promise<Pems> {
  const [certificate, key] = await Promise.all([readFile(paths.certificate, 'utf8'), readFile(paths.key, 'utf8')]);
  return { certificate, key };
}

/** The key that signs tokens: 32 bytes that only this node has. A lost one is made anew; the tokens before are void then. */
export async function tokenKey({ folder }: Pick<OwnFiles, 'folder'>): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'token.key');
  const found = await readFile(path).catch(() => undefined);
  const isOurs = found?.length === 32 && (await isPrivate(path));
  if (found !== undefined && isOurs) return found;
  const made = randomBytes(32);
  await writePrivate(path, made);
  return made;
}

/** A key that others could read is nobody's any more. */
const isPrivate = async (path: string): Promise<boolean> => ((await stat(path)).mode & 0o077) === 0;

async function writePrivate(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeWhole(path, content);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const cure = "Make room there, and let Muster's user write";
    throw new Error(`The HTTP API cannot write ${path}: ${code ?? message}. ${cure}. It is tried again.`);
  }
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const next = `${path}.new`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}

/** What clients may call this node: where it listens on all addresses, each that it has. */
function namesOf(address: string): readonly string[] {
  const loopback = ['localhost', '127.0.0.1', '::1'];
  if (isLoopback(address)) return [...loopback, address];
  if (address !== '0.0.0.0' && address !== '::') return [...loopback, hostname(), address];
  // Link-local addresses need a zone, and are nobody's way here.
  const own = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map((found) => found.address));
  return [...loopback, hostname(), ...own.filter((each) => !each.startsWith('fe80'))].slice(0, 64);
}
