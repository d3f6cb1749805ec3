import type { Rule } from 'eslint';
import { definePlugin, type MajordomoPlugin } from './plugin.ts';
import { noRawAiBinding } from './rules/no-raw-ai-binding.ts';
import { noRawCli } from './rules/no-raw-cli.ts';
import { noRawInferenceHttp } from './rules/no-raw-inference-http.ts';
import { noRawSdk } from './rules/no-raw-sdk.ts';
import { noSdkRetries } from './rules/no-sdk-retries.ts';

export type { MajordomoPlugin } from './plugin.ts';
export type { MajordomoOptions } from './options.ts';
export type { RetryOption } from './data/retries.ts';

/** Rules by name. The names do not contain the prefix `majordomo/`. */
export const rules: Readonly<Record<string, Rule.RuleModule>> = {
  'no-raw-sdk': noRawSdk(),
  'no-raw-inference-http': noRawInferenceHttp(),
  'no-raw-ai-binding': noRawAiBinding(),
  'no-raw-cli': noRawCli,
  'no-sdk-retries': noSdkRetries,
};

/** Plugin with its rules and configurations. The rules report violations and suggest changes, but do not change files. */
const plugin: MajordomoPlugin = definePlugin(rules);

// ESLint and oxlint load the default export of a plugin.
export default plugin;
// `require` returns the value of this name, so that a configuration in CommonJS gets the plugin as well.
export { plugin as 'module.exports' };
