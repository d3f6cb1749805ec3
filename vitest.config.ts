import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { packagesIn, ROOT, type WorkspacePackage } from './tooling/build/packages.ts';

const report = process.env['VITEST_JSON'];

/** Time limits of `expect.poll` and of a test. They are long, so that a busy machine does not fail a test. */
const EXPECT = { poll: { timeout: 30_000 } };
const TEST_MS = 60_000;

const packages = packagesIn();
/** Packages in a wing, whose coverage is measured. */
const published = packages.filter(({ wing }) => wing !== undefined);
const hasOwnConfig = ({ path }: WorkspacePackage): boolean =>
  existsSync(join(ROOT, path, 'vitest.config.ts'));

/**
 * Returns the project of a package. Its test files run one after another in shared processes with shared modules, because a
 * separate process for each file would double the time. So a test file must undo its changes to the process. Projects without a
 * separate root share one Vite server, which transforms each source once. `test/global-setup.ts` of a package starts what its test
 * files share.
 */
function projectOf({ path, manifest: { name } }: WorkspacePackage): TestProjectInlineConfiguration {
  const globalSetup = join(ROOT, path, 'test/global-setup.ts');
  return {
    test: {
      name,
      dir: path,
      isolate: false,
      expect: EXPECT,
      testTimeout: TEST_MS,
      hookTimeout: TEST_MS,
      exclude: [
        ...configDefaults.exclude,
        ...EXCLUDED_SLOW,
        ALONE,
        OUTSIDE,
        '**/dist/**',
        ...packagesInside(path),
      ],
      globalSetup: existsSync(globalSetup) ? [globalSetup] : [],
    },
  };
}

/** Returns patterns of the packages in the folder of another package, which have their own projects. */
const packagesInside = (folder: string): readonly string[] =>
  packages
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .map(({ path }) => `**/${relative(folder, path)}/**`);

/**
 * Test files that need a separate process, because they measure memory or check which resources are open, or because their
 * subject replaces globals permanently, as Hono's adapter for Node does.
 */
const ALONE = '**/*.alone.test.ts';

/** Test files that need more than a few seconds. tooling/build/test.mjs excludes them, unless it is called for them. */
const EXCLUDED_SLOW = process.env['WITHOUT_SLOW_FILES'] === '1' ? ['**/*.slow.*'] : [];

/** Tests that need other runtimes. Only `.ci/outside` runs them, with vitest.outside.config.ts. */
export const OUTSIDE = '**/*.outside.test.ts';

/** tooling/build/test.mjs and package.json set the number of workers and the time limits. */
export default defineConfig({
  test: {
    projects: [
      ...packages.filter((one) => !hasOwnConfig(one)).map(projectOf),
      {
        test: {
          name: 'alone',
          include: [ALONE],
          exclude: [...configDefaults.exclude, ...EXCLUDED_SLOW],
          expect: EXPECT,
        },
      },
      ...packages.filter(hasOwnConfig).map(({ path }) => path),
    ],
    coverage: { provider: 'v8', include: published.map(({ path }) => `${path}/src/**`) },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
