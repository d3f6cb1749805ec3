import type { RecordStore, StoredRecord } from '@majordomo/records';

/** Returns the records of toolboxes, of all kinds or of one such as `login`. */
export async function entriesOf(records: RecordStore, kind = ''): Promise<readonly StoredRecord[]> {
  const all = await records.list('mcp', { limit: 1000 });
  return all.filter(({ key }) => kind === '' || (JSON.parse(key) as readonly unknown[])[2] === kind);
}

/** Changes the values of all records of a kind, as another process would. */
export async function changeEntries(
  records: RecordStore,
  kind: string,
  change: (value: string) => string,
): Promise<void> {
  for (const { key, value } of await entriesOf(records, kind))
    await records.write('mcp', [{ type: 'put', key, value: change(value) }]);
}

/** Tokens that are stored with a login. */
export interface StoredTokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** Returns the tokens in a record of the kind `login`. */
export const tokensIn = ({ value }: StoredRecord): StoredTokens =>
  (JSON.parse(value) as { data: { data: { tokens: StoredTokens } } }).data.data.tokens;
