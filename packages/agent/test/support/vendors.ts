import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createGoogle } from '@majordomo/provider-google';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI, deepseek, mistral, openaiCompatible } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  bedrockConverse,
  chatDialects,
  geminiGenerate,
  ollamaChat,
  openaiChatWire,
  type Wire,
} from '@majordomo/testing';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** A provider, and the wire on which a server plays its vendor. */
export interface Vendor {
  readonly wire: Wire;
  /** Claude's signatures hold at both of its vendors; the wire server's each know only their own. */
  readonly signatures?: 'any';
  readonly model: string;
  open(baseURL: string): Provider;
}

const dialect = (name: string): Wire => openaiChatWire(chatDialects[name] ?? { name });
const apiKey = 'sk-test';

export const vendors: Readonly<Record<string, Vendor>> = {
  openai: {
    wire: dialect('openai'),
    model: 'gpt-4o-mini',
    open: (baseURL) => createOpenAI({ api: 'chat', baseURL, apiKey }),
  },
  deepseek: {
    wire: dialect('deepseek'),
    model: 'deepseek-reasoner',
    open: (baseURL) => openaiCompatible(deepseek, { baseURL, apiKey }),
  },
  mistral: {
    wire: dialect('mistral'),
    model: 'm',
    open: (baseURL) => openaiCompatible(mistral, { baseURL, apiKey }),
  },
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
};
