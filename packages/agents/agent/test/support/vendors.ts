import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createLlamaSwap } from '@majordomo/provider-llama-swap';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI, deepseek, mistral, openaiCompatible } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  bedrockConverse,
  chatDialects,
  geminiGenerate,
  ollamaChat,
  openaiChatWire,
  openaiResponses,
  workersaiRun,
  type Wire,
} from '@majordomo/conformance';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Provider, and the wire on which a server simulates its vendor. */
export interface Vendor {
  readonly wire: Wire;
  /** Set for Claude: both of its vendors accept the signatures of the other, but each wire server knows only its own. */
  readonly signatures?: 'any';
  readonly model: string;
  open(baseURL: string): Provider;
}

const dialect = (name: string): Wire => openaiChatWire(chatDialects[name]);
const apiKey = 'sk-test';

/** Returns a vendor of the chat wire, simulated in its dialect. */
const chat = (name: string, model: string, open: Vendor['open']): Vendor => ({
  wire: dialect(name),
  model,
  open,
});

/** Every provider that supports tools. The chat wire appears in each dialect that differs. */
export const vendors: Readonly<Record<string, Vendor>> = {
  'openai responses': {
    wire: openaiResponses,
    model: 'gpt-5',
    open: (baseURL) => createOpenAI({ baseURL, apiKey }),
  },
  openai: chat('openai', 'gpt-4o-mini', (baseURL) => createOpenAI({ api: 'chat', baseURL, apiKey })),
  deepseek: chat('deepseek', 'deepseek-reasoner', (baseURL) =>
    openaiCompatible(deepseek, { baseURL, apiKey }),
  ),
  mistral: chat('mistral', 'm', (baseURL) => openaiCompatible(mistral, { baseURL, apiKey })),
  groq: chat('groq', 'm', (baseURL) => createGroq({ baseURL: new URL(baseURL).origin, apiKey })),
  cerebras: chat('cerebras', 'm', (baseURL) => createCerebras({ baseURL: new URL(baseURL).origin, apiKey })),
  'llama-swap': chat('llamacpp', 'qwen3:30b', (baseURL) => createLlamaSwap({ baseURL, apiKey })),
  anthropic: {
    wire: anthropicMessages,
    signatures: 'any',
    model: 'claude-haiku-4-5',
    open: (baseURL) => createAnthropic({ baseURL, apiKey }),
  },
  google: {
    wire: geminiGenerate,
    model: 'gemini-2.5-pro',
    open: (baseURL) => createGoogle({ baseURL, apiKey }),
  },
  ollama: { wire: ollamaChat, model: 'qwen3:4b', open: (baseURL) => createOllama({ baseURL, apiKey }) },
  bedrock: {
    wire: bedrockConverse,
    signatures: 'any',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    open: (baseURL) =>
      createBedrock({ baseURL, apiKey, region: 'us-east-1', requestHandler: () => new NodeHttpHandler() }),
  },
  cloudflare: {
    wire: workersaiRun,
    model: '@cf/openai/gpt-oss-120b',
    open: (baseURL) => createCloudflare({ baseURL, apiKey, accountId: 'acc' }),
  },
};
