import { defineConfig } from 'tsup';

type Config = ReturnType<typeof defineConfig>;

/** The plugin and its command: Node only, both from one set of chunks. */
const config: Config = defineConfig({
  entry: ['src/index.ts', 'src/bin.ts'],
  format: 'esm',
  target: 'es2023',
  platform: 'node',
  sourcemap: true,
  clean: true,
  splitting: true,
  dts: { entry: 'src/index.ts' },
});

export default config;
