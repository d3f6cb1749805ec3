/** Code whose types or options had other members when the programs were written, and code that replaces it. */
const REPLACED: Readonly<Record<string, readonly (readonly [former: string | RegExp, current: string])[]>> = {
  'batch-embeddings.ts': [['store: stores.batches,', 'records: stores.records,']],
  'batch-nightly.ts': [['store: stores.batches,', 'records: stores.records,']],
  'batch-operator.ts': [
    ['memoryBatchStore, type Batches, type BatchStore,', 'type Batches,'],
    [/\/\*\* A store of one's own .*?\n}\n/s, ''],
    ['store: counting(memoryBatchStore(), () => undefined)', ''],
  ],
  'current-agent.ts': [
    [
      "import { memoryCache } from '@majordomo/cache';",
      "import { memoryRecords } from '@majordomo/records';",
    ],
    ['store: memoryCache(),', 'records: memoryRecords(),'],
  ],
  'current-prices.ts': [
    ['fileSource, fileStore', 'fileSource'],
    ["store: fileStore('.cache/catalog.json'),", ''],
  ],
  'standards-a2a.ts': [['store: stores.cache,', 'records: stores.records,']],
  'standards-connections.ts': [['store: secrets,', 'records: secrets,']],
  'ui-resumable-app.ts': [
    [
      "import type { SqliteStores } from '@majordomo/store-sqlite';",
      `import type { Conversations, Runs } from '@majordomo/agent';
interface SqliteStores { readonly runs: Runs; readonly conversations: Conversations }`,
    ],
  ],
};

/** Returns a program that is stored next to the checkout, with the types that it was written for. */
export function withFormerTypes(name: string, program: string): string {
  return (REPLACED[name] ?? []).reduce((text, [former, current]) => text.replace(former, current), program);
}
