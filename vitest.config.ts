import { defineConfig } from 'vitest/config';

const report = process.env['VITEST_JSON'];

/** Projects inherit nothing from here: workers and time limits stand in tooling/build/test.mjs and package.json. */
export default defineConfig({
  test: {
    projects: [
      'packages/*',
      'apps/cli',
      'apps/examples',
      'apps/lint-rule',
      'tooling/acceptance',
      'tooling/bench',
      'tooling/mutation',
      'tooling/services',
      'tooling/shape',
      'tooling/telemetry-sdk-2',
      'tooling/test-support',
    ],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
