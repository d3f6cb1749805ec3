import { casesFor, openaiChat } from '@majordomo/conformance';
import { createOpenAI } from '@majordomo/provider-openai';
import { it } from 'vitest';

const cases = casesFor({
  wire: openaiChat,
  model: 'gpt-4o',
  models: {
    embedding: 'text-embedding-3-small',
    transcription: 'whisper-1',
    speech: 'gpt-4o-mini-tts',
    moderation: 'omni-moderation-latest',
    classification: 'gpt-6-luna',
  },
  open: ({ baseURL, apiKey }) => createOpenAI({ api: 'chat', baseURL, apiKey }),
  cannot: { audio: 'gpt-4o takes text and images only' },
});
for (const [name, run] of cases) {
  if (typeof run === 'function') it(name, run, 20_000);
}
