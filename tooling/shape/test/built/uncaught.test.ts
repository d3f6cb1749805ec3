import { spawnSync } from 'node:child_process';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { exists, ROOT } from '../../src/repository.ts';

const ENTRY = 'packages/base/core/dist/index.js';
const folder = mkdtempSync(join(tmpdir(), 'majordomo-uncaught-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const APP = `
import { createMajordomo, user } from ${JSON.stringify(pathToFileURL(join(ROOT, ENTRY)).href)};
async function answer() {
  return await createMajordomo({ providers: [] }).model('openai/x').generate({ messages: [user('hi')] });
}
await answer();
`;

/** Lines of Node: the position, blank lines and the version. */
const AROUND = 7;

test('an uncaught error is short and states the problem and the call site', () => {
  expect(exists(ENTRY), `${ENTRY} does not exist; run \`pnpm build\``).toBe(true);
  const app = join(folder, 'app.mjs');
  writeFileSync(app, APP);
  const { stderr, status } = spawnSync(process.execPath, [app], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('\nLlmError: unknown provider "openai" in "openai/x"');
  expect(stderr).toMatch(/ {4}at (?:async )?answer \(.*app\.mjs:4/);
  expect(stderr).not.toMatch(/undefined|_LlmError/);
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(12 + AROUND);
});
