/** Packs texts into a `.tar.gz` in memory. */
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

export interface Entry {
  /** A relative path. */
  readonly name: string;
  readonly text: string;
}

const block = 512;

/** Files with mode 0600 below `folder`, as of `wallMs`. */
export function tarGz(folder: string, entries: readonly Entry[], wallMs: number): Buffer {
  const parts = entries.flatMap(({ name, text }) => {
    const content = Buffer.from(text);
    const head = Buffer.alloc(block);
    const header = new Header({
      ...{ path: `${folder}/${name}`, mode: 0o600, uid: 0, gid: 0, type: 'File', size: content.length },
      mtime: new Date(wallMs),
    });
    if (header.encode(head, 0)) throw new Error(`bug: ${name} is too long a name for an archive`);
    return [head, content, Buffer.alloc((block - (content.length % block)) % block)];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]));
}
