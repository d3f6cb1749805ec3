import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { restateAgent } from '../src/index.ts';

const provider = fakeProvider({ id: 'f', models: { m: ['ok'] } });
const agent = createAgent({ model: createMajordomo({ providers: [provider] }).model('f/m') });

it.each<[path: string, options: object]>([
  ['longestCallMs', { longestCallMs: Number.NaN }],
  ['longestCallMs', { longestCallMs: 0 }],
  ['keepRunsMs', { keepRunsMs: -1 }],
  ['keepRunMs', { keepRunMs: 1 }],
  ['channel', { channel: {} }],
])('rejects an invalid %s', (path, options) => {
  expect(() => restateAgent('a', agent, options)).toThrow(
    expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) }),
  );
});

it('rejects an agent without `drive`, and a name that is not a string', () => {
  expect(() => restateAgent('a', {} as never)).toThrow('restateAgent: agent must be an object with drive');
  expect(() => restateAgent(5 as never, agent)).toThrow('restateAgent: name must be a string');
});
