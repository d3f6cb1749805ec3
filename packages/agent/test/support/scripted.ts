import { createMajordomo, fromJson, toJson, type ModelRequest } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { createAgent, type AgentOptions, type RunState } from '../../src/index.ts';
import type { World } from './world.ts';

/**
 * An agent whose model answers by what it receives: the n-th answer since the last user message is the n-th turn. Any copy of it continues a run, as an
 * agent in another process does.
 */
export function scripted(turns: readonly Turn[], options: Partial<AgentOptions> = {}): World {
  const turn = ({ messages }: ModelRequest): Turn => {
    const asked = messages.findLastIndex(({ role }) => role === 'user');
    const made = messages.slice(asked).filter(({ role }) => role === 'assistant').length;
    return turns[made] ?? 'Nothing more.';
  };
  const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 40 }, () => turn) } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  return { agent: createAgent({ model, ...options }), requests: fake.requests };
}

/** The state as another process reads it. */
export const stored = (state: RunState): RunState =>
  fromJson<RunState>(JSON.parse(JSON.stringify(toJson(state))));
