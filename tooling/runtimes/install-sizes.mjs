// `pnpm sizes --installed`: installs the starters and the providers with npm from tarballs, and prints the sizes of their
// `node_modules`. `--table` writes them to the pages. It takes some minutes, and needs the registry.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { createProject, TEMPLATES } from '../../apps/create-majordomo/src/index.ts';
import { packagesIn, ROOT } from '../build/packages.ts';
import { npm } from './install.mjs';
import { pack } from './pack.mjs';
import { tableOf, writeBetween } from './page-table.mjs';

const STARTER_TABLE = {
  page: join(ROOT, 'apps/create-majordomo/README.md'),
  begin: '<!-- starters: written by `pnpm sizes --installed --table` -->',
  end: '<!-- starters: end -->',
};
const PROVIDER_TABLE = {
  page: join(ROOT, 'apps/docs/bundles.md'),
  begin: '<!-- providers: written by `pnpm sizes --installed --table` -->',
  end: '<!-- providers: end -->',
};

const VENDORS = ['@majordomo/provider-openai', '@majordomo/provider-anthropic'];
/** Filters of the packages of the starters and the providers. */
const PACKED = ['@majordomo/template-*^...', '@majordomo/eslint-plugin', '@majordomo/provider-*...'];

/** Packages of each row in the table of providers, without core, which every row contains. */
const PROVIDER_ROWS = [
  { label: 'core alone', names: [] },
  ...packagesIn()
    .filter(({ id }) => id.startsWith('provider-'))
    .map(({ id, manifest }) => ({ label: `\`${id}\``, names: [manifest.name] })),
  { label: '`provider-openai`, `provider-anthropic`', names: VENDORS },
];

async function main(isTable) {
  const scratch = mkdtempSync(join(tmpdir(), 'majordomo-install-sizes-'));
  try {
    const tarballs = pack(join(scratch, 'tarballs'), PACKED);
    const starters = [];
    for (const template of Object.keys(TEMPLATES))
      starters.push(await weighStarter(template, join(scratch, template), tarballs));
    const providers = PROVIDER_ROWS.map((row, at) =>
      weighProviders(row, join(scratch, `providers-${at}`), tarballs),
    );
    if (!isTable) return;
    writeBetween(STARTER_TABLE, starterLines(starters));
    writeBetween(PROVIDER_TABLE, providerLines(providers));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Returns the size of a starter, with and without its development dependencies. */
async function weighStarter(template, folder, tarballs) {
  await createProject({ name: template, folder, template });
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  install(folder, manifest, tarballs);
  const complete = bytesOf(filesIn(folder));
  run(['install', '--omit=dev'], folder);
  const production = bytesOf(filesIn(folder));
  console.log(`${template}: ${MB(complete)}, without development dependencies ${MB(production)}`);
  return { template, complete, production };
}

/** Returns the size of core and providers, by the origin of the files. */
function weighProviders({ label, names }, folder, tarballs) {
  mkdirSync(folder);
  const dependencies = Object.fromEntries(['@majordomo/core', ...names].map((name) => [name, '*']));
  install(folder, { private: true, dependencies }, tarballs);
  const files = filesIn(folder);
  const sdks = sdksIn(folder);
  const all = bytesOf(files);
  const own = bytesOf(files.filter(({ owner }) => owner.startsWith('@majordomo/')));
  const sdk = bytesOf(files.filter(({ owner }) => sdks.includes(owner)));
  console.log(`${label}: ${MB(all)}, of which majordomo ${MB(own)}, SDK ${MB(sdk)}`);
  return { label, sdks, all, own, sdk, rest: all - own - sdk };
}

/** Installs the dependencies of a manifest, those of this repository from tarballs. */
function install(folder, manifest, tarballs) {
  const fromTarballs = (dependencies = {}) =>
    Object.fromEntries(Object.entries(dependencies).map(([name, range]) => [name, tarballs[name] ?? range]));
  const changed = {
    ...manifest,
    dependencies: fromTarballs(manifest.dependencies),
    devDependencies: fromTarballs(manifest.devDependencies),
    overrides: tarballs,
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(changed));
  run(['install'], folder);
}

function run(args, folder) {
  const problem = npm(args, folder);
  if (problem !== undefined) throw new Error(`npm ${args.join(' ')} in ${folder}: ${problem}`);
}

/** Returns the SDKs of an installation: the dependencies of majordomo's packages that are not majordomo's. */
function sdksIn(folder) {
  const own = join(folder, 'node_modules/@majordomo');
  const names = readdirSync(own).flatMap((id) => {
    const { dependencies = {} } = JSON.parse(readFileSync(join(own, id, 'package.json'), 'utf8'));
    return Object.keys(dependencies);
  });
  return [...new Set(names)].filter((name) => !name.startsWith('@majordomo/')).sort();
}

/** Returns the files in `node_modules`, with the name of the package that contains each. */
function filesIn(folder) {
  return readdirSync(join(folder, 'node_modules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const [first, second] = path.split(`${sep}node_modules${sep}`).at(-1).split(sep);
      return { owner: first.startsWith('@') ? `${first}/${second}` : first, bytes: statSync(path).size };
    });
}

const bytesOf = (files) => files.reduce((sum, { bytes }) => sum + bytes, 0);
const MB = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

const measured = () =>
  `Measured on ${new Date().toISOString().slice(0, 10)} with npm, on ${process.platform} (${process.arch}):`;

function starterLines(starters) {
  const rows = starters.map(({ template, complete, production }) => [
    `\`${template}\``,
    MB(complete),
    MB(production),
  ]);
  return [measured(), '', ...tableOf(['template', 'installed', 'without development dependencies'], rows)];
}

function providerLines(providers) {
  const rows = providers.map(({ label, sdks, own, sdk, rest, all }) => [
    label,
    sdks.map((name) => `\`${name}\``).join(', ') || 'none',
    ...[own, sdk, rest, all].map(MB),
  ]);
  const head = ['installed', 'SDK', 'majordomo', 'SDK itself', "SDK's dependencies", 'total'];
  return [measured(), '', ...tableOf(head, rows)];
}

await main(process.argv.includes('--table'));
