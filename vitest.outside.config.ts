import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { OUTSIDE } from './vitest.config.ts';

/** Tests that need other runtimes. `.ci/outside` runs them; tooling/runtimes/install.mjs installs the runtimes. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: [OUTSIDE],
    globalSetup: ['tooling/runtimes/install-for-tests.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default config;
