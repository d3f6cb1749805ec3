import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { anthropicMessages, openaiChat, type Wire } from '@majordomo/testing';

/** A wire with the provider that speaks it, and a model that takes everything the tests send. */
export interface Side {
  readonly wire: Wire;
  readonly model: string;
  provider(id: string, baseURL: string): Provider;
}

export const SIDES: readonly Side[] = [
  {
    wire: openaiChat,
    model: 'gpt-4.1',
    provider: (id, baseURL) => createOpenAI({ id, apiKey: 'test-key', baseURL, api: 'chat' }),
  },
  {
    wire: anthropicMessages,
    model: 'claude-sonnet-4-5',
    provider: (id, baseURL) => createAnthropic({ id, apiKey: 'test-key', baseURL }),
  },
];
