import { LlmError, type JsonObject } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import type { Ledger } from '@majordomo/ledger';
import { MAX_GRACE_MS, type Keys } from '../keys/create-keys.ts';
import type { KeyQuery, NewKey } from '../keys/key.ts';
import { ledgerLimits } from '../keys/key-limits.ts';
import { KEY_QUERY } from '../keys/key-schemas.ts';
import { DEFAULT_PAGE, object, text } from '../schema.ts';
import { dateOf, limitState } from './convert.ts';
import type { Route } from './route.ts';
import { CHANGE_BODY, KEY, LIMIT_STATE, NEW_KEY_BODY } from './schemas.ts';

/** Change of a key, for an audit log. */
export interface KeyChangeEvent {
  readonly action: 'create' | 'update' | 'rotate' | 'revoke';
  /** Id of the key. */
  readonly key: string;
  /** Author of the change: `token`, the id of an admin's key, or the name that the mounting server passes as `by`. */
  readonly by: string;
}

const issued = object({ key: KEY, secret: text });

/** Returns the routes of keys. */
export const keyRoutes = (
  keys: Keys,
  ledger: Ledger | undefined,
  onChange: ((change: KeyChangeEvent) => void) | undefined,
): readonly Route[] => {
  const report = (change: KeyChangeEvent): void => {
    notify(onChange, change);
  };
  return [
    {
      method: 'post',
      path: '/keys',
      summary: 'Creates a key. The response contains its secret, which cannot be shown again.',
      body: NEW_KEY_BODY,
      status: 201,
      answer: issued,
      async handle({ body, by }) {
        const created = await keys.create(withDate(body) as unknown as NewKey);
        report({ action: 'create', key: created.key.id, by });
        return created;
      },
    },
    {
      method: 'get',
      path: '/keys',
      summary: 'Lists keys, newest first.',
      query: KEY_QUERY,
      status: 200,
      answer: object({ keys: { type: 'array', items: KEY } }, { next: text }),
      async handle({ query }) {
        const { limit = DEFAULT_PAGE, ...filter } = query as KeyQuery;
        const page = await keys.list({ ...filter, limit });
        const after = page.length < limit ? undefined : page.at(-1)?.id;
        // A full page may be the last one.
        const others = after === undefined ? [] : await keys.list({ ...filter, after, limit: 1 });
        return { keys: page, next: others.length === 0 ? undefined : after };
      },
    },
    {
      method: 'get',
      path: '/keys/{id}',
      summary: 'Returns a key and the state of its limits.',
      status: 200,
      answer: object({ key: KEY, limits: { type: 'array', items: LIMIT_STATE } }),
      async handle({ id }) {
        const key = await keys.get(id);
        if (key === undefined) throw new LlmError('not-found', `no key has the id "${id}"`);
        const states = (await ledger?.state(ledgerLimits(key))) ?? [];
        return { key, limits: states.map(limitState) };
      },
    },
    {
      method: 'patch',
      path: '/keys/{id}',
      summary: 'Changes the given members of a key. `null` removes a member.',
      body: CHANGE_BODY,
      status: 200,
      answer: object({ key: KEY }),
      async handle({ id, body, by }) {
        const key = await keys.update(id, withDate(body));
        report({ action: 'update', key: id, by });
        return { key };
      },
    },
    {
      method: 'post',
      path: '/keys/{id}/rotate',
      summary: 'Replaces the secret of a key. The old secret is refused after `graceMs`.',
      body: object({}, { graceMs: { type: 'integer', minimum: 0, maximum: MAX_GRACE_MS } }),
      status: 200,
      answer: issued,
      async handle({ id, body, by }) {
        const rotated = await keys.rotate(id, body);
        report({ action: 'rotate', key: id, by });
        return rotated;
      },
    },
    {
      method: 'post',
      path: '/keys/{id}/revoke',
      summary: 'Revokes a key permanently.',
      body: object({}),
      status: 200,
      answer: object({ key: KEY }),
      async handle({ id, by }) {
        const key = await keys.revoke(id);
        report({ action: 'revoke', key: id, by });
        return { key };
      },
    },
  ];
};

function withDate(body: JsonObject): Readonly<Record<string, unknown>> {
  const { expiresAt } = body;
  return typeof expiresAt === 'string' ? { ...body, expiresAt: dateOf(expiresAt, 'expiresAt') } : body;
}
