import { createMajordomo, user } from '@majordomo/core';
import type { RecordedCall, ReplayDefinition } from '@majordomo/replay';
import { createOpenAI } from '@majordomo/provider-openai';

const calls = Array.from({ length: 40 }, (_, at): RecordedCall => {
  const words = Array.from({ length: 8 }, (_word, place) =>
    Math.sin(at * 8 + place)
      .toString(36)
      .slice(3),
  );
  return {
    id: `call-${at}`,
    at: '2026-11-01T00:00:00.000Z',
    request: { messages: [user(words.join(' '))], maxTokens: 100 },
    response: {
      parts: [{ type: 'text', text: 'A recorded answer.' }],
      finish: 'stop',
      target: 'openai/gpt-5.4',
      usage: undefined,
    },
  };
});

/** Returns the definition of an experiment with 40 recorded calls, whose candidate is called at a server. */
export const experimentAt = (baseURL: string): ReplayDefinition => ({
  name: 'killed',
  majordomo: createMajordomo({
    providers: [createOpenAI({ api: 'chat', baseURL })],
    env: { OPENAI_API_KEY: 'sk-test' },
  }),
  traffic: {
    async *list() {
      for (const { id } of calls) yield { id };
    },
    read: async (id) => calls.find((call) => call.id === id) ?? { excluded: 'unknown' },
  },
  candidate: { spec: 'openai/gpt-5.4-mini' },
  judge: () => 'equal',
  sample: calls.length,
  control: 0,
  budgetUsd: '5',
});
