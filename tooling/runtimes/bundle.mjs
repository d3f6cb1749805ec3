import { join } from 'node:path';

/** Export conditions for runtimes that cannot load packages. */
const CONDITIONS = { workerd: ['workerd', 'worker', 'browser'], chromium: ['browser'] };

/**
 * Bundles the guest and the installed packages into one file for workerd or Chromium. The bundle for Chromium is minified, so
 * that classes and functions have other names. There are no polyfills, so the bundle fails if it imports a `node:` module.
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
