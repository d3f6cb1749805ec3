import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../build/packages.ts';

/** Time for an installation, two builds and the tests of the vendors on two cores. */
const LONG = 900_000;
const PROFILE = 'packages/providers/openai-wire/src/profiles/acme.ts';
const SCOPES = [
  'packages/providers/openai-wire',
  'packages/providers/provider-openai/test/conformance.slow.test.ts',
  'packages/providers/provider-openai/test/sequences.test.ts',
  'apps/lint-rule',
  'apps/cli/src/backends',
  'tooling/acceptance/test/matrix.test.ts',
  'tooling/shape/test/sources',
  'tooling/shape/test/repository',
  'tooling/shape/test/types/surface.test.ts',
];

let tree = '';
const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { cwd: tree, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'majordomo-new-vendor-'));
  run('git', 'clone', '--quiet', '--shared', ROOT, '.');
  run('pnpm', 'install', '--frozen-lockfile', '--prefer-offline');
}, LONG);
afterAll(() => rm(tree, { recursive: true, force: true }));

const ACME = `import type { Profile } from '../profile.ts';

/** Acme. */
export const acme: Profile = {
  id: 'acme',
  vendor: 'acme',
  baseURL: 'https://api.acme.example/v1',
  baseURLEnv: 'ACME_BASE_URL',
  keyEnv: 'ACME_API_KEY',
  quirks: { maxTokensField: 'max_tokens' },
  unverified: 'API reference (2026); no recording',
};
`;

it('a new vendor needs only its profile, and passes lint and tests', { timeout: LONG }, () => {
  writeFileSync(join(tree, PROFILE), ACME);
  run('pnpm', 'generate');
  // Each line has two columns of states and a space before the path.
  const lines = run('git', 'status', '--porcelain').trimEnd().split('\n');
  const changed = lines.map((line) => line.slice(3));
  expect(changed).toContain('.env.example');
  run('pnpm', 'exec', 'oxfmt', '--check', '--no-error-on-unmatched-pattern', ...changed);
  run('pnpm', 'exec', 'vitest', 'run', ...SCOPES);
});
