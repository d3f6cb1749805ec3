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
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
