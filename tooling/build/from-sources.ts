import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packagesIn, ROOT } from './packages.ts';

/** Matches `@majordomo/core/toolkit`: a package of this repository and its entry point. */
const OURS = /^(@majordomo\/[\w-]+)(?:\/([\w-]+))?$/;
const FOLDERS = new Map(packagesIn().map(({ manifest, path }) => [manifest.name, join(ROOT, path)]));

// With `--import` of this file, Node runs the packages of this repository from their sources, without a build.
registerHooks({
  resolve(specifier, context, next) {
    const [, name = '', entry = 'index'] = OURS.exec(specifier) ?? [];
    const folder = FOLDERS.get(name);
    if (folder === undefined) return next(specifier, context);
    // Do not pass this URL to `next`: `require.resolve` also calls this hook, and `next` does not accept a URL then.
    return {
      url: pathToFileURL(join(folder, `src/${entry}.ts`)).href,
      shortCircuit: true,
    };
  },
});
