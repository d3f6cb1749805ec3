import { join } from 'node:path';

/** Export conditions for runtimes that load no packages. */
const CONDITIONS = { workerd: ['workerd', 'worker', 'browser'], chromium: ['browser'] };

/**
 * One file with the guest and the installed packages in it, for workerd or Chromium; minified for Chromium, where classes
 * and functions then have other names. There are no polyfills: an import of a `node:` module that is reached in such a
 * runtime makes the bundle fail.
 */
export async function bundleGuest(kind, app) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(app, `guest-${kind}.mjs`)],
    outfile: join(app, `${kind}.bundle.js`),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    conditions: CONDITIONS[kind],
    minify: kind === 'chromium',
    logLevel: 'silent',
  });
}
