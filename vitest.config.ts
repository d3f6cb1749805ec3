import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const report = process.env['VITEST_JSON'];

/** Time limit of `expect.poll`. It is long, so that a busy machine does not fail a test. */
const EXPECT = { poll: { timeout: 30_000 } };

const FOLDERS = [
  ...readdirSync(join(import.meta.dirname, 'packages')).map((name) => `packages/${name}`),
  'apps/cli',
  'apps/examples',
  'apps/lint-rule',
  'tooling/acceptance',
  'tooling/bench',
  'tooling/mutation',
  'tooling/services',
  'tooling/shape',
  'tooling/test-support',
];

/**
 * Returns the project of a package. Its test files run one after another in shared processes with shared modules, because a
 * separate process for each file would double the time. So a test file must undo its changes to the process. Projects without a
 * separate root share one Vite server, which transforms each source once.
 */
function packageOf(folder: string): TestProjectInlineConfiguration {
  const { name } = JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package.json'), 'utf8')) as {
    name: string;
  };
  return {
    test: { name, dir: folder, isolate: false, expect: EXPECT, exclude: [...configDefaults.exclude, ALONE] },
  };
}

/**
 * Test files that need a separate process, because they measure memory or check which resources are open, or because their
 * subject replaces globals permanently, as Hono's adapter for Node does.
 */
const ALONE = '**/*.alone.test.ts';

/** tooling/build/test.mjs and package.json set the number of workers and the time limits. */
export default defineConfig({
  test: {
    projects: [
      ...FOLDERS.map(packageOf),
      { test: { name: 'alone', include: [ALONE], expect: EXPECT } },
      'tooling/telemetry-sdk-2',
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
