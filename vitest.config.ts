import { defineConfig } from 'vitest/config';

const report = process.env['VITEST_JSON'];

export default defineConfig({
  test: {
    projects: [
      'packages/*',
      'apps/cli',
      'apps/examples',
      'apps/lint-rule',
      'tooling/acceptance',
      'tooling/shape',
    ],
    // Most tests wait for a socket or a timer, not for a core: two workers on two cores.
    maxWorkers: '100%',
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
