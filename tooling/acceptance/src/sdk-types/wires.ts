import { join } from 'node:path';
import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI } from '@majordomo/provider-openai';
import { awsHandler } from '@majordomo/testing';
import { fetchOf, type Respond } from '../exchange.ts';
import type { Values } from './fixture.ts';
import type { TypeName } from './program.ts';
import {
  bedrockStream,
  ollamaStream,
  messagesStream,
  responsesStream,
  streamableResponse,
  chatStream,
  geminiStream,
  type StreamOf,
} from './streams.ts';

/** Wire whose SDK declares the type of a complete response. */
export interface SdkWire {
  readonly name: string;
  readonly type: TypeName;
  readonly values: Values;
  /** Whether the models report log probabilities, if a request asks for them. */
  readonly logprobs?: true;
  readonly spec: string;
  readonly provider: (respond: Respond) => Provider;
  /** Stream of the same content. For a wire with a type of chunks, it consists of one chunk. */
  readonly stream: StreamOf;
  /** Returns the response without content that a stream cannot contain. */
  readonly streamable?: (value: unknown) => unknown;
  /** Type of the chunks of a stream, for a wire whose streams contain neither the response nor its blocks. */
  readonly chunk?: TypeName;
}

const PROVIDERS = join(import.meta.dirname, '../../../../packages/providers');
const declaration = (provider: string, file: string): string =>
  join(PROVIDERS, provider, 'node_modules', file);

const apiKey = 'key';
const BASE64 = ['AAAA', 'AAAB'] as const;

/** Values of a response of which only the choice 0 is read. The totals are larger than the counts of their parts, which are 7 or 8. */
const FIRST_CHOICE: Values = {
  data: BASE64,
  'choices[Choice].index': [0, 1],
  'choices[Choice].finish_reason': ['stop', 'length'],
  'usage.completion_tokens': [100, 101],
  'usage.prompt_tokens': [200, 201],
};

export const SDK_WIRES: readonly SdkWire[] = [
  {
    name: 'openai, Chat Completions',
    type: {
      file: declaration('provider-openai', 'openai/resources/chat/completions/completions.d.ts'),
      name: 'ChatCompletion',
    },
    values: FIRST_CHOICE,
    logprobs: true,
    spec: 'openai-chat/gpt-5.4',
    provider: (respond) => createOpenAI({ id: 'openai-chat', api: 'chat', apiKey, fetch: fetchOf(respond) }),
    stream: chatStream,
    chunk: {
      file: declaration('provider-openai', 'openai/resources/chat/completions/completions.d.ts'),
      name: 'ChatCompletionChunk',
    },
  },
  {
    name: 'openai, Responses',
    type: {
      file: declaration('provider-openai', 'openai/resources/responses/responses.d.ts'),
      name: 'Response',
    },
    values: {
      status: ['completed', 'incomplete'],
      instructions: 'omitted',
      tools: 'omitted',
      prompt: 'omitted',
      error: 'omitted',
    },
    logprobs: true,
    spec: 'openai/gpt-5.4',
    provider: (respond) => createOpenAI({ apiKey, fetch: fetchOf(respond) }),
    stream: responsesStream,
  },
  {
    name: '@anthropic-ai/sdk',
    type: {
      file: declaration('provider-anthropic', '@anthropic-ai/sdk/resources/messages/messages.d.ts'),
      name: 'Message',
    },
    values: {},
    spec: 'anthropic/claude-opus-5-5',
    provider: (respond) => createAnthropic({ apiKey, fetch: fetchOf(respond) }),
    stream: messagesStream,
  },
  {
    name: '@google/genai',
    type: {
      file: declaration('provider-google', '@google/genai/dist/genai.d.ts'),
      name: 'GenerateContentResponse',
    },
    values: {
      data: BASE64,
      promptFeedback: 'omitted',
      partialArgs: 'omitted',
      willContinue: 'omitted',
      index: [0, 1],
      finishReason: ['STOP', 'MAX_TOKENS'],
      thought: [false, true],
      Part: 'one at a time',
      GroundingChunk: 'one at a time',
      groundingChunkIndices: [[0, 1, 2, 3], [1]],
      modality: ['IMAGE', 'AUDIO'],
    },
    logprobs: true,
    spec: 'google/gemini-3.5-pro',
    provider: (respond) => createGoogle({ apiKey, fetch: fetchOf(respond) }),
    stream: geminiStream,
  },
  {
    name: '@aws-sdk/client-bedrock-runtime',
    type: {
      file: declaration(
        'provider-bedrock',
        '@aws-sdk/client-bedrock-runtime/dist-types/models/models_0.d.ts',
      ),
      name: 'ConverseResponse',
    },
    values: { bytes: BASE64, redactedContent: BASE64 },
    spec: 'bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0',
    provider: (respond) =>
      createBedrock({ apiKey, region: 'us-east-1', requestHandler: () => awsHandler(fetchOf(respond)) }),
    stream: bedrockStream,
    streamable: streamableResponse,
  },
  {
    name: 'groq-sdk',
    type: {
      file: declaration('provider-groq', 'groq-sdk/resources/chat/completions.d.ts'),
      name: 'ChatCompletion',
    },
    values: FIRST_CHOICE,
    logprobs: true,
    spec: 'groq/openai/gpt-oss-120b',
    provider: (respond) => createGroq({ apiKey, fetch: fetchOf(respond) }),
    stream: chatStream,
    chunk: {
      file: declaration('provider-groq', 'groq-sdk/resources/chat/completions.d.ts'),
      name: 'ChatCompletionChunk',
    },
  },
  {
    name: '@cerebras/cerebras_cloud_sdk',
    type: {
      file: declaration('provider-cerebras', '@cerebras/cerebras_cloud_sdk/resources/chat/completions.d.ts'),
      name: 'ChatCompletion.ChatCompletionResponse',
    },
    values: FIRST_CHOICE,
    logprobs: true,
    spec: 'cerebras/gpt-oss-120b',
    provider: (respond) => createCerebras({ apiKey, fetch: fetchOf(respond) }),
    stream: chatStream,
    chunk: {
      file: declaration('provider-cerebras', '@cerebras/cerebras_cloud_sdk/resources/chat/completions.d.ts'),
      name: 'ChatCompletion.ChatChunkResponse',
    },
  },
  {
    name: 'ollama',
    type: { file: declaration('provider-ollama', 'ollama/dist/index.d.ts'), name: 'ChatResponse' },
    values: { images: 'omitted' },
    logprobs: true,
    spec: 'ollama/llama4',
    provider: (respond) => createOllama({ fetch: fetchOf(respond) }),
    stream: ollamaStream,
  },
];
