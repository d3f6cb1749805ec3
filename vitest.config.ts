import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/examples', 'tooling/shape'],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
  },
});
