import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { folderOf } from '../build/packages.ts';

const telemetry = folderOf('telemetry');
/** Tests of this folder, as a path from the folder of telemetry. */
const own = join(relative(telemetry, import.meta.dirname), 'test/*.test.ts');

/**
 * The tests of the package as they are, but with SDK 2 and the API that it needs; not those that bring a part of SDK 3 of
 * their own.
 */
const config: ViteUserConfig = defineConfig({
  root: telemetry,
  resolve: {
    alias: [
      { find: './support/sdk.ts', replacement: fileURLToPath(new URL('test/sdk.ts', import.meta.url)) },
      { find: './sdk.ts', replacement: fileURLToPath(new URL('test/sdk.ts', import.meta.url)) },
      {
        find: '@opentelemetry/api',
        replacement: fileURLToPath(import.meta.resolve('@opentelemetry/api')),
      },
    ],
  },
  test: {
    name: '@majordomo/telemetry-sdk-2',
    isolate: false,
    include: ['test/{golden,metrics,content,guests}.test.ts', own],
  },
});

export default config;
