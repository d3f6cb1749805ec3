/**
 * Codemod as an ESLint plugin: rules whose fixes rewrite calls of SDKs to majordomo.
 * @module
 */
import type { Rule } from 'eslint';
import { rules as reporting } from './index.ts';
import { definePlugin, type MajordomoPlugin } from './plugin.ts';
import { noRawAiBinding } from './rules/no-raw-ai-binding.ts';
import { noRawInferenceHttp } from './rules/no-raw-inference-http.ts';
import { noRawSdk } from './rules/no-raw-sdk.ts';
import { rewriteBindingCall } from './codemod/binding-call.ts';
import { dialects } from './codemod/dialects.ts';
import { rewriteFetchCall } from './codemod/fetch-call.ts';
import { rewriteSdkFile } from './codemod/sdk-file.ts';

export type { MajordomoPlugin } from './plugin.ts';

/**
 * Rules of `@majordomo/eslint-plugin`, with fixes. A fix rewrites a plain use of the OpenAI or Anthropic SDK, a plain `fetch` to
 * these vendors, or a plain call of a Workers AI binding. Any other use is reported, but not fixed.
 */
export const rules: Readonly<Record<string, Rule.RuleModule>> = {
  ...reporting,
  'no-raw-sdk': noRawSdk((node, name, code) => {
    const dialect = dialects.find((one) => one.package === name);
    if (dialect === undefined || node.type !== 'ImportDeclaration') return undefined;
    return rewriteSdkFile(node, dialect, code);
  }),
  'no-raw-inference-http': noRawInferenceHttp((node, code) =>
    node.type === 'CallExpression' ? rewriteFetchCall(node, code) : undefined,
  ),
  'no-raw-ai-binding': noRawAiBinding(rewriteBindingCall),
};

/** Plugin whose rules also rewrite code. `majordomo-lint --fix` uses this plugin. */
const plugin: MajordomoPlugin = definePlugin(rules);

export default plugin;
