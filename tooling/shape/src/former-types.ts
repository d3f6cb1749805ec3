/** Imports of types that had other members when the programs were written, and declarations that replace them. */
const DECLARED: Readonly<Record<string, readonly [former: string, declaration: string]>> = {
  'ui-resumable-app.ts': [
    "import type { SqliteStores } from '@majordomo/store-sqlite';",
    `import type { Conversations, Runs } from '@majordomo/agent';
interface SqliteStores { readonly runs: Runs; readonly conversations: Conversations }`,
  ],
};

/** Returns a program that is stored next to the checkout, with the types that it was written for. */
export function withFormerTypes(name: string, program: string): string {
  const [former, declaration] = DECLARED[name] ?? ['', ''];
  return program.replace(former, declaration);
}
