import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { dbosAgent } from '../src/index.ts';

const provider = fakeProvider({ id: 'f', models: { m: ['ok'] } });
const agent = createAgent({ model: createMajordomo({ providers: [provider] }).model('f/m') });

it.each<[path: string, options: object]>([
  ['decisionTimeoutMs', { decisionTimeoutMs: Number.NaN }],
  ['decisionTimeoutMs', { decisionTimeoutMs: -1 }],
  ['decisionTimeoutMs', { decisionTimeoutMs: Infinity }],
  ['decisionTimeOutMs', { decisionTimeOutMs: 1 }],
  ['channel', { channel: {} }],
])('rejects an invalid %s', (path, options) => {
  expect(() => dbosAgent('a', agent, options)).toThrow(
    expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
  );
});

it('rejects an agent without `drive`, and a name that is not a string', () => {
  expect(() => dbosAgent('a', {} as never)).toThrow('dbosAgent: agent must be an object with drive');
  expect(() => dbosAgent(5 as never, agent)).toThrow('dbosAgent: name must be a string');
});
