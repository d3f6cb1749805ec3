import type { Claim, CounterState, LedgerStore, RecordQuery, Refusal, SpendRecord } from '@majordomo/ledger';

/** Commands of the object: one request, one method, one transaction. */
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

/** Record: its search fields and its JSON. */
export interface RecordLine {
  readonly id: string;
  readonly at: string;
  readonly call: string;
  readonly tenant: string | undefined;
  readonly target: string;
  readonly text: string;
  /** Set by the object: orders records with the same time by arrival. */
  readonly seq?: number | undefined;
}

/** Page of records after the last line of the previous page. */
export interface RecordPage extends Omit<RecordQuery, 'from' | 'to'> {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly after?: { readonly at: string; readonly seq: number } | undefined;
}

/** Names of members that are amounts, at any depth. */
const AMOUNTS: ReadonlySet<string> = new Set(['amount', 'max', 'left', 'used', 'held']);

/** JSON, with amounts as text. What is `undefined` is null on the way: nothing that is sent is null by itself. */
export const encode = (value: LedgerCommand | LedgerReplies[keyof LedgerReplies] | SpendRecord): string =>
  JSON.stringify(value ?? null, (_key, member: unknown) =>
    typeof member === 'bigint' ? String(member) : (member ?? null),
  );

/** The reverse of `encode`. */
export const decode = <T>(text: string): T =>
  withoutNulls(
    JSON.parse(text, (key, member: unknown) =>
      AMOUNTS.has(key) && typeof member === 'string' ? BigInt(member) : member,
    ),
  ) as T;

/** A record's own text: no member of it is an amount, whatever a tag is called. */
export const recordIn = (text: string): SpendRecord => withoutNulls(JSON.parse(text)) as SpendRecord;

/** The same, with `undefined` for null. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutNulls(member)]));
}
