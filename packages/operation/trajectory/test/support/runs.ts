import { createAgent, defineTool, RunError, type RunResult, type Tool } from '@majordomo/agent';
import { createMajordomo, type Message } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import type { RunDescription, Trajectory } from '../../src/index.ts';

export const KEY = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

export const weather: Tool = defineTool({
  name: 'weather',
  description: 'The weather in a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  run: () => '{"sky":"snow"}',
});

export const about: RunDescription = {
  id: 'run-1',
  spec: 'f/m',
  targets: [],
  system: 'Be brief.',
  tools: [{ name: weather.name, description: weather.description, parameters: weather.parameters }],
  metadata: { team: 'guides' },
};

/** Returns the result of an agent with these turns. */
export async function run(
  turns: readonly Turn[],
  input: string | readonly Message[] = 'Which shoes?',
): Promise<RunResult | RunError> {
  const majordomo = createMajordomo({
    providers: [fakeProvider({ id: 'f', models: { m: turns } })],
    chain: { attempts: 1 },
  });
  const agent = createAgent({ model: majordomo.model('f/m'), tools: [weather] });
  return agent.run(input).catch((error: unknown) => {
    if (RunError.is(error)) return error;
    throw error;
  });
}

export const toolTurn: Turn = {
  reasoning: 'The sky decides.',
  text: 'Let me look.',
  toolCalls: [{ id: 'c1', name: 'weather', args: { city: 'Oslo' } }],
};

/** Minimal run, for tests that count. */
export const plain = (id: string, text = 'ok', outcome = 'answered'): Trajectory => ({
  version: 1,
  id,
  at: '2026-11-21T03:00:00.000Z',
  spec: 'f/m',
  targets: ['f/m'],
  system: undefined,
  tools: [],
  messages: [
    { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    { role: 'assistant', parts: [{ type: 'text', text }] },
  ],
  usage: undefined,
  outcome,
  metadata: {},
});
