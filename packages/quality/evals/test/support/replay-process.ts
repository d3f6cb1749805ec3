// Runs an experiment against the server of its first argument, with files in the folder of the second one. Prints the report.
import { createMajordomo, user } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { replay, type RecordedCall } from '@majordomo/evals/replay';

const [, , baseURL = '', folder = ''] = process.argv;
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
const report = await replay(
  {
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
    sample: 40,
    control: 0,
    budgetUsd: '5',
  },
  { folder, concurrency: 3 },
);
process.stdout.write(JSON.stringify(report));
