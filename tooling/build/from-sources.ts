import { registerHooks } from 'node:module';

/** Matches `@majordomo/core/toolkit`: a package of this repository and its entry point. */
const OURS = /^@majordomo\/([\w-]+)(?:\/([\w-]+))?$/;

// With `--import` of this file, Node runs the packages of this repository from their sources, without a build.
registerHooks({
  resolve(specifier, context, next) {
    const [, name, entry = 'index'] = OURS.exec(specifier) ?? [];
    if (name === undefined) return next(specifier, context);
    // Do not pass this URL to `next`: `require.resolve` also calls this hook, and `next` does not accept a URL then.
    return {
      url: new URL(`../../packages/${name}/src/${entry}.ts`, import.meta.url).href,
      shortCircuit: true,
    };
  },
});
