import {
  createMajordomo,
  lanes,
  type ChatModel,
  type Env,
  type Gate,
  type ModelRequest,
  type Provider,
} from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { undiciFetch } from '@majordomo/undici';

/** Models in the order in which they are called, with the variables of their keys. */
const TARGETS = {
  OPENAI_API_KEY: 'openai/gpt-5.4-mini',
  ANTHROPIC_API_KEY: 'anthropic/claude-haiku-4-5',
};
/** Maximum number of simultaneous calls of each provider. */
const LANES = { 'openai/': 8, 'anthropic/': 8 };

/**
 * Returns a chain of the models whose keys are set. If no key is set, returns a fake of the first model, so that the budget has
 * its prices.
 */
export function documentModel(env: Env, budget: Gate): ChatModel {
  const gates = [lanes(LANES), budget];
  const chain = Object.entries(TARGETS)
    .filter(([name]) => env[name])
    .map(([, target]) => target);
  if (chain.length === 0)
    return createMajordomo({ providers: [fakeOpenAI()], gates }).model(TARGETS.OPENAI_API_KEY);
  const providers = [createOpenAI(), createAnthropic()];
  return createMajordomo({ providers, gates, env, fetch: undiciFetch() }).model(chain.join(','));
}

const FAKE_CALLS = 10_000;

function fakeOpenAI(): Provider {
  const turns = Array.from({ length: FAKE_CALLS }, () => fakeInvoice);
  return fakeProvider({ id: 'openai', vendor: 'openai', models: { 'gpt-5.4-mini': turns } });
}

/** Reads an invoice of the folder `documents` with regular expressions. A real model also reads other layouts. */
function fakeInvoice({ messages }: ModelRequest): Turn {
  const text = JSON.stringify(messages);
  const [, number] = /Invoice ([\w-]+)/.exec(text) ?? [];
  const [, issued] = /Date: ([\d-]+)/.exec(text) ?? [];
  const [, total, currency] = /Total: ([\d.]+) ([A-Z]{3})/.exec(text) ?? [];
  const usage = { input: 300, output: 40, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  return { text: JSON.stringify({ number, issued, total: Number(total), currency }), usage };
}
