import type { JsonObject } from '@majordomo/core';
import { KEY_LIMIT, KEY_NAME, newKey, NEW_KEY_MEMBERS } from '../keys/key-schemas.ts';
import { object, text, time } from '../schema.ts';

const count: JsonObject = { type: 'integer' };

const orNull = (members: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(members).map(([name, schema]) => [name, { anyOf: [schema ?? {}, { type: 'null' }] }]),
  );

/** Body of a request that creates a key. */
export const NEW_KEY_BODY: JsonObject = newKey(time);

const { admin = {}, ...removable } = NEW_KEY_MEMBERS;
/** Body of a request that changes a key. `null` removes a member other than `name` and `admin`. */
export const CHANGE_BODY: JsonObject = object(
  {},
  { name: KEY_NAME, admin, ...orNull({ ...removable, expiresAt: time }) },
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
  {
    tenant: text,
    models: { type: 'array', items: text },
    mcp: { type: 'object', additionalProperties: { type: 'array', items: text } },
    rotatedAt: time,
    expiresAt: time,
    revokedAt: time,
  },
);

const attempt = object(
  { target: text, outcome: text, at: count, ms: count },
  { firstMs: count, responseModel: text, kind: text, message: text, nanoUsd: text },
);
const failure = object({ kind: text, message: text }, { code: text });

/** Entry of the call log. `nanoUsd` is the cost in nano-USD, as a decimal integer. */
export const CALL: JsonObject = object(
  {
    id: text,
    at: time,
    ms: count,
    operation: text,
    outcome: text,
    attempts: { type: 'array', items: attempt },
    warnings: { type: 'array', items: text },
    metadata: { type: 'object' },
  },
  {
    requestId: text,
    clientRequestId: text,
    firstMs: count,
    wire: text,
    isStreamed: { type: 'boolean' },
    model: text,
    spec: text,
    target: text,
    tenant: text,
    key: text,
    status: count,
    error: failure,
    usage: object({}, { input: count, output: count, cacheRead: count, cacheWrite: count, reasoning: count }),
    nanoUsd: text,
    unpriced: count,
    finish: text,
    arms: { type: 'object', additionalProperties: text },
    content: object(
      { request: { type: 'object' } },
      { response: { type: 'object' }, format: text, redactions: count },
    ),
  },
);

const milliseconds: JsonObject = { type: 'number' };
/** Statistics of a group of calls. */
export const CALL_STATS: JsonObject = object(
  {
    key: { type: 'object', additionalProperties: text },
    calls: count,
    failed: count,
    refused: count,
    usd: text,
  },
  {
    p50Ms: milliseconds,
    p95Ms: milliseconds,
    p99Ms: milliseconds,
    firstP50Ms: milliseconds,
    firstP95Ms: milliseconds,
    tokensPerSecond: { type: 'number' },
  },
);

/** State of a limit. Amounts are decimal numbers, in USD, tokens, requests or calls. */
export const LIMIT_STATE: JsonObject = object(
  { name: text, key: text, max: { type: 'object' }, per: {}, used: text, held: text, left: text },
  { zone: text, resetsAt: time },
);

/** Row of a spending report. */
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
