import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suiteFolder } from '@majordomo/test-support';
import { expect, test } from 'vitest';
import { exists, ROOT } from '../../src/repository.ts';

const ENTRY = 'packages/base/core/dist/index.js';
const folder = suiteFolder();

const APP = `
import { createMajordomo, user } from ${JSON.stringify(pathToFileURL(join(ROOT, ENTRY)).href)};
async function answer() {
  return await createMajordomo({ providers: [] }).model('openai/x').generate({ messages: [user('hi')] });
}
await answer();
`;

const CHAIN = `
import { createMajordomo, LlmError, user } from ${JSON.stringify(pathToFileURL(join(ROOT, ENTRY)).href)};
const provider = (id) => ({
  spi: 1,
  id,
  model: (name) => ({ id: name, families: [], capabilities: {}, stream() { throw failure(id); } }),
});
function failure(id) {
  const cause = new Error('Connection error.', { cause: new TypeError('fetch failed', { cause: new Error('bad port') }) });
  return new LlmError('network', id + '/x: the connection to https://' + id + '.test failed: bad port', { target: id + '/x' }, { cause });
}
async function answer() {
  const majordomo = createMajordomo({ providers: ['a', 'b', 'c'].map(provider), chain: { attempts: 1 } });
  return await majordomo.model('a/x,b/x,c/x').generate({ messages: [user('hi')] });
}
await answer();
`;

const DENIED = `
import { createMajordomo, LlmError, user } from ${JSON.stringify(pathToFileURL(join(ROOT, ENTRY)).href)};
const provider = {
  spi: 1,
  id: 'a',
  model: (name) => ({ id: name, families: [], capabilities: {}, stream() { throw failure(); } }),
};
function failure() {
  const body = '{"error":{"message":"slow down"}}';
  const facts = { status: 429, code: 'slow_down', requestId: 'req_1', retryAfterMs: 90_000, body };
  return new LlmError('rate-limit', 'too many requests', facts);
}
async function answer() {
  const majordomo = createMajordomo({ providers: [provider], chain: { attempts: 1 } });
  return await majordomo.model('a/x').generate({ messages: [user('hi')] });
}
await answer();
`;

/** Lines of Node: the position, blank lines and the version. */
const AROUND = 7;

test('an uncaught error is short and states the problem and the call site', () => {
  expect(exists(ENTRY), `${ENTRY} does not exist; run \`pnpm build\``).toBe(true);
  const { stderr, status } = run(APP);
  expect(status).toBe(1);
  expect(stderr).toContain('\nLlmError: unknown provider "openai" in "openai/x"');
  expect(stderr).toMatch(/ {4}at (?:async )?answer \(.*app\.mjs:4/);
  expect(stderr).not.toMatch(/undefined|_LlmError/);
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(12 + AROUND);
});

test('the uncaught error of a chain has at most 25 lines and begins with the reason of each target', () => {
  const { stderr, status } = run(CHAIN);
  expect(status).toBe(1);
  expect(stderr).toContain(
    '\nLlmError: no target of "a/x,b/x,c/x" answered: a/x: network, a/x: the connection to https://a.test failed: bad port; b/x',
  );
  expect(stderr).toMatch(/ {4}at (?:async )?answer \(.*app\.mjs:/);
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
});

test('an uncaught error of a vendor has at most 25 lines and contains the facts of the response', () => {
  const { stderr, status } = run(DENIED);
  expect(status).toBe(1);
  expect(stderr).toContain("kind: 'rate-limit'");
  for (const fact of [
    'status: 429',
    "code: 'slow_down'",
    "requestId: 'req_1'",
    'retryAfterMs: ',
    'slow down',
  ])
    expect(stderr).toContain(fact);
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
});

function run(code: string): { readonly stderr: string; readonly status: number | null } {
  const app = join(folder, 'app.mjs');
  writeFileSync(app, code);
  return spawnSync(process.execPath, [app], { encoding: 'utf8' });
}
