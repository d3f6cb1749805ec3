import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { expect, test } from 'vitest';
import { MODELS, OTHER_MODELS } from '../../runtimes/app/models.mjs';

const OPERATIONS = ['embedding', 'transcription', 'speech', 'rerank', 'moderation', 'classification'];

test.each([
  ['openai-chat', createOpenAI({ api: 'chat', apiKey: 'sk' })],
  ['openai-responses', createOpenAI({ apiKey: 'sk' })],
  ['anthropic-messages', createAnthropic({ apiKey: 'sk' })],
  ['gemini-generate', createGoogle({ apiKey: 'sk' })],
])('the suite of the runtimes names a model for each operation of %s', (side, provider) => {
  expect(MODELS[side]).toBeDefined();
  const offered = OPERATIONS.filter((operation) => provider[`${operation}Model`] !== undefined);
  expect(Object.keys(OTHER_MODELS[side] ?? {}).toSorted()).toEqual(offered.toSorted());
});
