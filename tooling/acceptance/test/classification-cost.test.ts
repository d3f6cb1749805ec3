import { costOfResponse } from '@majordomo/catalog';
import { createMajordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';

const QUESTIONS = {
  refund: { type: 'predicate', instructions: 'The customer asks for money back.' },
} as const;

it('a classification by a vendor has the exact price of the catalogue', async () => {
  await using server = await testServer((response) => {
    const answers = [{ type: 'predicate', name: 'refund', probability: 0.98 }];
    const usage = { input_tokens: 41, input_tokens_details: { cached_tokens: 8 }, output_tokens: 3 };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ model: 'gpt-6-luna', answers, usage }));
  });
  const provider = createOpenAI({ apiKey: 'any', baseURL: `${server.origin}/v1` });
  const model = createMajordomo({ providers: [provider] }).classificationModel('openai/gpt-6-luna');
  const response = await model.classify({ input: 'Refund me!', questions: QUESTIONS });
  const { nanoUsd, basis } = await costOfResponse(response, { at: new Date('2026-11-27') });
  // 33 input tokens at 100 nano-dollars, 8 cached tokens at 10, and 3 output tokens at 500.
  expect([nanoUsd, basis]).toEqual([33n * 100n + 8n * 10n + 3n * 500n, 'catalogue']);
});
