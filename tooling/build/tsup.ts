import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { writeDeclarations } from './declarations.ts';

type Config = ReturnType<typeof defineConfig>;

/** Published files are readable, and their maps contain the sources: see ADR 0013. */
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

/** One entry, edge-safe: no `node:` built-ins are assumed. */
export const library: Config = defineConfig({
  ...base,
  entry: ['src/index.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts'),
});

/** core: what apps, servers and providers import. */
export const coreLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/http.ts', 'src/toolkit.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/http.ts', 'src/toolkit.ts'),
});

const catalogEntries = ['src/index.ts', 'src/tokens.ts', 'src/refresh.ts', 'src/node.ts', 'src/vendors/*.ts'];

/** catalog: the snapshot, each vendor separately, token estimates, the refresh, and its files for Node. */
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
    execFileSync(process.execPath, ['refresh/write-document.ts'], { stdio: 'inherit' });
    return Promise.resolve();
  },
});

/**
 * openai-wire: what a bundler would keep for its side effects has a file of its own, which it leaves out whole where nothing
 * of it is used: rules with a spread in them.
 */
export const openaiWireLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/profiles/openai-models.ts', 'src/sdk/{chat,responses}-provider.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts'),
});

/** provider-openai: both wires with pictures, and each wire alone, for bundles whose size counts. */
export const openaiLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/chat.ts', 'src/responses.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/chat.ts', 'src/responses.ts'),
});

/** One entry that may use Node's built-ins. */
export const nodeLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts'],
  platform: 'node',
  ...declarations('src/index.ts'),
});

/** evals: the evaluation, and the matcher for vitest. */
export const evalsLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/vitest.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/vitest.ts'),
});

/** agent: the loop, the pure steps alone, which load nothing of core, and the loop on a journal. */
export const agentLibrary: Config = defineConfig({
  ...base,
  esbuildPlugins: [replaced(/\/sum-usage\.ts$/, '../core/src/stream/usage.ts')],
  entry: ['src/index.ts', 'src/steps.ts', 'src/durable.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/steps.ts', 'src/durable.ts'),
});

/** ui: the protocol of the AI SDK, and AG-UI. */
export const uiLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/ag-ui.ts'],
  platform: 'neutral',
  ...declarations('src/index.ts', 'src/ag-ui.ts'),
});

/** A command, and what its users may import: Node only, both from one set of chunks. */
export const binary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/bin.ts'],
  platform: 'node',
  ...declarations('src/index.ts'),
});

/** eslint-plugin: the plugin, the command, and the code mods, which only `--fix` loads. */
export const lintLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/bin.ts', 'src/codemod.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/codemod.ts'),
});

/** skills: what runs everywhere, and what reads from disk. */
export const skillsLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/node.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/node.ts'),
});

/** gateway: the handler, and Node's server for it. */
export const gatewayLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/node.ts'],
  platform: 'node',
  ...declarations('src/index.ts', 'src/node.ts'),
});

/** inspector: the handler, and a separate file for the page, which is loaded at its first request. */
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

/** mcp: as it is, and `edge` for pages and Workers, in which no program can be started: nothing of Node is in it. */
export const mcpLibrary: Config = defineConfig([
  // Both are built at once.
  {
    ...base,
    entry: ['src/index.ts'],
    platform: 'neutral',
    ...declarations('src/index.ts'),
    clean: ['!edge.*'],
  },
  {
    ...base,
    entry: { edge: 'src/index.ts' },
    platform: 'neutral',
    clean: false,
    splitting: false,
    esbuildPlugins: [replaced(/\/(?:program-transport|serve-stdio)\.ts$/, 'src/no-programs.ts')],
  },
]);

/** store-sqlite: Node only, and one of the built-ins that have no name without `node:`. */
export const sqliteLibrary: Config = defineConfig({
  ...base,
  entry: ['src/index.ts'],
  platform: 'node',
  removeNodeProtocol: false,
  ...declarations('src/index.ts'),
});

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/** Takes one file in place of those that are imported by such a name. */
function replaced(filter: RegExp, file: string): Plugin {
  return {
    name: 'replaced',
    setup(build) {
      build.onResolve({ filter }, () => ({ path: resolve(file) }));
    },
  };
}
