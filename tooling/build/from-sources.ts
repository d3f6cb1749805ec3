import { registerHooks } from 'node:module';

/** `@majordomo/core/toolkit`: a package of ours, and which of its entries. */
const OURS = /^@majordomo\/([\w-]+)(?:\/([\w-]+))?$/;

// Node strips types by itself: with `--import` of this file our packages run from their sources, and nothing is built.
registerHooks({
  resolve(specifier, context, next) {
    const [, name, entry = 'index'] = OURS.exec(specifier) ?? [];
    if (name === undefined) return next(specifier, context);
    // Not handed on: `require.resolve` comes here too, and Node takes no URL from it.
    return {
      url: new URL(`../../packages/${name}/src/${entry}.ts`, import.meta.url).href,
      shortCircuit: true,
    };
  },
});
