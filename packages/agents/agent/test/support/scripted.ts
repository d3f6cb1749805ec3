import { createMajordomo, fromJson, toJson, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { createAgent, type AgentOptions, type RunState } from '../../src/index.ts';
import type { World } from './world.ts';

/**
 * Returns an agent whose model answers according to the request: the n-th answer since the last user message is the n-th turn.
 * Any copy of the agent can continue a run, as an agent in another process does.
 */
export function scripted(turns: readonly Turn[], options: Partial<AgentOptions> = {}): World {
  const turn = ({ messages }: ModelRequest): Turn => {
    const question = messages.findLastIndex(({ role }) => role === 'user');
    const answers = messages.slice(question).filter(({ role }) => role === 'assistant').length;
    return turns[answers] ?? 'Nothing more.';
  };
  const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 40 }, () => turn) } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  return { agent: createAgent({ model, ...options }), requests: fake.requests };
}

/** Returns the state as another process reads it. */
export const stored = (state: RunState): RunState =>
  fromJson<RunState>(JSON.parse(JSON.stringify(toJson(state))));
