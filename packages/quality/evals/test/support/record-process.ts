// Records an evaluation against the server of its first argument into the folder of the second one.
import { createMajordomo, user } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { evaluate } from '@majordomo/evals';

const [, , baseURL = '', folder = '', mode = ''] = process.argv;

const { totals } = await evaluate(
  {
    name: 'demo',
    majordomo: createMajordomo({
      providers: [createOpenAI({ api: 'chat', baseURL })],
      env: mode === 'replay' ? {} : { OPENAI_API_KEY: 'sk-test' },
    }),
    cases: Array.from({ length: 20 }, (_, at) => ({ id: `case ${at}`, input: `question ${at}` })),
    subject: (input, { model }) => model('openai/gpt-5.4-mini').generate({ messages: [user(input)] }),
  },
  { folder, mode: mode === 'replay' ? 'replay' : 'record', concurrency: 2 },
);
process.stdout.write(JSON.stringify(totals));
