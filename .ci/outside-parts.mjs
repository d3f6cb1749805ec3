/** Maximum time of a part, in milliseconds. A part that exceeds it is stopped, and fails. */
export const LIMIT_MS = 20 * 60_000;

/** Maximum age of the result of a part, in days before the last change of what it covers. */
export const MAX_DAYS = 14;

/** Parts of `.ci/outside`: arguments of Node, and the folders that a part covers in addition to the packages. */
export const PARTS = {
  runtimes: { run: ['tooling/runtimes/run.mjs'], covers: ['tooling/runtimes'] },
  tests: {
    run: ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.outside.config.ts'],
    covers: ['apps/cli', 'apps/create-majordomo', 'tooling/generate'],
  },
  'typescript-versions': {
    run: ['tooling/typescript-versions/run.mjs'],
    covers: ['tooling/typescript-versions'],
  },
  'package-managers': {
    run: ['tooling/release/rehearse.mjs'],
    covers: ['tooling/release', 'apps/cli', 'apps/create-majordomo', 'apps/lint-rule'],
  },
  standards: {
    run: ['tooling/standards/src/run.ts', '--without', 'gateway-clients'],
    covers: ['tooling/standards'],
  },
  'gateway-clients': {
    run: ['tooling/standards/src/run.ts', 'gateway-clients'],
    covers: ['tooling/standards'],
  },
  site: { run: ['apps/docs/site/build.mjs'], covers: ['apps/docs'] },
  'vendor-clis': { run: ['packages/providers/provider-cli/scripts/real-cli.mjs'], covers: [] },
};

/** Returns the path of a part's result, from the root of the repository. */
export function resultFile(name) {
  return `.ci/results/${name}.json`;
}
