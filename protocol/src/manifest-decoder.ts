/** The manifest stream to a file tree, block by block, as the bytes arrive. */

import type { FileRow } from './catalogue/index.ts';
import { digestHex } from './digest-bytes.ts';
import { type DirectoryNode, directoryNode, emptyDirectory, type FileEntry } from './directory-node.ts';
import type { Violation } from './envelope.ts';
import { type FileTree, fileTree, splitPath } from './file-tree.ts';
import { type GrowingBuffer, growingBuffer } from './growing-buffer.ts';
import type { GenerationId } from './ids.ts';
import { MAX_MANIFEST_BLOCK } from './limits.ts';
import { BLOCK_HEADER, decodeManifestBlock, type ManifestBlock, type ManifestHeader } from './manifest-block.ts';
import type { ViolationCode } from './violation.ts';

export interface Manifest {
  readonly id: GenerationId;
  readonly tree: FileTree;
}

export interface ManifestDecoder {
  /** Takes the next bytes of the stream, however cut. A violation is final: abort the stream. */
  push(bytes: Uint8Array): Violation | undefined;
  /** The stream ended: the manifest, when it is whole and its root is the announced one. */
  end(): { readonly ok: true; readonly manifest: Manifest } | { readonly ok: false; readonly violation: Violation };
  /** What came so far, and what will; undefined before the header. */
  readonly progress: () => { readonly files: number; readonly of: number } | undefined;
}

const breach = (text: string, code: ViolationCode = 'bad-manifest'): Violation => ({ code, text });
const rank = { header: 0, directories: 1, held: 2, files: 3 } as const;

/**
 * Decodes one manifest stream. Holds the tree and at most one block. Directories equal to those of
 * `before` are shared with it. Refuses paths out of order or twice, files in a directory that was
 * not listed, more of anything than the header said, and a root that does not come out.
 */
export function manifestDecoder(before?: FileTree): ManifestDecoder {
  const begun: GrowingBuffer = growingBuffer();
  const directories = new Map<string, DirectoryNode>();
  const held = new Set<string>();
  let header: ManifestHeader | undefined;
  let last: ManifestBlock['type'] = 'header';
  let lastPath = '';
  let files = 0;
  /** The directory whose files are coming. */
  let current: { readonly directory: string; readonly files: Map<string, FileEntry> } | undefined;
  let broken: Violation | undefined;

  function push(bytes: Uint8Array): Violation | undefined {
    let at = 0;
    while (at < bytes.length && broken === undefined) {
      const needed = begun.length() < BLOCK_HEADER ? BLOCK_HEADER : BLOCK_HEADER + lengthOf(begun.view());
      const piece = bytes.subarray(at, at + needed - begun.length());
      begun.add(piece);
      at += piece.length;
      if (begun.length() < BLOCK_HEADER) continue;
      const length = lengthOf(begun.view());
      if (length > MAX_MANIFEST_BLOCK || length === 0)
        broken = breach(`a manifest block of ${length} bytes`, 'too-long');
      else if (begun.length() === BLOCK_HEADER + length) broken = take(begun.take().subarray(BLOCK_HEADER));
    }
    return broken;
  }

  function take(text: Uint8Array): Violation | undefined {
    const decoded = decodeManifestBlock(text);
    if (!decoded.ok) return decoded.violation;
    const { block } = decoded;
    if ((block.type === 'header') !== (header === undefined))
      return breach('a manifest with no header first, or with two');
    if (rank[block.type] < rank[last]) return breach(`${block.type} after ${last} in a manifest`);
    if (block.type !== last) lastPath = '';
    last = block.type;
    switch (block.type) {
      case 'header':
        header = block;
        return undefined;
      case 'directories':
        return addPaths(block.paths, (path) => directories.set(path, emptyDirectory).size <= header!.directories);
      case 'held':
        return addPaths(block.paths, (path) => held.add(path).size <= header!.held);
      case 'files':
        return addFiles(block.rows);
    }
  }

  function addPaths(paths: readonly string[], add: (path: string) => boolean): Violation | undefined {
    for (const path of paths) {
      if (path <= lastPath) return breach('paths of a manifest out of order, or one twice');
      lastPath = path;
      if (!add(path)) return breach('more paths in a manifest than its header said');
    }
    return undefined;
  }

  function addFiles(rows: readonly FileRow[]): Violation | undefined {
    for (const [path, size, digest] of rows) {
      const [directory, name] = splitPath(path);
      if (current?.directory !== directory) {
        if (!directories.has(directory)) return breach('a file in a directory that the manifest does not list');
        if (current !== undefined && directory <= current.directory)
          return breach('directories out of order, or one twice');
        settle();
        current = { directory, files: new Map() };
        lastPath = '';
      }
      if (name <= lastPath) return breach('files of a manifest out of order, or one twice');
      lastPath = name;
      current.files.set(name, { size, digest: digestHex(digest) });
      if (++files > header!.files) return breach('more files in a manifest than its header said');
    }
    return undefined;
  }

  /** The current directory is complete. Done one by one, so that no long computation waits at the end. */
  function settle(): void {
    if (current === undefined) return;
    directories.set(current.directory, directoryNode(current.files, before?.directories.get(current.directory)));
  }

  function end(): ReturnType<ManifestDecoder['end']> {
    broken ??= incomplete();
    if (broken !== undefined || header === undefined) return { ok: false, violation: broken ?? breach('no header') };
    settle();
    const tree = fileTree(directories, held);
    if (tree.root === digestHex(header.root)) return { ok: true, manifest: { id: header.id, tree } };
    return { ok: false, violation: breach('a manifest whose root does not come out', 'wrong-root') };
  }

  function incomplete(): Violation | undefined {
    const whole =
      header !== undefined &&
      begun.length() === 0 &&
      directories.size === header.directories &&
      held.size === header.held &&
      files === header.files;
    return whole ? undefined : breach('a manifest that ends too soon', 'too-short');
  }

  return { push, end, progress: () => (header === undefined ? undefined : { files, of: header.files }) };
}

const lengthOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
