// Types of the used parts of the platform, whose own types are for a separate runtime.

/** A namespace of Durable Objects, as `env` has it. */
export interface ObjectNamespace {
  idFromName(name: string): object;
  get(id: object): { fetch(url: string, init: { method: 'POST'; body: string }): Promise<FetchReply> };
}

/** A response, as far as it is read. */
interface FetchReply {
  readonly ok: boolean;
  text(): Promise<string>;
}

/** A KV namespace, as `env` has it. */
export interface KeyValues {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

type SqlValue = string | number | null;

/** A row of what was selected. */
export type Row = Readonly<Record<string, SqlValue>>;

/** The SQLite of one object. It knows no integers beyond 2^53: amounts are text. */
export interface Sql {
  exec(query: string, ...values: readonly SqlValue[]): { toArray(): readonly Row[] };
}

/** Constructor argument of an object. */
export interface ObjectState {
  readonly storage: { readonly sql: Sql; transactionSync<T>(run: () => T): T };
}
