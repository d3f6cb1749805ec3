import type { ESLint, Linter, Rule } from 'eslint';
import { fileParser, SOURCES } from './parse/file-parser.ts';
import { name, version } from './version.ts';

/**
 * ESLint plugin with the configurations `recommended` and `strict`. They check `.js`, `.mjs`, `.cjs`, `.jsx`, `.ts`, `.mts`, `.cts`
 * and `.tsx` files, with typescript-eslint's parser for TypeScript if the project has it. Put them before configurations that set
 * another parser.
 */
export interface MajordomoPlugin extends ESLint.Plugin {
  /** Name and version of the package. */
  readonly meta: { readonly name: string; readonly version: string };
  /** Rules by name. The names do not contain the prefix `majordomo/`. */
  readonly rules: Record<string, Rule.RuleModule>;
  /** Configurations that enable all rules. */
  readonly configs: {
    /** Configuration that reports neither types of SDKs nor ambiguous paths without evidence. */
    readonly recommended: Linter.Config;
    /** Configuration that also reports types of SDKs, and ambiguous paths without evidence. */
    readonly strict: Linter.Config;
  };
}

/** Returns a plugin with these rules and the configurations `recommended` and `strict`, which enable all rules. */
export function definePlugin(rules: Readonly<Record<string, Rule.RuleModule>>): MajordomoPlugin {
  const plugin: MajordomoPlugin = {
    meta: { name, version },
    rules: { ...rules },
    configs: {
      get recommended(): Linter.Config {
        return config(plugin, 'recommended', {});
      },
      get strict(): Linter.Config {
        return config(plugin, 'strict', {
          'no-raw-sdk': { types: true },
          'no-raw-inference-http': { certainty: 'possible' },
        });
      },
    },
  };
  return plugin;
}

function config(
  plugin: MajordomoPlugin,
  kind: string,
  options: Readonly<Record<string, object>>,
): Linter.Config {
  const entries = Object.keys(plugin.rules).map((rule): [string, Linter.RuleEntry] => {
    const ruleOptions = options[rule];
    return [`majordomo/${rule}`, ruleOptions === undefined ? 'error' : ['error', ruleOptions]];
  });
  return {
    name: `majordomo/${kind}`,
    files: [SOURCES],
    plugins: { majordomo: plugin },
    languageOptions: { parser: fileParser },
    rules: Object.fromEntries(entries),
  };
}
