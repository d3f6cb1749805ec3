import type { JsonObject } from '@majordomo/core';

const text = (most: number): JsonObject => ({ type: 'string', minLength: 1, maxLength: most });
const count: JsonObject = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

/** Schema of a limit of a key. */
export const KEY_LIMIT: JsonObject = {
  type: 'object',
  properties: {
    max: {
      type: 'object',
      description: 'Exactly one of the units. `usd` is a decimal number with at most nine decimals.',
      properties: { usd: { type: 'string' }, tokens: count, calls: count },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
    per: { enum: ['minute', 'hour', 'day', 'month', 'ever'] },
    zone: { type: 'string', description: 'IANA time zone in which days and months begin. Default: UTC.' },
  },
  required: ['max', 'per'],
  additionalProperties: false,
};

/** Members of a new key, without `expiresAt`, which has different types in JSON and in TypeScript. */
export const NEW_KEY_MEMBERS: JsonObject = {
  name: text(100),
  tenant: text(200),
  models: { type: 'array', items: text(300), maxItems: 1000 },
  mcp: {
    type: 'object',
    description: 'Patterns of tools, prompts and resources by MCP server.',
    additionalProperties: { type: 'array', items: text(300), maxItems: 1000 },
    maxProperties: 100,
  },
  limits: { type: 'array', items: KEY_LIMIT, maxItems: 8 },
  metadata: { type: 'object', additionalProperties: { type: 'string', maxLength: 256 }, maxProperties: 16 },
  admin: { type: 'boolean' },
};

/** Schema of a new key. */
export const NEW_KEY: JsonObject = {
  type: 'object',
  properties: { ...NEW_KEY_MEMBERS, expiresAt: {} },
  required: ['name'],
  additionalProperties: false,
};
