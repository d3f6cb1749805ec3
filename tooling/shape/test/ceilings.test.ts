import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { exists, published, read, ROOT } from '../src/repository.ts';
import { loadedBy } from '../src/syntax.ts';

const ENTRY = 'packages/core/dist/index.js';
/** Decision record 0042 says what stays out of it. */
const GZIPPED_BYTES = 30 * 1024;

test(`what \`import '@majordomo/core'\` loads is at most ${GZIPPED_BYTES} bytes, gzipped`, () => {
  expect(exists(ENTRY), 'build first').toBe(true);
  const code = reachable(ENTRY, new Set()).map(read).join('\n');
  expect(gzipSync(code).length).toBeLessThanOrEqual(GZIPPED_BYTES);
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

/** A built module and the modules that it loads at once. */
function reachable(file: string, seen: Set<string>): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const next = loadedBy(file, read(file)).filter((name) => name.startsWith('.'));
  return [file, ...next.flatMap((name) => reachable(join(dirname(file), name), seen))];
}
