import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createLlamaSwap } from '@majordomo/provider-llama-swap';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  bedrockConverse,
  chatDialects,
  geminiGenerate,
  ollamaChat,
  openaiChat,
  openaiChatWire,
  openaiResponses,
  workersaiRun,
  type Wire,
} from '@majordomo/conformance';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { awsHandler } from '@majordomo/testing';
import { fetchOf, type Respond } from './exchange.ts';

/** API with a provider that implements it, and a model that accepts everything that the tests send. */
export interface Side {
  readonly wire: Wire;
  readonly model: string;
  provider(id: string, baseURL: string): Provider;
  /** Provider without a socket, for an SDK without a `fetch` option. */
  offline?(id: string, respond: Respond): Provider;
}

const apiKey = 'test-key';

export const SIDES: readonly Side[] = [
  {
    wire: openaiChat,
    model: 'gpt-4.1',
    provider: (id, baseURL) => createOpenAI({ id, apiKey, baseURL, api: 'chat' }),
  },
  {
    wire: anthropicMessages,
    model: 'claude-sonnet-4-5',
    provider: (id, baseURL) => createAnthropic({ id, apiKey, baseURL }),
  },
  {
    wire: geminiGenerate,
    model: 'gemini-2.5-pro',
    provider: (id, baseURL) => createGoogle({ id, apiKey, baseURL }),
  },
  {
    wire: bedrockConverse,
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    // The test server supports only HTTP/1.1.
    provider: (id, baseURL) =>
      createBedrock({
        id,
        apiKey,
        baseURL,
        region: 'us-east-1',
        requestHandler: () => new NodeHttpHandler(),
      }),
    offline: (id, respond) =>
      createBedrock({ id, apiKey, region: 'us-east-1', requestHandler: () => awsHandler(fetchOf(respond)) }),
  },
  {
    wire: ollamaChat,
    model: 'some-vision-model',
    provider: (id, baseURL) => createOllama({ id, apiKey, baseURL }),
  },
  {
    wire: openaiResponses,
    model: 'gpt-5',
    provider: (id, baseURL) => createOpenAI({ id, apiKey, baseURL }),
  },
];

/** The model ids belong to the API's vendor. */
export const WORKERS_AI: Side = {
  wire: workersaiRun,
  model: '@cf/some/vision-model',
  provider: (id, baseURL) => createCloudflare({ id, apiKey, baseURL, accountId: 'account' }),
};

const dialect = (vendor: string): Wire => openaiChatWire(chatDialects[vendor]);

/** Providers with a separate SDK or server that use Chat Completions. */
export const CHAT_SIDES: readonly (readonly [name: string, side: Side])[] = [
  [
    'groq by its SDK',
    {
      wire: dialect('groq'),
      model: 'some-model',
      provider: (id, baseURL) => createGroq({ id, apiKey, baseURL: new URL(baseURL).origin }),
    },
  ],
  [
    'cerebras by its SDK',
    {
      wire: dialect('cerebras'),
      model: 'some-model',
      provider: (id, baseURL) => createCerebras({ id, apiKey, baseURL: new URL(baseURL).origin }),
    },
  ],
  [
    'llama-swap',
    {
      wire: dialect('llamacpp'),
      model: 'some-model',
      provider: (id, baseURL) => createLlamaSwap({ id, apiKey, baseURL }),
    },
  ],
];

/** The two providers that the long tests use for most calls. */
export const MAIN_SIDES: readonly [Side, Side] = [SIDES[0] as Side, SIDES[1] as Side];
