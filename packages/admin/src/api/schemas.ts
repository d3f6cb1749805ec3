import type { JsonObject } from '@majordomo/core';
import { KEY_LIMIT, NEW_KEY_MEMBERS } from '../keys/key-schemas.ts';

const text: JsonObject = { type: 'string' };
const count: JsonObject = { type: 'integer' };

/** Time in ISO 8601, such as `2026-12-31T23:59:59Z`. */
export const time: JsonObject = { type: 'string', format: 'date-time' };

/** Returns the schema of an object with these required members. */
export const object = (properties: JsonObject, optional: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { ...properties, ...optional },
  required: Object.keys(properties),
  additionalProperties: false,
});

const orNull = (members: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(members).map(([name, schema]) => [name, { anyOf: [schema ?? {}, { type: 'null' }] }]),
  );

/** Body of a request that creates a key. */
export const NEW_KEY_BODY: JsonObject = {
  type: 'object',
  properties: { ...NEW_KEY_MEMBERS, expiresAt: time },
  required: ['name'],
  additionalProperties: false,
};

const { name = {}, admin = {}, ...removable } = NEW_KEY_MEMBERS;
/** Body of a request that changes a key. `null` removes a member. */
export const CHANGE_BODY: JsonObject = object(
  {},
  { name, admin, ...orNull({ ...removable, expiresAt: time }) },
);

/** Key in a response. */
export const KEY: JsonObject = object(
  {
    id: text,
    name: text,
    limits: { type: 'array', items: KEY_LIMIT },
    metadata: { type: 'object', additionalProperties: text },
    admin: { type: 'boolean' },
    lastFour: text,
    createdAt: time,
    status: { enum: ['active', 'expired', 'revoked'] },
  },
  { tenant: text, models: { type: 'array', items: text }, rotatedAt: time, expiresAt: time, revokedAt: time },
);

/** State of a limit. Amounts are decimal numbers, in USD, tokens, requests or calls. */
export const LIMIT_STATE: JsonObject = object(
  { name: text, key: text, max: { type: 'object' }, per: {}, used: text, held: text, left: text },
  { zone: text, resetsAt: time },
);

/** Row of a report of spending. */
export const SPEND_ROW: JsonObject = object({
  key: { type: 'object', additionalProperties: text },
  calls: count,
  attempts: count,
  failed: count,
  input: { type: 'number' },
  output: { type: 'number' },
  cacheRead: { type: 'number' },
  cacheWrite: { type: 'number' },
  usd: text,
  unpriced: count,
  unknownUsage: count,
  p50Ms: { type: 'number' },
  p95Ms: { type: 'number' },
});

/** Error of every refused request. */
export const ERROR: JsonObject = object({ error: object({ code: text, message: text }, { path: text }) });
