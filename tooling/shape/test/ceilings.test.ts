import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { exists, published, read, ROOT } from '../src/repository.ts';
import { loadedBy } from '../src/syntax.ts';

const ENTRY = 'packages/core/dist/index.js';
/** Decision record 0042 says what stays out of it. */
const GZIPPED_BYTES = 30 * 1024;
/** Of the process's own time, which is below 15 ms on a quiet machine; a shared one gets three times that. */
const IMPORT_MS = 15 * 3;

test(`what \`import '@majordomo/core'\` loads is at most ${GZIPPED_BYTES} bytes, gzipped`, () => {
  expect(exists(ENTRY), 'build first').toBe(true);
  const code = reachable(ENTRY, new Set()).map(read).join('\n');
  expect(gzipSync(code).length).toBeLessThanOrEqual(GZIPPED_BYTES);
});

test(`the import takes at most ${IMPORT_MS} ms of a processor, at the best of nine times`, () => {
  const times = Array.from({ length: 9 }, importMs);
  expect(Math.min(...times)).toBeLessThanOrEqual(IMPORT_MS);
});

test.each(published.map(({ path }) => path))('the maps of %s do not repeat the sources', (path) => {
  const files = readdirSync(join(ROOT, path, 'dist'), { recursive: true, encoding: 'utf8' });
  const maps = files.filter((file) => file.endsWith('.map'));
  expect(maps).not.toEqual([]);
  const repeating = maps.filter(
    (file) => 'sourcesContent' in (JSON.parse(read(join(path, 'dist', file))) as object),
  );
  expect(repeating).toEqual([]);
});

function importMs(): number {
  const entry = JSON.stringify(join(ROOT, ENTRY));
  const script = `const from = process.cpuUsage(); await import(${entry}); const { user, system } = process.cpuUsage(from); console.log((user + system) / 1000)`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
}

/** A built module and the modules that it loads at once. */
function reachable(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const next = loadedBy(file, read(file)).filter((name) => name.startsWith('.'));
  return [file, ...next.flatMap((name) => reachable(join(dirname(file), name), seen))];
}
