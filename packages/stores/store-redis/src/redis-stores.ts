import type { RunChannel } from '@majordomo/agent/durable';
import { systemClock, type Clock, type LlmError, type Gate, type Majordomo } from '@majordomo/core';
import {
  checkOptions,
  type KindsOf,
  matching,
  notify,
  number,
  sharedLanes,
  type SharedLanesOptions,
} from '@majordomo/core/toolkit';
import type { LedgerStore } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { noSubscriber } from './connection/change-channel.ts';
import { clientOf, type RedisClient } from './connection/client.ts';
import { Connection } from './connection/connection.ts';
import { checkFormat } from './connection/format.ts';
import { shareHealth } from './health/share-health.ts';
import { redisLedger } from './ledger/redis-ledger.ts';
import { redisRecords } from './records/redis-records.ts';
import { redisChannel } from './channel/redis-channel.ts';

/** Options of `redisStores`. */
export interface RedisOptions {
  /** Client that the application connects and closes. */
  readonly client: RedisClient;
  /** Client for pub/sub, which needs a separate connection. Required for shared health, and for watching runs and records. */
  readonly subscriber?: RedisClient | undefined;
  /**
   * Prefix of all keys.
   *
   * @default 'majordomo'
   */
  readonly prefix?: string | undefined;
  /**
   * Maximum time to wait for a reply, in milliseconds, even if the client's own timeouts are longer.
   *
   * @default 250
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Time for which spend records are stored, in milliseconds, at least a day. Limits do not depend on records.
   *
   * @default 400 days
   */
  readonly keepRecordsMs?: number | undefined;
  /**
   * Listener that is called once if Redis has a memory limit and another `maxmemory-policy` than `noeviction`, so that it may delete data.
   *
   * @default a warning of the process, which runtimes print on stderr
   */
  readonly onWarning?: ((warning: LlmError) => void) | undefined;
  /**
   * Clock for timeouts in this process. Leases and periods use the clock of Redis.
   *
   * @default the system clock
   */
  readonly clock?: Clock | undefined;
}

/** Stores in one Redis for all processes. */
export interface RedisStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  /**
   * Versioned JSON records of any feature, without `search`. The store has `watch` only with the option `subscriber`. Commands for
   * records have a timeout of at least ten seconds, because values can have megabytes.
   */
  readonly records: RecordStore;
  /** Events of runs on a durable engine. Pass the channel to the engine's adapter, and to `watchRun` (requires `subscriber`). */
  readonly channel: RunChannel;
  /** Creates a gate that permits at most `most` concurrent attempts across all processes. Further attempts wait. */
  lanes(options: SharedLanesOptions): Gate;
  /** Shares benches and recoveries with other processes. Returns a function that stops sharing. Requires `subscriber`. */
  shareHealth(majordomo: Majordomo): Promise<() => Promise<void>>;
  /** Stops sharing health. Does not close the clients, because the application owns them. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const KEEP_RECORDS_MS = 400 * DAY_MS;
const TIMEOUT_MS = 250;
/** Minimum timeout of the commands that transfer large records, in milliseconds. */
const LARGE_TIMEOUT_MS = 10_000;

/**
 * Creates stores over a client of ioredis or node-redis. Throws `config` with the name of an invalid option.
 *
 * @example redisStores({ client: new Redis(), prefix: 'prod' })
 */
export function redisStores(options: RedisOptions): RedisStores {
  checkOptions('redisStores', options, KINDS, ['client']);
  const { prefix = 'majordomo', clock = systemClock, onWarning = warnProcess } = options;
  const { timeoutMs = TIMEOUT_MS, keepRecordsMs = KEEP_RECORDS_MS } = options;
  const client = clientOf(options.client, 'client');
  const subscriber =
    options.subscriber === undefined ? undefined : clientOf(options.subscriber, 'subscriber');
  let hasWarned = false;
  const prepare = async (): Promise<void> => {
    const warning = await checkFormat(client, prefix);
    if (warning === undefined || hasWarned) return;
    hasWarned = true;
    notify(onWarning, warning);
  };
  const connection = new Connection(client, clock, timeoutMs, prepare);
  const large = new Connection(client, clock, Math.max(timeoutMs, LARGE_TIMEOUT_MS), prepare);
  const listening = subscriber && new Connection(subscriber, clock, timeoutMs);
  const io = { connection, client, subscriber, listening };
  // Because of the braces, a cluster stores all keys of a script on one node.
  const base = `{${prefix}}`;
  const ledger = redisLedger(connection, base, { timeoutMs, keepRecordsMs });
  const shared = new Set<() => Promise<void>>();
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(shared, (stop) => stop()));
  };
  return {
    ledger,
    channel: redisChannel({ ...io, base }),
    records: redisRecords({ ...io, clock, prefix, large }),
    lanes: (lanes) => sharedLanes({ store: ledger, storeName: 'Redis', clock }, lanes),
    async shareHealth({ health }) {
      if (subscriber === undefined) throw noSubscriber('shareHealth');
      const bus = { connection, client, subscriber, base, clock, timeoutMs };
      const end = await shareHealth(bus, health);
      const stop = (): Promise<void> => (shared.delete(stop) ? end() : Promise.resolve());
      shared.add(stop);
      return stop;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Emits a warning of the process. Workers and browsers have no such warnings. */
const warnProcess = ({ message }: LlmError): void => {
  const { process } = globalThis as {
    readonly process?: { emitWarning?(message: string, options: { readonly type: string }): void };
  };
  process?.emitWarning?.(message, { type: 'MajordomoWarning' });
};

const KINDS: KindsOf<RedisOptions> = {
  client: true,
  subscriber: true,
  prefix: matching(/^[^{}]+$/, 'must be a non-empty string without braces'),
  timeoutMs: number(1),
  keepRecordsMs: number(DAY_MS),
  onWarning: 'function',
  clock: 'object with now',
};
