import { existsSync } from 'node:fs';
import { join } from 'node:path';
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
const globalSetupOf = ({ path }: WorkspacePackage): string => join(ROOT, path, 'test/global-setup.ts');
/** Returns the wing of a package, `apps` or `tooling`. */
const groupOf = ({ path, wing }: WorkspacePackage): string => wing ?? path.replace(/\/.*/, '');

/**
 * Returns the project of some packages. Its test files run one after another in shared processes with shared modules, because a
 * separate process for each file would double the time, and a project for each package would add a third. So a test file must undo
 * its changes to the process. Projects without a separate root share one Vite server, which transforms each source once.
 */
function projectOf(
  name: string,
  members: readonly WorkspacePackage[],
  globalSetup: readonly string[] = [],
): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      isolate: false,
      expect: EXPECT,
      testTimeout: TEST_MS,
      hookTimeout: TEST_MS,
      include: members.map(({ path }) => `${path}/**/*.test.?(m)[jt]s?(x)`),
      exclude: [...configDefaults.exclude, ...EXCLUDED_SLOW, ALONE, OUTSIDE, '**/dist/**'],
      globalSetup: [...globalSetup],
    },
  };
}

/** Returns the projects of the packages: one for each wing, and one for each package whose test files share something that they start. */
function projectsOf(ordinary: readonly WorkspacePackage[]): readonly TestProjectInlineConfiguration[] {
  const isStarting = (one: WorkspacePackage): boolean => existsSync(globalSetupOf(one));
  const others = ordinary.filter((one) => !isStarting(one));
  const groups = [...new Set(others.map(groupOf))];
  return [
    ...groups.map((group) =>
      projectOf(
        group,
        others.filter((one) => groupOf(one) === group),
      ),
    ),
    ...ordinary.filter(isStarting).map((one) => projectOf(one.manifest.name, [one], [globalSetupOf(one)])),
  ];
}

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
      ...projectsOf(packages.filter((one) => !hasOwnConfig(one))),
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
