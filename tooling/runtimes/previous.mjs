import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesIn, ROOT } from '../build/packages.ts';

const WAYS = {
  /** Tests two copies of core in one process: the old provider uses the core with which it was released. */
  own: 'their own core',
  /** Tests the old provider with the new core, as `^1.0.0` allows. */
  new: 'the core of today',
};

/**
 * Returns matrix rows for the providers of the previous release: once with a second copy of core, once with the core of
 * this checkout. Returns no rows before the first release.
 */
export async function previousProviders(node, app, scratch) {
  const version = previousRelease();
  if (version === undefined) return [];
  const row = (way) => ({ ...node, name: `${node.name}, providers of ${version} on ${WAYS[way]}` });
  const sources = sourcesAt(version, join(scratch, 'previous'));
  if (sources === undefined)
    return Object.keys(WAYS).map((way) => ({
      ...row(way),
      binary: undefined,
      lacks: `this clone does not have ${version}`,
    }));
  return Promise.all(
    Object.keys(WAYS).map(async (way) => {
      const folder = join(app, `previous-${way}`);
      await bundleProviders(sources, way, folder, app);
      return { ...row(way), folder };
    }),
  );
}

function previousRelease() {
  try {
    const args = ['describe', '--tags', '--abbrev=0', '--match', '@majordomo/core@*', 'HEAD^'];
    return execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** Returns the folders of the previous packages by their id, or `undefined` in a shallow clone. */
function sourcesAt(version, folder) {
  mkdirSync(folder, { recursive: true });
  try {
    const archive = execFileSync('git', ['archive', version, 'packages', 'pnpm-workspace.yaml'], {
      cwd: ROOT,
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
  } catch {
    return undefined;
  }
  return new Map(packagesIn(folder).map(({ id, path }) => [id, join(folder, path)]));
}

const PROVIDERS = ['provider-openai', 'provider-anthropic', 'provider-google'];
const SDKS = ['openai', '@anthropic-ai/sdk', '@google/genai'];
const CORE = {
  '@majordomo/core/provider': ['core', 'src/provider.ts'],
  '@majordomo/core/toolkit': ['core', 'src/toolkit.ts'],
  '@majordomo/wire-kit/internal': ['wire-kit', 'src/internal.ts'],
  '@majordomo/wire-kit': ['wire-kit', 'src/index.ts'],
  '@majordomo/core': ['core', 'src/index.ts'],
};
const SHARED = {
  '@majordomo/openai-wire': ['openai-wire', 'src/index.ts'],
  '@majordomo/claude': ['claude', 'src/index.ts'],
  '@majordomo/imagegen': ['imagegen', 'src/index.ts'],
};

/** Copies the application's programs with the providers of the previous release. */
async function bundleProviders(sources, way, folder, app) {
  cpSync(join(import.meta.dirname, 'app'), folder, { recursive: true });
  const { build } = await import('esbuild');
  const inside = way === 'own' ? { ...CORE, ...SHARED } : SHARED;
  const alias = Object.entries(inside).map(([name, [id, file]]) => [name, join(sources.get(id) ?? '', file)]);
  await build({
    stdin: {
      contents: PROVIDERS.map(
        (id) => `export * from ${JSON.stringify(join(sources.get(id), 'src/index.ts'))};`,
      ).join('\n'),
      resolveDir: app,
    },
    outfile: join(folder, 'previous.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    alias: Object.fromEntries(alias.filter(([, file]) => existsSync(file))),
    external: way === 'own' ? SDKS : [...SDKS, ...Object.keys(CORE)],
    logLevel: 'silent',
  });
  const providers = join(folder, 'providers.mjs');
  writeFileSync(
    providers,
    readFileSync(providers, 'utf8').replaceAll(/'@majordomo\/provider-\w+'/g, "'./previous.mjs'"),
  );
}
