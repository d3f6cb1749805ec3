// Rehearses a release: publishes all packages to a registry on 127.0.0.1 by the commands of the first release, then some by those of
// the workflow, and does what users do with them. Prints one line per step, and the output of a step that failed.
//
// pnpm release:rehearse [--tarballs FOLDER] [text ...]: only the steps of users whose name contains one of the texts. With tarballs
// of `pnpm release:dry --out FOLDER` it publishes these.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installRuntimes } from '../runtimes/install.mjs';
import { lacksIn, lacksOfImports } from './lacks.ts';
import { changesetsIn, publicPackages } from './packages.mjs';
import { installRegistry, startRegistry } from './registry.mjs';
import { run } from './run.ts';
import { contentsOf } from './tarball.mjs';
import { STEPS, User } from './users.mjs';
import { startVendor } from './vendor.mjs';

const ROOT = join(import.meta.dirname, '../..');
const CHANGESETS = join(ROOT, 'node_modules/@changesets/cli/bin.js');
/** Maximum number of packages that are packed or published at the same time, and of concurrent user steps. */
const JOBS = 4;
const USERS = 2;
const LONG_LIMIT_MS = 600_000;
const MINOR = `---
'@majordomo/core': minor
'@majordomo/ledger': minor
'@majordomo/provider-openai': minor
---

A rehearsed change.
`;
const { values, positionals: wanted } = parseArgs({
  options: { tarballs: { type: 'string' } },
  allowPositionals: true,
});
const scratch = mkdtempSync(join(tmpdir(), 'majordomo-rehearsal-'));
const tarballs = values.tarballs === undefined ? scratch : resolve(values.tarballs);
const copy = join(scratch, 'copy');
let failed = 0;

try {
  await rehearse();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

async function rehearse() {
  installRuntimes();
  installRegistry();
  const registry = await startRegistry(join(scratch, 'registry'));
  const vendor = await startVendor();
  try {
    const versions = await publishBoth(registry.url);
    if (versions === undefined) return;
    const names = Object.keys(STEPS).filter(
      (name) => wanted.length === 0 || wanted.some((text) => name.includes(text)),
    );
    await atOnce(USERS, [...names.entries()], ([at, name]) => {
      const user = new User({
        folder: join(scratch, `user-${at}`),
        registry: registry.url,
        vendor,
        ...versions,
      });
      return step(name, () => STEPS[name](user));
    });
  } finally {
    registry.stop();
    await vendor.stop();
  }
}

/** Publishes the packages as they are, and then a minor version of some. Returns both versions of each by name, or `undefined` after a failure. */
async function publishBoth(registry) {
  let packages;
  let previous;
  let next;
  const isReady =
    (await step('copy, with the changesets of this commit', async () => {
      await run('git', ['clone', '--quiet', '--shared', ROOT, copy]);
      // The changelogs are written by a program of the copy, which needs its packages.
      await install();
      // A commit that is released has no changesets, and changesets fails without them.
      if (changesetsIn(copy).length > 0) await version();
      await build();
      packages = publicPackages(copy);
      previous = versionsIn(packages);
    })) &&
    (await step('pack all packages, and check their files and imports', async () => {
      if (values.tarballs === undefined) await pack(packages, tarballs);
      checkTarballs(packages, tarballs);
    })) &&
    (await step('publish all packages for the first time', () =>
      run(
        process.execPath,
        [join(copy, 'tooling/release/first.mjs'), '--registry', registry, '--tarballs', tarballs],
        { cwd: copy, env: maintainer(registry), timeout: LONG_LIMIT_MS },
      ),
    )) &&
    (await step('publish a minor version of core and a provider', async () => {
      writeFileSync(join(copy, '.changeset/rehearsal.md'), MINOR);
      await version();
      packages = publicPackages(copy);
      next = versionsIn(packages);
      const changed = packages.filter(({ name }) => next[name] !== previous[name]);
      const major = changed.filter(({ name }) => next[name].split('.')[0] !== previous[name].split('.')[0]);
      if (major.length > 0)
        throw new Error(
          `a minor change makes a new major version of ${major.map(({ name }) => name).join(', ')}`,
        );
      const out = join(scratch, 'out/tarballs');
      mkdirSync(out, { recursive: true });
      await pack(changed, out);
      checkTarballs(changed, out);
      await publishByWorkflow(registry);
    }));
  return isReady ? { previous, next } : undefined;
}

function version() {
  return run(process.execPath, [CHANGESETS, 'version'], { cwd: copy });
}

function install() {
  return run('pnpm', ['install', '--no-frozen-lockfile', '--prefer-offline', '--ignore-scripts'], {
    cwd: copy,
  });
}

/** Builds the copy. Packages that this commit has already built come from the cache of the checkout. */
function build() {
  const cache = `--cache-dir=${join(ROOT, '.turbo/cache')}`;
  return run('pnpm', ['exec', 'turbo', 'run', 'build', cache, '--output-logs=errors-only'], {
    cwd: copy,
    timeout: LONG_LIMIT_MS,
  });
}

/** Returns the versions of all public packages by their name. */
function versionsIn(packages) {
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
}

async function pack(packages, folder) {
  await atOnce(JOBS, packages, (one) =>
    run('pnpm', ['pack', '--pack-destination', folder], { cwd: one.folder }),
  );
}

/** Throws if a tarball lacks a file, or if its code imports what an installation may not contain. */
function checkTarballs(packages, folder) {
  const all = packages.map(({ tarball }) => contentsOf(join(folder, tarball)));
  const manifests = new Map(all.map(({ manifest }) => [manifest.name, manifest]));
  const problems = all.flatMap(({ manifest, paths, code }) =>
    [...lacksIn(manifest, paths), ...lacksOfImports(manifest, code, manifests)].map(
      (problem) => `${manifest.name}: ${problem}`,
    ),
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Publishes by the commands of the workflow, which begin in the folder of the artifact `out`. */
async function publishByWorkflow(registry) {
  const workflow = readFileSync(join(copy, '.github/workflows/release.yml'), 'utf8');
  const [, commands] = /- name: Publish\n +run: \|\n((?: {10}.*\n)+)/.exec(workflow) ?? [];
  if (commands === undefined) throw new Error('release.yml has no step Publish');
  const list = `${process.execPath} ${join(copy, 'tooling/release/unpublished.mjs')} > out/packages.txt`;
  // Provenance needs the identity token of GitHub.
  const local = commands.replace('npm publish', 'npm publish --provenance=false');
  await run('bash', ['-euo', 'pipefail', '-c', `${list}\n${local}`], {
    cwd: scratch,
    env: maintainer(registry),
  });
}

/** Environment of somebody who has logged in. The registry accepts any token. */
function maintainer(registry) {
  const home = join(scratch, 'maintainer');
  mkdirSync(home, { recursive: true });
  const host = registry.replace(/^http:/, '');
  writeFileSync(join(home, '.npmrc'), `registry=${registry}\n${host}:_authToken=rehearsal\n`);
  return { PATH: process.env.PATH, HOME: home };
}

/** Does `work` for all items, at most `count` at the same time. */
async function atOnce(count, items, work) {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
}

/** Runs a step, prints its line, and returns whether it succeeded. */
async function step(name, work) {
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;
  try {
    await work();
    console.log(`ok      ${name}: ${seconds()}`);
    return true;
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}: ${seconds()}\n${error.message}`);
    return false;
  }
}
