import { createMajordomo, type ChatModel, type Env } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeProvider } from '@majordomo/testing';

/** Models in the order in which they are called, with the variables of their keys. */
const TARGETS = {
  OPENAI_API_KEY: 'openai/gpt-5.4-mini',
  ANTHROPIC_API_KEY: 'anthropic/claude-haiku-4-5',
};

/** Returns a chain of the models whose keys are set, or a fake model if no key is set. */
export function defaultModel(env: Env): ChatModel {
  const chain = Object.entries(TARGETS)
    .filter(([name]) => env[name])
    .map(([, target]) => target);
  if (chain.length === 0) return fakeModel();
  return createMajordomo({ providers: [createOpenAI(), createAnthropic()], env }).model(chain.join(','));
}

function fakeModel(): ChatModel {
  const provider = fakeProvider({
    id: 'fake',
    models: { summary: ['This is the fake model. Set a key in .env.'] },
  });
  return createMajordomo({ providers: [provider] }).model('fake/summary');
}
