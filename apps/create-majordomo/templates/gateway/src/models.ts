import type { Env, Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { fakeProvider } from '@majordomo/testing';

/** Names that clients use, with the models in the order in which they are called. */
const MODELS = {
  smart: ['openai/gpt-5.4', 'anthropic/claude-sonnet-5'],
  fast: ['openai/gpt-5.4-mini', 'anthropic/claude-haiku-4-5'],
};
/** Variables of the keys, by the beginning of the models. */
const KEYS = { OPENAI_API_KEY: 'openai/', ANTHROPIC_API_KEY: 'anthropic/' };

/** Providers, and a chain for each name. */
export interface Backends {
  readonly providers: readonly Provider[];
  readonly models: Readonly<Record<string, string>>;
}

/** Returns the backends whose keys are set. If no key is set, returns a fake of OpenAI, so that the budgets have its prices. */
export function backendsOf(env: Env): Backends {
  const available = Object.entries(KEYS)
    .filter(([name]) => env[name])
    .map(([, beginning]) => beginning);
  if (available.length === 0) return { providers: [fakeOpenAI()], models: modelsOf([KEYS.OPENAI_API_KEY]) };
  return { providers: [createOpenAI(), createAnthropic()], models: modelsOf(available) };
}

function modelsOf(available: readonly string[]): Readonly<Record<string, string>> {
  const isAvailable = (target: string): boolean =>
    available.some((beginning) => target.startsWith(beginning));
  return Object.fromEntries(
    Object.entries(MODELS).map(([name, targets]) => [name, targets.filter(isAvailable).join(',')]),
  );
}

const FAKE_CALLS = 10_000;

function fakeOpenAI(): Provider {
  const usage = { input: 20, output: 12, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  const turn = { text: 'This is the fake model of the gateway. Set a key in .env.', usage };
  const turns = Array.from({ length: FAKE_CALLS }, () => turn);
  return fakeProvider({
    id: 'openai',
    vendor: 'openai',
    models: { 'gpt-5.4': turns, 'gpt-5.4-mini': turns },
  });
}
