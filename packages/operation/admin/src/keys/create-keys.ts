import { LlmError, systemClock, type CallInfo, type Clock } from '@majordomo/core';
import { atLeast, checkOptions, mapValue, type KindsOf } from '@majordomo/core/toolkit';
import type { Limit } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { sha256Hex } from '@majordomo/redact';
import { checkFits, fail } from '../check-value.ts';
import { DEFAULT_PAGE, MAX_PAGE, object } from '../schema.ts';
import { applyChange, checkNewKey } from './check-key.ts';
import type { IssuedKey, KeyCaller, KeyChange, KeyQuery, NewKey, VirtualKey } from './key.ts';
import { KeyLimits } from './key-limits.ts';
import { KeyLookup } from './key-lookup.ts';
import { KEY_QUERY } from './key-schemas.ts';
import { KeyRecords, type KeyRecord } from './key-records.ts';
import { createKeyId, createSecret, isKeyId, keyIdOf, secretOf } from './secret.ts';

/** Options of `createKeys`. */
export interface KeysOptions {
  /** Store of the keys: `memoryRecords()`, or `records` of `@majordomo/store-sqlite`, `-redis` or `-postgres`. */
  readonly records: RecordStore;
  /**
   * Maximum time for which a key is cached, in milliseconds. If the store reports a change of the key, the key is removed from
   * the cache immediately. A store without `watch` is queried for every request instead.
   * @default 5_000
   */
  readonly cacheMs?: number | undefined;
  /**
   * Maximum age of a cached key that is accepted while the store does not respond, in milliseconds. With 0, no cached key is
   * accepted.
   * @default 60_000
   */
  readonly staleMs?: number | undefined;
  /** Maximum wait for the store, in milliseconds. @default 250 */
  readonly timeoutMs?: number | undefined;
  /** Source of time. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Functions that manage and check virtual keys. */
export interface Keys {
  /**
   * Returns the caller of a request. Pass it to `createGateway` as `authorize`. Reads `authorization: Bearer` or `x-api-key`.
   * Returns `undefined` for a secret that is unknown, revoked, expired or replaced. Rejects with `server`, code `key-store-down`,
   * if the store does not respond and this process has not read the key within `staleMs`.
   */
  authorize(request: Request): Promise<KeyCaller | undefined>;
  /**
   * Returns the limits of the call's key, or `[]` for a call without a key. Pass it to `createLedger` as `limitsOf`. Reads a key that is
   * not cached, for example of a job that another process has begun, and then returns a promise. The promise rejects like `authorize`.
   */
  limitsOf(call: CallInfo): readonly Limit[] | Promise<readonly Limit[]>;
  /** Creates a key. Rejects with `config` for an invalid member, whose path is in `details.path`. */
  create(key: NewKey): Promise<IssuedKey>;
  /** Returns the key with this id, or `undefined` if none exists. */
  get(id: string): Promise<VirtualKey | undefined>;
  /** Returns keys, newest first. */
  list(query?: KeyQuery): Promise<readonly VirtualKey[]>;
  /**
   * Changes the given members. `null` removes a member. The change takes effect at the next request in this process, and within a
   * second in other processes. Rejects with `not-found`, with `config` for an invalid member or a revoked key, and with `denied`
   * (code `conflict`) if another change was stored first.
   */
  update(id: string, change: KeyChange): Promise<VirtualKey>;
  /**
   * Replaces the secret of the key. The previous secret is refused after `graceMs` milliseconds (default 0, at most 30 days). The
   * id, the limits and the amounts spent do not change. Rejects like `update`.
   */
  rotate(id: string, options?: { readonly graceMs?: number | undefined }): Promise<IssuedKey>;
  /**
   * Revokes the key and its secrets permanently. Calls in progress end normally. A gateway closes the key's sockets and MCP streams
   * within a minute. A repeated revocation is not an error. Rejects
   * with `not-found` if the key does not exist.
   */
  revoke(id: string): Promise<VirtualKey>;
  /** Stops watching the store. Does not close the store, because the application owns it. */
  close(): Promise<void>;
}

const KINDS: KindsOf<KeysOptions> = {
  records: 'object with get',
  cacheMs: atLeast(0),
  staleMs: atLeast(0),
  timeoutMs: atLeast(1),
  clock: 'object with now',
};
const QUERY = object({}, KEY_QUERY);
/** Maximum time for which the previous secret of a key is accepted, in milliseconds. */
export const MAX_GRACE_MS: number = 30 * 86_400_000;
/** Maximum number of attempts to revoke a key while other callers change it. */
const REVOKE_TRIES = 20;

/** Creates functions that manage the keys of a store. Throws `config` for an invalid option. */
export function createKeys(options: KeysOptions): Keys {
  checkOptions('createKeys', options, KINDS, ['records']);
  const { clock = systemClock, cacheMs = 5000, staleMs = 60_000, timeoutMs = 250 } = options;
  const store = new KeyRecords(options.records);
  const lookup = new KeyLookup({ store, clock, cacheMs, staleMs, timeoutMs });
  const keyLimits = new KeyLimits();
  const nowIso = (): string => new Date(clock.now()).toISOString();
  const view = (record: KeyRecord): VirtualKey => viewOf(record, clock.now());

  const stored = async (id: string): Promise<KeyRecord> => {
    const record = await store.get(id);
    if (record === undefined) throw new LlmError('not-found', `no key has the id "${id}"`);
    return record;
  };
  const changeable = async (subject: string, id: string): Promise<KeyRecord> => {
    const record = await stored(id);
    if (record.revokedAt === undefined) return record;
    return fail(subject, 'id', 'is the id of a revoked key; create another key');
  };
  const put = async (record: KeyRecord): Promise<void> => {
    await store.put(record);
    lookup.onChange(record.id);
  };

  return {
    async authorize(request) {
      const secret = secretOf(request);
      if (secret === undefined) return undefined;
      const found = lookup.find(keyIdOf(secret));
      // A cached key is available synchronously, without the delay of `await`.
      const record = found instanceof Promise ? await found : found;
      if (record === undefined || !isAccepted(record, sha256Hex(secret), clock.now())) return undefined;
      return callerOf(record);
    },
    limitsOf({ metadata }) {
      const id = metadata['key'];
      if (!isKeyId(id)) return [];
      return mapValue(lookup.find(id), (record) => (record === undefined ? [] : keyLimits.of(record)));
    },
    async create(key) {
      await checkNewKey('keys.create', key, clock.now());
      const id = createKeyId(clock.now());
      const secret = createSecret(id);
      const record: KeyRecord = {
        id,
        ...membersOf(key),
        lastFour: secret.slice(-4),
        createdAt: nowIso(),
        rotatedAt: undefined,
        expiresAt: key.expiresAt?.toISOString(),
        revokedAt: undefined,
        hashes: [{ sha256: sha256Hex(secret) }],
        version: 0,
      };
      await put(record);
      return { key: view(record), secret };
    },
    async get(id) {
      const record = await store.get(id);
      return record && view(record);
    },
    async list(query = {}) {
      await checkFits('keys.list', QUERY, query);
      const { tenant, status, limit = DEFAULT_PAGE } = query;
      const keys: VirtualKey[] = [];
      let { after } = query;
      for (;;) {
        const page = await store.list({ tenant, limit: MAX_PAGE, after });
        keys.push(...page.map(view).filter((key) => status === undefined || key.status === status));
        if (keys.length >= limit || page.length < MAX_PAGE) return keys.slice(0, limit);
        after = page.at(-1)?.id;
      }
    },
    async update(id, change) {
      const record = await changeable('keys.update', id);
      const { name, tenant, models, mcp, limits, metadata, admin } = record;
      const changed = applyChange({ name, tenant, models, mcp, limits, metadata, admin }, change);
      await checkNewKey('keys.update', changed, clock.now());
      const next: KeyRecord = {
        ...record,
        ...membersOf(changed),
        expiresAt: change.expiresAt === undefined ? record.expiresAt : changed.expiresAt?.toISOString(),
      };
      await put(next);
      return view(next);
    },
    async rotate(id, { graceMs = 0 } = {}) {
      if (!Number.isFinite(graceMs) || graceMs < 0 || graceMs > MAX_GRACE_MS)
        fail('keys.rotate', 'graceMs', `must be a number of milliseconds from 0 to ${MAX_GRACE_MS}`, graceMs);
      const record = await changeable('keys.rotate', id);
      const secret = createSecret(id);
      const until = new Date(clock.now() + graceMs).toISOString();
      const old = graceMs === 0 ? [] : record.hashes.slice(0, 1).map(({ sha256 }) => ({ sha256, until }));
      const next: KeyRecord = {
        ...record,
        lastFour: secret.slice(-4),
        rotatedAt: nowIso(),
        hashes: [{ sha256: sha256Hex(secret) }, ...old],
      };
      await put(next);
      return { key: view(next), secret };
    },
    async revoke(id) {
      for (let tries = 1; ; tries++) {
        const record = await stored(id);
        if (record.revokedAt !== undefined) return view(record);
        const next: KeyRecord = { ...record, revokedAt: nowIso() };
        try {
          await put(next);
          return view(next);
        } catch (error) {
          // Unlike an update, a revocation does not depend on the change that another caller has stored, so it is repeated.
          if (!LlmError.is(error, 'denied') || tries === REVOKE_TRIES) throw error;
        }
      }
    },
    close: () => lookup.close(),
  };
}

/** Returns the members of a new key that are stored in its record, with defaults for missing members. */
const membersOf = ({ name, tenant, models, mcp, limits = [], metadata = {}, admin = false }: NewKey) => ({
  name,
  tenant,
  models,
  mcp,
  limits,
  metadata,
  admin,
});

function statusOf({ revokedAt, expiresAt }: KeyRecord, now: number): VirtualKey['status'] {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && Date.parse(expiresAt) <= now ? 'expired' : 'active';
}

/** Whether the key is active and this secret is still valid. */
const isAccepted = (record: KeyRecord, sha256: string, now: number): boolean =>
  statusOf(record, now) === 'active' &&
  record.hashes.some(
    (hash) => hash.sha256 === sha256 && (hash.until === undefined || Date.parse(hash.until) > now),
  );

function viewOf(record: KeyRecord, now: number): VirtualKey {
  const { hashes: _hashes, version: _version, ...key } = record;
  return { ...key, status: statusOf(record, now) };
}

const callerOf = ({ id, tenant, models, mcp, admin, metadata }: KeyRecord): KeyCaller => ({
  key: id,
  tenant,
  models,
  mcp,
  admin,
  metadata: { ...metadata, key: id },
});
