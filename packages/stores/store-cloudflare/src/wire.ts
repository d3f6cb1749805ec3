import type { Claim, CounterState, LedgerStore, RecordQuery, Refusal, SpendRecord } from '@majordomo/ledger';

/** Commands of the object. Each command is one request that the object handles in one transaction. */
export type LedgerCommand =
  | {
      readonly ask: 'reserve';
      readonly id: string;
      readonly claims: readonly Claim[];
      readonly leaseMs: number;
    }
  | { readonly ask: 'renew'; readonly id: string; readonly leaseMs: number }
  | { readonly ask: 'settle'; readonly id: string; readonly uses: Uses }
  | { readonly ask: 'counters'; readonly prefix: string }
  | { readonly ask: 'append'; readonly record: RecordLine; readonly keepMs: number }
  | { readonly ask: 'records'; readonly query: RecordPage };

/** Replies by command. */
export interface LedgerReplies {
  readonly reserve: Refusal | undefined;
  readonly renew: undefined;
  readonly settle: boolean;
  readonly counters: readonly CounterState[];
  readonly append: undefined;
  readonly records: readonly RecordLine[];
}

/** Used amounts of counters. */
export type Uses = Parameters<LedgerStore['settle']>[1];

/** Record as JSON, with the fields that queries use. */
export interface RecordLine {
  readonly id: string;
  readonly at: string;
  readonly call: string;
  readonly tenant: string | undefined;
  readonly target: string;
  readonly text: string;
  /** Sequence number that the object assigns. It orders records with the same time by arrival. */
  readonly seq?: number | undefined;
}

/** Query for one page of records. `after` identifies the last record of the previous page. */
export interface RecordPage extends Omit<RecordQuery, 'from' | 'to'> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: { readonly at: string; readonly seq: number } | undefined;
}

/** Names of members that are amounts, at any depth. */
const AMOUNTS: ReadonlySet<string> = new Set(['amount', 'max', 'left', 'used', 'held']);

/** Returns the value as JSON, with amounts as text and `undefined` as null. No other value is null. */
export const encode = (value: LedgerCommand | LedgerReplies[keyof LedgerReplies] | SpendRecord): string =>
  JSON.stringify(value ?? null, (_key, member: unknown) =>
    typeof member === 'bigint' ? String(member) : (member ?? null),
  );

/** Reverses `encode`. */
export const decode = <T>(text: string): T =>
  withoutNulls(
    JSON.parse(text, (key, member: unknown) =>
      AMOUNTS.has(key) && typeof member === 'string' ? BigInt(member) : member,
    ),
  ) as T;

/** Parses the JSON of a record. Does not decode amounts, because tags may have the names of amounts. */
export const recordIn = (text: string): SpendRecord => withoutNulls(JSON.parse(text)) as SpendRecord;

/** Returns a copy of the value with `undefined` in place of null. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutNulls(member)]));
}
