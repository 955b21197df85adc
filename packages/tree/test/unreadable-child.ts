/** Scans as a user who may not read everything, and prints what it found. */
import process, { argv, stdout } from 'node:process';
import { defaultExclusions, nodeDisk, openScanner } from '../src/index.ts';

const [root, mode] = [argv[2]!, argv[3] as 'master' | 'worker'];
const table = [
  { directory: 'etc/rules', mode: 0o660, files: 'all' as const, recursive: true, removeEmptyDirectories: false },
];

async function main(): Promise<void> {
  const disk = nodeDisk();
  // The sources are read by root; from here on this is another user. Threads start after it.
  if (process.getuid!() === 0) {
    await import('../src/node/worker.ts');
    process.setgroups!([]);
    process.setgid!(65_534);
    process.setuid!(65_534);
  }
  const limits = { maxFileBytes: 1 << 20, maxFiles: 1_000 };
  const scanner = await openScanner(
    { disk, wallNow: Date.now },
    { root, table, exclusions: defaultExclusions, limits, cachePath: `${root}/cache`, mode },
  );
  const { tree, problems } = await scanner.scan('all', new AbortController().signal);
  await scanner.save();
  stdout.write(
    JSON.stringify({ files: tree.files, problems: problems.map(({ code, path, text }) => `${code} ${path}: ${text}`) }),
  );
  await disk.close();
}

void main().catch((error: unknown) => {
  stdout.write(String(error));
  process.exitCode = 1;
});
