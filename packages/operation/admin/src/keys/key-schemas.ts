import type { JsonObject } from '@majordomo/core';
import type { KeyQuery } from './key.ts';
import { MAX_PAGE, object, text } from '../schema.ts';

const upTo = (most: number): JsonObject => ({ type: 'string', minLength: 1, maxLength: most });
const count: JsonObject = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

/** Schema of a limit of a key. */
export const KEY_LIMIT: JsonObject = object(
  {
    max: {
      type: 'object',
      description: 'Exactly one of the units. `usd` is a decimal number with at most nine decimals.',
      properties: { usd: text, tokens: count, calls: count },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
    per: { enum: ['minute', 'hour', 'day', 'month', 'ever'] },
  },
  { zone: { ...text, description: 'IANA time zone in which days and months begin. Default: UTC.' } },
);

/** Name of a key. */
export const KEY_NAME: JsonObject = upTo(100);

/** Optional members of a new key, without `expiresAt`, which has different types in JSON and in TypeScript. */
export const NEW_KEY_MEMBERS: JsonObject = {
  tenant: upTo(200),
  models: { type: 'array', items: upTo(300), maxItems: 1000 },
  mcp: {
    type: 'object',
    description: 'Patterns of tools, prompts and resources by MCP server.',
    additionalProperties: { type: 'array', items: upTo(300), maxItems: 1000 },
    maxProperties: 100,
  },
  limits: { type: 'array', items: KEY_LIMIT, maxItems: 8 },
  metadata: { type: 'object', additionalProperties: { type: 'string', maxLength: 256 }, maxProperties: 16 },
  admin: { type: 'boolean' },
};

/** Returns the schema of a new key. */
export const newKey = (expiresAt: JsonObject): JsonObject =>
  object({ name: KEY_NAME }, { ...NEW_KEY_MEMBERS, expiresAt });

/** Schemas of the members that select keys. */
export const KEY_QUERY: Readonly<Record<keyof KeyQuery, JsonObject>> = {
  tenant: text,
  status: { enum: ['active', 'expired', 'revoked'] },
  limit: { type: 'integer', minimum: 1, maximum: MAX_PAGE },
  after: { ...text, description: 'Id of the last key of the previous page, as `next` returns it.' },
};
