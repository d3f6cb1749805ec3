import { createRedactor } from '@majordomo/redact';
import { expect, it } from 'vitest';
import { maskSchema } from './mask-schema.ts';

const KEY = `sk-proj-${'aB3dE5gH7jK9'.repeat(4)}`;

it('a schema stays valid, and the values of properties with secret names are masked', () => {
  const schema = {
    type: 'object',
    description: `Use ${KEY}`,
    properties: {
      password: { type: 'string', minLength: 8, default: 'hunter2', enum: ['hunter2', 'hunter3'] },
      apiKey: { anyOf: [{ type: 'string', const: 'abc' }, { type: 'null' }] },
      city: { type: 'string', default: 'Bern', examples: [KEY] },
      nested: { type: 'object', properties: { token: { $ref: '#/$defs/token' } }, required: ['token'] },
    },
    $defs: { token: { type: 'string' } },
    required: ['password'],
  };
  const masked = '[redacted]';
  expect(maskSchema(schema, createRedactor())).toEqual({
    ...schema,
    description: `Use ${masked}`,
    properties: {
      ...schema.properties,
      password: { type: 'string', minLength: 8, default: masked, enum: [masked, masked] },
      apiKey: { anyOf: [{ type: 'string', const: masked }, { type: 'null' }] },
      city: { type: 'string', default: 'Bern', examples: [masked] },
    },
  });
});
