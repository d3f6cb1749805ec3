/** Files of a provider that are pure: they import no module that creates clients or sends requests. */
export const PURE: readonly string[] = [
  'request',
  'stream',
  'errors',
  'response',
  'quirks',
  'models',
  'messages',
  'blocks',
  'tools',
  'server-tools',
  'schema',
  'thinking',
  'cache',
  'recovery',
  'vendor-parts',
].map((name) => `src/${name}.ts`);

/** The only files that may load an SDK. Types of the SDK may be imported anywhere. */
export const MAY_LOAD_SDK: readonly string[] = ['src/sdk.ts'];

/** Functions with more than 60 lines, as file and name, each with the reason why it is not split. */
export const LONG_FUNCTIONS: Readonly<Record<string, string>> = {
  'apps/cli/src/serve/serve.ts serve': 'starts one server, step by step',
  'packages/agents/agent/src/loop/loop.ts drive': 'one case per action',
  'packages/agents/ui/src/ag-ui-translator.ts agUiTranslator': 'one case per type of event',
  'packages/operation/admin/src/api/key-routes.ts keyRoutes': 'a table of routes',
  'packages/providers/claude/src/recovery.ts claudeRecoveries': 'a table of error messages',
  'packages/stores/store-postgres/src/sql/entry-functions.ts entryFunctionsSql': 'SQL',
  'packages/stores/store-postgres/src/sql/functions.ts functionsSql': 'SQL',
  'packages/stores/store-postgres/src/sql/tables.ts tablesSql': 'SQL',
};
