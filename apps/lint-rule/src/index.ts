import type { ESLint, Linter, Rule } from 'eslint';
import { noRawAiBinding } from './rules/no-raw-ai-binding.ts';
import { noRawCli } from './rules/no-raw-cli.ts';
import { noRawInferenceHttp } from './rules/no-raw-inference-http.ts';
import { noRawSdk } from './rules/no-raw-sdk.ts';
import { noSdkRetries } from './rules/no-sdk-retries.ts';
import { name, version } from './version.ts';

export type { MajordomoOptions } from './options.ts';
export type { RetryOption } from './data/retries.ts';

/** The rules, by the name that follows `majordomo/`. */
export const rules: Readonly<Record<string, Rule.RuleModule>> = {
  'no-raw-sdk': noRawSdk,
  'no-raw-inference-http': noRawInferenceHttp,
  'no-raw-ai-binding': noRawAiBinding,
  'no-raw-cli': noRawCli,
  'no-sdk-retries': noSdkRetries,
};

interface MajordomoPlugin extends ESLint.Plugin {
  readonly meta: { readonly name: string; readonly version: string };
  readonly rules: Record<string, Rule.RuleModule>;
  readonly configs: { readonly recommended: Linter.Config; readonly strict: Linter.Config };
}

/** The plugin: rules, and the configurations `recommended` and `strict`. */
const plugin: MajordomoPlugin = {
  meta: { name, version },
  rules: { ...rules },
  configs: {
    /** What is certainly a raw call. */
    get recommended(): Linter.Config {
      return config('recommended', {});
    },
    /** Types of SDKs, and ambiguous paths without evidence, too. */
    get strict(): Linter.Config {
      return config('strict', {
        'no-raw-sdk': { types: true },
        'no-raw-inference-http': { certainty: 'possible' },
      });
    },
  },
};

function config(kind: string, options: Readonly<Record<string, object>>): Linter.Config {
  const entries = Object.keys(rules).map((rule): [string, Linter.RuleEntry] => {
    const own = options[rule];
    return [`majordomo/${rule}`, own === undefined ? 'error' : ['error', own]];
  });
  return { name: `majordomo/${kind}`, plugins: { majordomo: plugin }, rules: Object.fromEntries(entries) };
}

// ESLint's and oxlint's convention for a plugin is the default export.
export default plugin;
