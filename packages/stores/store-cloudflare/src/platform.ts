// Types of the parts of the platform that this package uses. The official types would replace the global types of Node.

/** Namespace of Durable Objects in `env`. */
export interface ObjectNamespace {
  idFromName(name: string): object;
  get(id: object): { fetch(url: string, init: { method: 'POST'; body: string }): Promise<FetchReply> };
}

/** Members of a response that this package uses. */
interface FetchReply {
  readonly ok: boolean;
  text(): Promise<string>;
}

/** KV namespace in `env`. */
export interface KeyValues {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

type SqlValue = string | number | null;

/** Row of a query result. */
export type Row = Readonly<Record<string, SqlValue>>;

/** SQLite database of an object. Its integers are exact up to 2^53, so amounts are stored as text. */
export interface Sql {
  exec(query: string, ...values: readonly SqlValue[]): { toArray(): readonly Row[] };
}

/** First constructor argument of a Durable Object. */
export interface ObjectState {
  readonly storage: {
    readonly sql: Sql;
    transactionSync<T>(run: () => T): T;
    /** Returns the time of the next call of `alarm`, in epoch milliseconds, or `null`. */
    getAlarm(): Promise<number | null>;
    setAlarm(time: number): Promise<void>;
  };
}
