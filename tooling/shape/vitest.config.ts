import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * The files share one process, so that each source is parsed once. `pnpm check` runs the folders of `test` at the same time.
 * The time limits allow for a busy machine.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    name: '@majordomo/shape',
    isolate: false,
    maxWorkers: 1,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});

export default config;
