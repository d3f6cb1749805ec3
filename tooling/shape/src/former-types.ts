/** Code whose types or options had other members when the programs were written, and code that replaces it. */
const REPLACED: Readonly<Record<string, readonly [former: string, current: string]>> = {
  'standards-a2a.ts': ['store: stores.cache,', 'records: stores.records,'],
  'standards-connections.ts': ['store: secrets,', 'records: secrets,'],
  'ui-resumable-app.ts': [
    "import type { SqliteStores } from '@majordomo/store-sqlite';",
    `import type { Conversations, Runs } from '@majordomo/agent';
interface SqliteStores { readonly runs: Runs; readonly conversations: Conversations }`,
  ],
};

/** Returns a program that is stored next to the checkout, with the types that it was written for. */
export function withFormerTypes(name: string, program: string): string {
  const [former, current] = REPLACED[name] ?? ['', ''];
  return program.replace(former, current);
}
