import { LlmError } from '@majordomo/core';
import { checkOptions, type KindsOf, number } from '@majordomo/core/toolkit';
import type { LedgerStore } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { objectLedger } from './object-ledger.ts';
import { objectRecords } from './object-records.ts';
import type { ObjectNamespace } from './platform.ts';

/** Bindings of the Worker's `env`, and options. */
export interface CloudflareBindings {
  /** Durable Object namespace that is bound to `LedgerObject`. */
  readonly ledger: object;
  /** Durable Object namespace that is bound to `RecordsObject`. If absent, `records` is undefined. */
  readonly records?: object | undefined;
  /**
   * Distribution of the ledger over Durable Objects. `tenant` uses an object per tenant and rejects operations across tenants.
   * @default all tenants share one object
   */
  readonly shard?: 'tenant' | undefined;
  /**
   * Time for which spend records are stored, in milliseconds. Must be at least a day. Limits do not depend on the records.
   * @default 400 days
   */
  readonly keepRecordsMs?: number | undefined;
}

/** Stores that use the bindings. */
export interface CloudflareStores {
  readonly ledger: LedgerStore;
  /** Records, for all features that must survive a request, or `undefined` if no namespace is given. Each space has an object. */
  readonly records: RecordStore | undefined;
}

const DAY_MS = 86_400_000;
const KEEP_RECORDS_MS = 400 * DAY_MS;

const KINDS: KindsOf<CloudflareBindings> = {
  ledger: true,
  records: true,
  shard: ['tenant'],
  keepRecordsMs: number(DAY_MS),
};

/** Creates the stores. Opens no connection, so a Worker can call it in each request. Throws `config` for invalid bindings or options. */
export function cloudflareStores(bindings: CloudflareBindings): CloudflareStores {
  checkOptions('cloudflareStores', bindings, KINDS);
  const { ledger, records, shard, keepRecordsMs = KEEP_RECORDS_MS } = bindings;
  if (!isNamespace(ledger)) throw notBound('ledger', 'a namespace of Durable Objects');
  if (records !== undefined && !isNamespace(records))
    throw notBound('records', 'a namespace of Durable Objects');
  return {
    ledger: objectLedger(ledger, shard, keepRecordsMs),
    records: records && objectRecords(records),
  };
}

const has = (value: unknown, method: string): boolean =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, method) === 'function';

const isNamespace = (value: unknown): value is ObjectNamespace =>
  has(value, 'idFromName') && has(value, 'get');

const notBound = (path: string, what: string): LlmError =>
  new LlmError(
    'config',
    `cloudflareStores: ${path} must be ${what} from the env of a request; check the bindings in the Worker's configuration`,
    {
      path,
    },
  );
