import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const report = process.env['VITEST_JSON'];

/** Time limit of `expect.poll`: generous, so that a busy machine fails no test. */
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
 * The tests of a package. Its files share processes, one after the other, with what they loaded: a process and its imports for
 * each would take as long as the tests. So a file puts back what it changes of its process. Projects without a root of
 * their own share one server, which reads a source once for all of them.
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
 * Tests of what is alive, or how much memory is taken, in their process: what another file left there would answer for them.
 * And those of what replaces globals permanently, as Hono's adapter for Node does.
 */
const ALONE = '**/*.alone.test.ts';

/** Workers and time limits stand in tooling/build/test.mjs and package.json. */
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
