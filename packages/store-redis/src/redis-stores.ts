import type { ClaimStore } from '@majordomo/agent';
import type { RunChannel } from '@majordomo/agent/durable';
import type { CacheStore } from '@majordomo/cache';
import { LlmError, systemClock, type Clock, type Gate, type Majordomo } from '@majordomo/core';
import { checkFinite, checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { LedgerStore } from '@majordomo/ledger';
import { redisCache } from './cache/redis-cache.ts';
import { clientOf, type RedisClient } from './connection/client.ts';
import { Connection } from './connection/connection.ts';
import { shareHealth } from './health/share-health.ts';
import { lanesGate } from './lanes/lanes.ts';
import type { LanesOptions } from './lanes/options.ts';
import { redisLedger } from './ledger/redis-ledger.ts';
import { redisClaims } from './runs/redis-claims.ts';
import { redisChannel } from './runs/redis-channel.ts';

/** How Redis is used. */
export interface RedisOptions {
  /** Connected by the app, and closed by it. */
  readonly client: RedisClient;
  /** For pub/sub, which needs a connection of its own: to share health, and to watch runs. */
  readonly subscriber?: RedisClient | undefined;
  /** What all keys begin with. Default `majordomo`. */
  readonly prefix?: string | undefined;
  /** Longest wait for one answer, in ms, whatever the client's own limits are. Default 250. */
  readonly timeoutMs?: number | undefined;
  /** How long records of what was spent stay, in ms, from a day on. Limits do not need them. Default 400 days. */
  readonly keepRecordsMs?: number | undefined;
  /** Default: the system's. Leases and periods go by the clock of Redis. */
  readonly clock?: Clock | undefined;
}

/** What one Redis keeps for all processes. */
export interface RedisStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  readonly cache: CacheStore;
  /** Carries what runs tell on a durable engine: for its adapter, and for `watchRun`, which needs `subscriber`. */
  readonly channel: RunChannel;
  /** Claims of tool calls with `effect: 'once'`, for `agent.run(state, { claim })`. They never expire. */
  readonly claims: ClaimStore;
  /** A gate: at most `most` attempts at a time over all processes; the others wait for their turn. */
  lanes(options: LanesOptions): Gate;
  /** Tells others of benches and recoveries, and takes theirs. Returns how to stop. Needs `subscriber`. */
  shareHealth(majordomo: Majordomo): Promise<() => Promise<void>>;
  /** Health is shared no more. The connections are the app's: they stay open. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const KEEP_RECORDS_MS = 400 * DAY_MS;
const TIMEOUT_MS = 250;

/**
 * Stores over a client of ioredis or node-redis. Throws `config` for options that say nothing, naming the field.
 *
 * @example redisStores({ client: new Redis(), prefix: 'prod' })
 */
export function redisStores(options: RedisOptions): RedisStores {
  check(options);
  const { prefix = 'majordomo', clock = systemClock } = options;
  const { timeoutMs = TIMEOUT_MS, keepRecordsMs = KEEP_RECORDS_MS } = options;
  const client = clientOf(options.client, 'client');
  const subscriber =
    options.subscriber === undefined ? undefined : clientOf(options.subscriber, 'subscriber');
  const connection = new Connection(client, clock, timeoutMs);
  const listening = subscriber && new Connection(subscriber, clock, timeoutMs);
  // The braces keep what one script touches on one node of a cluster.
  const base = `{${prefix}}`;
  const ledger = redisLedger(connection, base, { timeoutMs, keepRecordsMs });
  const shared = new Set<() => Promise<void>>();
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(shared, (stop) => stop()));
  };
  return {
    ledger,
    cache: redisCache(connection, prefix),
    channel: redisChannel({ connection, client, listening, subscriber, base }),
    claims: redisClaims(connection, prefix),
    lanes: (lanes) => lanesGate(ledger, clock, lanes),
    async shareHealth({ health }) {
      if (subscriber === undefined)
        throw new LlmError(
          'config',
          'shareHealth needs a second client: redisStores({ client, subscriber })',
          {
            path: 'subscriber',
          },
        );
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

const KINDS: KindsOf<RedisOptions> = {
  client: true,
  subscriber: true,
  prefix: 'string',
  timeoutMs: 1,
  keepRecordsMs: DAY_MS,
  clock: 'object with now',
};

function check(options: RedisOptions): void {
  checkOptions('redisStores', options, KINDS, ['client']);
  const { prefix = 'a', timeoutMs, keepRecordsMs } = options;
  if (prefix === '' || /[{}]/.test(prefix))
    throw new LlmError('config', 'redisStores: prefix must be a text without braces', { path: 'prefix' });
  checkFinite(timeoutMs, 'timeoutMs', 'redisStores: ');
  checkFinite(keepRecordsMs, 'keepRecordsMs', 'redisStores: ');
}
