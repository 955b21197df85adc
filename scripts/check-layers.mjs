/**
 * Holds the direction of imports (ARCHITECTURE.md, "Folders"): who may depend on whom, that there is
 * no cycle, that the build's references say the same as the dependencies, and that no actor touches
 * the outside world. Which import stands in which file is biome's part (undeclared dependencies,
 * import cycles); what a package may declare is checked here.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { root } from './bootstrap.mjs';

/** What a package of ours may declare, by folder. `*`: anything of ours that makes no cycle. */
const allowed = [
  [/^protocol$/, []],
  [/^packages\/actor$/, []],
  [/^actors\//, ['protocol', 'actor']],
  [/^packages\/(daemon|cli|lab|simulation)$/, ['*']],
  [/^packages\/list-query$/, []],
  [/^packages\/reference-forms$/, ['protocol', 'config']],
  [/^packages\/metrics$/, ['protocol', 'actor']],
  [/^packages\/http-api$/, ['protocol', 'actor', 'config', 'control', 'list-query', 'reference-forms']],
  [/^packages\/manager$/, ['protocol', 'tree']],
  [/^packages\/cluster-socket$/, ['protocol', 'actor', 'link', 'config', 'list-query', 'reference-forms']],
  [/^packages\/inspector$/, ['protocol', 'actor', 'control', 'render']],
  [/^packages\//, ['protocol', 'actor', 'link', 'config']],
];
/** Third-party packages that one package alone may import. */
const soleImporters = {
  nact: 'packages/actor',
  winston: 'packages/log',
  'fast-xml-parser': 'packages/config',
  msgpackr: 'protocol',
  lmdb: 'packages/store',
  'prom-client': 'packages/metrics',
  fastify: 'packages/http-api',
  jose: 'packages/http-api',
  tar: 'packages/cli',
  '@peculiar/x509': 'packages/http-api',
};
/** Node's modules that a folder's sources may import; elsewhere all. */
const builtins = [
  [/^actors\//, []],
  [/^protocol$/, ['node:buffer', 'node:crypto']],
];
/**
 * Ambient time, chance, timers and the process: only the files that adapt the world may name them, so that a
 * whole node runs on simulated ports. Microtasks are allowed: their order follows from the code.
 */
const ambient = new RegExp(
  [
    String.raw`\b(?:Date\.now|Math\.random|setTimeout|setInterval|setImmediate|performance\.now|AbortSignal\.timeout)\b`,
    String.raw`\bnew Date\(\)`,
    String.raw`(?<![.\w])process\.(?:hrtime|nextTick|env|pid|argv|exit|exitCode|on|off|once|kill|cwd|uptime|memoryUsage|stdout|stderr)\b`,
    String.raw`\b(?:randomUUID|randomInt|randomFill|randomFillSync|getRandomValues)\b`,
    String.raw`import \{[^}]*\brandomBytes\b[^}]*\} from 'node:crypto'`,
    "from 'node:(?:fs|fs/promises|net|tls|dgram|http|https|child_process|worker_threads|os|perf_hooks|timers|timers/promises)'",
  ].join('|'),
);
/** A file that adapts the world says so in its head; all of this folder do. */
const isAdapter = (name, text) => text.includes('Adapter:') || name.startsWith('packages/tree/src/node/');

const packages = [
  'protocol',
  ...['packages', 'actors'].flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`)),
]
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    return {
      folder,
      name: manifest.name,
      ours: dependencies.filter((d) => d.startsWith('@muster/')),
      foreign: dependencies.filter((d) => !d.startsWith('@muster/')),
    };
  });
const byName = new Map(packages.map((each) => [each.name, each]));
const faults = [];

const sourcesOf = (folder) =>
  readdirSync(join(root, folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));

function checkDependencies({ folder, ours, foreign }) {
  const rule = allowed.find(([pattern]) => pattern.test(folder))[1];
  for (const dependency of ours) {
    if (!byName.has(dependency)) faults.push(`${folder}: depends on ${dependency}, which does not exist`);
    if (!rule.includes('*') && !rule.includes(dependency.replace('@muster/', '')))
      faults.push(`${folder}: may not depend on ${dependency}`);
  }
  for (const dependency of foreign) {
    const sole = soleImporters[dependency];
    if (sole !== undefined && sole !== folder) faults.push(`${folder}: ${dependency} is for ${sole} alone`);
  }
}

function checkReferences({ folder, ours }) {
  const { references = [] } = JSON.parse(readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'));
  const referred = references.map(({ path }) => relative(root, join(root, folder, path))).sort();
  const declared = ours.map((name) => byName.get(name)?.folder ?? name).sort();
  if (referred.join() !== declared.join())
    faults.push(`${folder}: tsconfig.json refers to [${referred}], package.json to [${declared}]`);
}

function checkSources({ folder }) {
  const rule = builtins.find(([pattern]) => pattern.test(folder))?.[1];
  for (const file of sourcesOf(folder)) {
    const text = readFileSync(file, 'utf8');
    const name = relative(root, file);
    for (const [, module] of text.matchAll(/from '(node:[a-z_/]+)'/g)) {
      if (rule !== undefined && !rule.includes(module))
        faults.push(`${name}: may not import ${module}; declare what it needs in its Deps`);
    }
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    if (!/\btesting\b/.test(name) && ambient.test(code) && !isAdapter(name, text))
      faults.push(`${name}: ${ambient.exec(code)[0]} outside an adapter (a file whose head says "Adapter:")`);
  }
}

function checkCycles() {
  const done = new Set();
  const visit = (each, path) => {
    if (path.includes(each.name))
      faults.push(`cycle: ${[...path.slice(path.indexOf(each.name)), each.name].join(' -> ')}`);
    if (path.includes(each.name) || done.has(each.name)) return;
    for (const dependency of each.ours) if (byName.has(dependency)) visit(byName.get(dependency), [...path, each.name]);
    done.add(each.name);
  };
  for (const each of packages) visit(each, []);
}

for (const each of packages) {
  checkDependencies(each);
  checkReferences(each);
  checkSources(each);
}
checkCycles();
if (faults.length > 0) process.stderr.write(`${faults.join('\n')}\n`);
process.stdout.write(`${packages.length} packages, ${faults.length} faults\n`);
process.exit(faults.length > 0 ? 1 : 0);
