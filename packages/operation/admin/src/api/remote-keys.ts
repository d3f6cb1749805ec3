import { LlmError } from '@majordomo/core';
import { asText } from '@majordomo/core/toolkit';
import type { IssuedKey, KeyLimit, KeyQuery, VirtualKey } from '../keys/key.ts';
import type { Keys } from '../keys/create-keys.ts';
import { adminApi, type RemoteOptions } from './admin-client.ts';

/** State of a limit of a key. Amounts are decimal numbers in the unit of `max`: USD, tokens or calls. */
export interface KeyLimitState extends KeyLimit {
  readonly used: string;
  /** Amount that calls in progress have reserved. */
  readonly held: string;
  readonly left: string;
  /** End of the period, ISO 8601 in UTC. Absent for the period `ever`. */
  readonly resetsAt?: string | undefined;
}

/** Functions that manage the keys of a running gateway. */
export interface RemoteKeys extends Omit<Keys, 'authorize' | 'limitsOf'> {
  /** Yields all matching keys, newest first. The keys are requested page by page. */
  all(query?: Pick<KeyQuery, 'tenant' | 'status'>): AsyncGenerator<VirtualKey>;
  /** Returns the states of the key's limits. Rejects with `not-found` if the key does not exist. */
  limits(id: string): Promise<readonly KeyLimitState[]>;
}

/** Maximum number of keys per page. */
const PAGE = 1000;

/** Creates functions that manage keys through the admin API of a running gateway. They reject with the errors of the API. */
export function remoteKeys(options: RemoteOptions): RemoteKeys {
  const call = adminApi('remoteKeys', options);
  const page = (query: KeyQuery): Promise<Readonly<Record<string, unknown>>> => {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) params.set(name, String(value));
    return call('GET', `/keys?${params.toString()}`);
  };
  const at = (id: string): string => `/keys/${encodeURIComponent(id)}`;

  return {
    create: async (key) => (await call('POST', '/keys', key)) as unknown as IssuedKey,
    async get(id) {
      try {
        return (await call('GET', at(id)))['key'] as VirtualKey;
      } catch (error) {
        if (LlmError.is(error, 'not-found')) return undefined;
        throw error;
      }
    },
    list: async (query = {}) => (await page(query))['keys'] as readonly VirtualKey[],
    async *all(query = {}) {
      let after: string | undefined;
      do {
        const { keys, next } = await page({ ...query, limit: PAGE, after });
        yield* keys as readonly VirtualKey[];
        after = asText(next);
      } while (after !== undefined);
    },
    limits: async (id) => (await call('GET', at(id)))['limits'] as readonly KeyLimitState[],
    update: async (id, change) => (await call('PATCH', at(id), change))['key'] as VirtualKey,
    rotate: async (id, settings = {}) =>
      (await call('POST', `${at(id)}/rotate`, settings)) as unknown as IssuedKey,
    revoke: async (id) => (await call('POST', `${at(id)}/revoke`, {}))['key'] as VirtualKey,
    close: async () => undefined,
  };
}
