import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { writeDeclarations } from './declarations.ts';
import { folderOf, ROOT } from './packages.ts';
import { writeTemplates } from './templates.ts';

type Config = ReturnType<typeof defineConfig>;

/** Options of all builds. Published files are readable, and their source maps contain the sources (ADR 0013). */
const base = {
  format: 'esm',
  target: 'es2023',
  sourcemap: true,
  clean: true,
  splitting: true,
} as const;

/** Writes declarations next to the built files. */
const declarations = (...entries: readonly string[]): Pick<Options, 'onSuccess'> => ({
  onSuccess: () => {
    writeDeclarations(entries);
    return Promise.resolve();
  },
});

/** Members of the package's `package.json` that name built files. tsup runs in the folder of the package. */
interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
/** Returns the source of a built file. */
const sourceOf = (file: string): string => file.replace(/^\.\/dist\/(.+)\.js$/, 'src/$1.ts');
const exported = Object.values(manifest.exports).flatMap((entry) =>
  typeof entry === 'string' ? [] : [sourceOf(entry.default)],
);

/** Builds the sources of the package's `exports` and commands, which share chunks. */
const libraryFor = (platform: 'neutral' | 'node'): Config =>
  defineConfig({
    ...base,
    entry: [...exported, ...Object.values(manifest.bin ?? {}).map(sourceOf)],
    platform,
    ...declarations(...exported),
  });

/** Package without `node:` built-ins. */
export const library: Config = libraryFor('neutral');

/** Package or command that uses `node:` built-ins. */
export const nodeLibrary: Config = libraryFor('node');

const catalogEntries = ['src/index.ts', 'src/tokens.ts', 'src/refresh.ts', 'src/node.ts', 'src/vendors/*.ts'];

/** Entry points of catalog: the snapshot, each vendor, token estimates, the refresh, and files for Node. */
export const catalogLibrary: Config = defineConfig({
  ...base,
  entry: catalogEntries,
  platform: 'neutral',
  // `src/node.ts` imports Node's built-ins.
  external: [/^node:/],
  removeNodeProtocol: false,
  // Licenses of the sources whose data the package contains.
  publicDir: 'notices',
  onSuccess: () => {
    writeDeclarations(catalogEntries);
    execFileSync(process.execPath, [join(ROOT, 'tooling/build/catalog-document.ts')], { stdio: 'inherit' });
    return Promise.resolve();
  },
});

/**
 * Entry point of openai-wire. Rules that contain a spread are in separate files, because bundlers treat a spread as a side
 * effect and can only omit complete files.
 */
export const openaiWireLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/profiles/openai-models.ts', 'src/sdk/{chat,responses}-provider.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts'),
});

/** Entry points of agent: the loop, the pure steps without core, and the loop with a journal. */
export const agentLibrary: Config = defineConfig({
  ...base,
  // `src/steps.ts` must not import core, so the two functions of core that it uses are bundled from the sources of core.
  esbuildPlugins: [
    replaced(/\/sum-usage\.ts$/, join(folderOf('core'), 'src/stream/usage.ts')),
    replaced(/\/vendor-calls\.ts$/, join(folderOf('core'), 'src/util/vendor-tool.ts')),
  ],
  entry: ['src/index.ts', 'src/steps.ts', 'src/durable.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/steps.ts', 'src/durable.ts'),
});

/** The command that creates applications, its library, and the templates with the versions of this repository's packages. */
export const createCommand: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/bin.ts'],
  platform: 'node',
  onSuccess: () => {
    writeDeclarations(['src/index.ts']);
    writeTemplates('templates', 'dist/templates');
    return Promise.resolve();
  },
});

/** Entry points of inspector: the handler, and a separate file with the page, which the first request loads. */
export const inspectorLibrary = (page: Plugin): Config =>
  defineConfig({
    ...base,
    entry: { index: 'src/index.ts', 'inspector-page': 'src/page/built.ts' },
    external: ['#inspector-page'],
    esbuildPlugins: [page],
    platform: 'neutral',
    // Licenses of the libraries that are bundled into the page.
    publicDir: 'notices',
    ...declarations('src/index.ts', 'src/page/built.ts'),
  });

/** Entry points of mcp: for Node, `internal` for the MCP gateway, and `edge` for pages and Workers, which cannot start programs and have no built-ins of Node. */
export const mcpLibrary: Config = defineConfig([
  // Both entry points are built in parallel.
  {
    ...base,
    entry: ['src/index.ts', 'src/internal.ts'],
    platform: 'neutral',
    ...declarations('src/index.ts', 'src/internal.ts'),
    // The other build, which runs at the same time, may have written its files already.
    clean: ['!edge.*'],
  },
  {
    ...base,
    entry: { edge: 'src/index.ts' },
    platform: 'neutral',
    clean: false,
    splitting: false,
    esbuildPlugins: [
      replaced(/\/(?:program-transport|serve-stdio|skills-folder)\.ts$/, 'src/no-programs.ts'),
    ],
  },
]);

/** Entry point of store-sqlite, which uses a built-in of Node that has no name without `node:`. */
export const sqliteLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts'],
  platform: 'node',
  removeNodeProtocol: false,
  ...declarations('src/index.ts'),
});

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Replaces files that are imported by such a name with one file. */
function replaced(filter: RegExp, file: string): Plugin {
  return {
    name: 'replaced',
    setup(build) {
      build.onResolve({ filter }, () => ({ path: resolve(file) }));
    },
  };
}
