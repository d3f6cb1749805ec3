import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { exists, published, read, ROOT } from '../../src/repository.ts';

const ENTRY = 'packages/base/core/dist/index.js';
/** Decision record 0042 lists the parts that are not included. */
const GZIPPED_BYTES = 45 * 1024;

test(`a bundle of core without its lazy parts is at most ${GZIPPED_BYTES} bytes, minified and gzipped`, async () => {
  expect(exists(ENTRY), `${ENTRY} does not exist; run \`pnpm build\``).toBe(true);
  const remedy =
    'packages/base/core is too large; load a rare part with `import()`, as decision record 0042 describes';
  expect(gzipSync(await initialCode()).length, remedy).toBeLessThanOrEqual(GZIPPED_BYTES);
});

const UI_BYTES = 52_700;

test(`the entries of ui without core and agent are at most ${UI_BYTES} bytes together, minified`, async () => {
  const resolveDir = join(ROOT, 'packages/agents/ui/dist');
  const { outputFiles } = await build({
    stdin: { contents: "export * from './index.js'; export * from './ag-ui.js';", resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    external: ['@majordomo/*'],
    write: false,
    logLevel: 'silent',
  });
  expect(outputFiles[0]?.contents.length).toBeLessThanOrEqual(UI_BYTES);
});

test.each(published.map(({ path }) => path))('the maps of %s contain the sources', (path) => {
  const files = readdirSync(join(ROOT, path, 'dist'), { recursive: true, encoding: 'utf8' });
  const maps = files
    .filter((file) => file.endsWith('.js.map'))
    .map((file) => JSON.parse(read(join(path, 'dist', file))) as SourceMap);
  expect(maps).not.toEqual([]);
  const incomplete = maps.filter(
    ({ sources, sourcesContent = [] }) =>
      sourcesContent.filter((source) => source !== null).length < sources.length,
  );
  const remedy = `${path}/dist: maps without sources; keep \`sourcemap\` in tooling/build/tsup.ts`;
  expect(
    incomplete.map(({ sources }) => sources),
    remedy,
  ).toEqual([]);
});

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/** The minified entry and the chunks that it imports statically. */
async function initialCode(): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: { entry: ENTRY },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    splitting: true,
    outdir: 'bundle',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const initial = new Set(['bundle/entry.js']);
  for (const path of initial)
    for (const { kind, path: imported } of metafile.outputs[path]?.imports ?? [])
      if (kind === 'import-statement') initial.add(imported);
  return outputFiles
    .filter(({ path }) => initial.has(path.slice(ROOT.length + 1)))
    .map(({ text }) => text)
    .join('\n');
}
