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
export function agentModel(env: Env): ChatModel {
  const chain = Object.entries(TARGETS)
    .filter(([name]) => env[name])
    .map(([, target]) => target);
  if (chain.length === 0) return fakeModel();
  const providers = [createOpenAI(), createAnthropic()];
  return createMajordomo({ providers, env, fetch: undiciFetch() }).model(chain.join(','));
}

const FAKE_CALLS = 100;

function fakeModel(): ChatModel {
  const turns = Array.from({ length: FAKE_CALLS }, () => fakeTurn);
  const provider = fakeProvider({ id: 'fake', models: { agent: turns } });
  return createMajordomo({ providers: [provider] }).model('fake/agent');
}

/** Calls the two tools one after the other, and then answers, as a real model would. */
function fakeTurn({ messages }: ModelRequest): Turn {
  const results = messages.flatMap((message) => (message.role === 'tool' ? message.parts : []));
  const last = results.at(-1);
  const number = /order (\w+)/.exec(JSON.stringify(messages))?.[1] ?? '7';
  if (last === undefined) return { toolCalls: [{ name: 'find_order', args: { number } }] };
  if (last.name === 'find_order') return { toolCalls: [{ name: 'refund', args: { number, usd: 49 } }] };
  const isRefunded = JSON.stringify(last.content).includes('refunded');
  return isRefunded ? 'You get your money back.' : 'I am sorry, we cannot refund this order.';
}
