import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a Worker of this folder with its imports into one module. */
export async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, `${name}.mjs`)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    conditions: ['workerd'],
    external: ['cloudflare:*'],
  });
  return outputFiles.map(({ text }) => text).join('');
}
