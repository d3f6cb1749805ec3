import { createMajordomo, type ChatModel, type Env, type ModelRequest } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { undiciFetch } from '@majordomo/undici';

/** Models in the order in which they are called, with the variables of their keys. */
const TARGETS = {
  OPENAI_API_KEY: 'openai/gpt-5.4-mini',
  ANTHROPIC_API_KEY: 'anthropic/claude-haiku-4-5',
};

/** Returns a chain of the models whose keys are set, or a fake model if no key is set. */
export function chatModel(env: Env): ChatModel {
  const chain = Object.entries(TARGETS)
    .filter(([name]) => env[name])
    .map(([, target]) => target);
  if (chain.length === 0) return fakeModel();
  const providers = [createOpenAI(), createAnthropic()];
  return createMajordomo({ providers, env, fetch: undiciFetch() }).model(chain.join(','));
}

const FAKE_CALLS = 10_000;

function fakeModel(): ChatModel {
  const turns = Array.from({ length: FAKE_CALLS }, () => fakeAnswer);
  const provider = fakeProvider({ id: 'fake', models: { chat: turns } });
  return createMajordomo({ providers: [provider] }).model('fake/chat');
}

function fakeAnswer({ messages }: ModelRequest): Turn {
  const questions = messages.filter(({ role }) => role === 'user').length;
  const text =
    `This is the **fake model**, and this was message ${questions} of the chat. ` +
    'Set a key in the file `.env` and restart the server to call a real model.';
  return { text, chunks: 20, everyMs: 50 };
}
