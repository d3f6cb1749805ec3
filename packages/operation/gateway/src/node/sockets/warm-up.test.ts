import { expect, it } from 'vitest';
import { warmUpResponse } from './warm-up.ts';

it('ends a warm-up with a completed response without output and without tokens', async () => {
  const text = await warmUpResponse({ model: 'gpt', generate: false }).text();
  const [, data = ''] = /^event: response\.completed\ndata: (.*)$/m.exec(text) ?? [];
  expect(JSON.parse(data)).toMatchObject({
    response: {
      status: 'completed',
      model: 'gpt',
      output: [],
      usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
    },
  });
});
