import { execFileSync } from 'node:child_process';
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

/** Package with one entry point that uses no `node:` built-ins. */
export const library: Config = defineConfig({
  ...base,
  entry: ['src/index.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts'),
});

/** Entry points of core: for applications, servers and other packages. */
export const coreLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/http.ts', 'src/toolkit.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/http.ts', 'src/toolkit.ts'),
});

/** Entry points of wire-kit: for authors of providers, and for the packages of this repository. */
export const wireKitLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/internal.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/internal.ts'),
});

/** Entry points of cache: stored answers, and the order that follows the prompt caches of vendors. */
export const cacheLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/prompt.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/prompt.ts'),
});

/** Entry points of records: the contract with its helpers, and the records of any SQLite database. */
export const recordsLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/sqlite.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/sqlite.ts'),
});

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

/** Entry points of provider-openai: both APIs with image models, and each API alone for smaller bundles. */
export const openaiLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/chat.ts', 'src/responses.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/chat.ts', 'src/responses.ts'),
});

/** Package with one entry point that uses `node:` built-ins. */
export const nodeLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts'],
  platform: 'node',
  ...declarations('src/index.ts'),
});

/** Entry points of testing: for tests of applications, and the server side of wires that conformance shares. */
export const testingLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/internal.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/internal.ts'),
});

/** Entry points of evals: the evaluation, functions that replay shares, and the matcher for vitest. */
export const evalsLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/internal.ts', 'src/vitest.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/internal.ts', 'src/vitest.ts'),
});

/** Entry points of agent: the loop, the pure steps without core, and the loop with a journal. */
export const agentLibrary: Config = defineConfig({
  ...base,
  esbuildPlugins: [
    replaced(/\/sum-usage\.ts$/, join(folderOf('core'), 'src/stream/usage.ts')),
    replaced(/\/vendor-calls\.ts$/, join(folderOf('core'), 'src/util/vendor-tool.ts')),
  ],
  entry: ['src/index.ts', 'src/steps.ts', 'src/durable.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/steps.ts', 'src/durable.ts'),
});

/** Entry points of ui: the protocol of the AI SDK, and AG-UI. */
export const uiLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/ag-ui.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/ag-ui.ts'),
});

/** A command and its library for Node, which share chunks. */
export const binary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/bin.ts'],
  platform: 'node',
  ...declarations('src/index.ts'),
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

/** Entry points of eslint-plugin: the plugin, the command, and the code mods, which only `--fix` loads. */
export const lintLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/bin.ts', 'src/codemod.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/codemod.ts'),
});

/** Entry points of skills: for all runtimes, and for reading from disk. */
export const skillsLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/node.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/node.ts'),
});

/** Entry points of gateway: the handler, and a server for Node. */
export const gatewayLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/node.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/node.ts'),
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

/** Entry points of code-mode: the tool with a sandbox for Node and Bun, and a sandbox for Workers. */
export const codeModeLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/cloudflare.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/cloudflare.ts'),
});
