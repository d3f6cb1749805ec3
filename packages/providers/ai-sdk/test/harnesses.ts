import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createMajordomo } from '@majordomo/core';
import { createOpenAI as createOpenAIProvider } from '@majordomo/provider-openai';
import { anthropicMessages, openaiChat, openaiResponses, type Harness } from '@majordomo/conformance';
import { defaultSettingsMiddleware, wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { fromAISDK, toAISDK } from '../src/index.ts';

const keyOptions = (apiKey: string | undefined): { readonly apiKey?: string } =>
  apiKey === undefined ? {} : { apiKey };

/** Returns models with `store: false`, because otherwise the AI SDK refers to items that the vendor stores. */
const encrypted =
  (provider: (id: string) => LanguageModelV4) =>
  (id: string): LanguageModelV4 =>
    wrapLanguageModel({
      model: provider(id),
      middleware: defaultSettingsMiddleware({
        settings: { providerOptions: { openai: { store: false, include: ['reasoning.encrypted_content'] } } },
      }),
    });

/** Returns mock models of the AI SDK that answer through `toAISDK`. */
const roundTrip =
  (baseURL: string, apiKey: string | undefined) =>
  (id: string): LanguageModelV4 => {
    const provider = createOpenAIProvider({ baseURL, ...keyOptions(apiKey) });
    const model = toAISDK(createMajordomo({ providers: [provider], chain: { attempts: 1 } }))(`openai/${id}`);
    return new MockLanguageModelV4({
      doGenerate: (options) => model.doGenerate(options),
      doStream: (options) => model.doStream(options),
    });
  };

const REFUSAL = 'the AI SDK has one finish reason for refused and filtered answers: content-filter';

const REFUSAL_MARK = 'the AI SDK does not mark the text of a refusal';

const VENDOR_TOOLS = 'calls that the vendor ran itself are dropped with a warning';

const ALL_PACKAGES: Harness['cannot'] = {
  refusal: REFUSAL,
  'refusal-mark': REFUSAL_MARK,
  'vendor-parts': VENDOR_TOOLS,
  html: 'the packages skip content that is not an event stream, and end without a finish: truncated',
  'content-type': 'the packages ignore the content type of a body',
  'request-extra':
    'the packages receive `extra` as provider options, and read only the options that they know',
  'output-schemas': 'the packages send schemas unchanged; the application must write them for strict vendors',
  'chain-recover-parameter': 'changes of a rejected request depend on the wire, which the AI SDK hides',
};

const OPENAI: Harness['cannot'] = {
  ...ALL_PACKAGES,
  citations: 'the package emits sources as separate parts without the text that they support',
  'tool-result':
    'the package marks an error as {"error": …}, but the suite expects text that starts with "error"',
  'missing-call-ids': 'the package generates random ids',
  'marker-without-finish': 'the package ends as interrupted without a raw reason: truncated',
};

/** Harnesses of two providers of the AI SDK, one of them with both of its wires, and of a round trip through `toAISDK`. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  [
    'a mock model that calls a majordomo chain',
    {
      wire: openaiResponses,
      model: 'gpt-5',
      open: ({ baseURL, apiKey }) => fromAISDK(roundTrip(baseURL, apiKey), { id: 'theirs' }),
      cannot: {
        refusal: REFUSAL,
        'refusal-mark': REFUSAL_MARK,
        'vendor-parts': VENDOR_TOOLS,
        'served-model': 'the bridge reports the target as the id of the model',
        'bad-arguments': 'a suffix makes the arguments of a call that must not run invalid for the AI SDK',
        'abort-body':
          'the bridge returns a stream with its first content, so its headers are not a separate step',
      },
    },
  ],
  [
    '@ai-sdk/openai over Responses',
    {
      wire: openaiResponses,
      model: 'gpt-5',
      open: ({ baseURL, apiKey }) =>
        fromAISDK(encrypted(createOpenAI({ baseURL, ...keyOptions(apiKey) })), { id: 'theirs' }),
      cannot: {
        ...OPENAI,
        'interleaved-tool-calls': 'the package emits interleaved calls in the order in which they end',
        'unknown-finish': 'the package knows only the finish reasons of an incomplete answer',
      },
    },
  ],
  [
    '@ai-sdk/openai over Chat Completions',
    {
      wire: openaiChat,
      model: 'm',
      open: ({ baseURL, apiKey }) =>
        fromAISDK(createOpenAI({ baseURL, ...keyOptions(apiKey) }).chat, { id: 'theirs' }),
      cannot: {
        ...OPENAI,
        'abort-body':
          'the package returns a stream with its first content, so its headers are not a separate step',
        'tool-result-content': 'the package sends images of a result as JSON',
      },
    },
  ],
  [
    '@ai-sdk/anthropic',
    {
      wire: anthropicMessages,
      model: 'claude-haiku-4-5',
      open: ({ baseURL, apiKey }) =>
        fromAISDK(createAnthropic({ baseURL: `${baseURL}/v1`, ...keyOptions(apiKey) }), { id: 'theirs' }),
      cannot: {
        ...ALL_PACKAGES,
        'usage-missing': 'the package fails for an answer without usage',
        'finish-without-marker': 'the package reports an answer without its last event as interrupted',
        end: 'an end after the finish reason is an end before the last event; chain-end covers the other cases',
        'failure-blocked':
          'the vendor has no code for it, and only the provider of majordomo recognizes its message',
        'reasoning-foreign': 'the package requests thinking although the continued turn starts without it',
        'chain-recover-signature':
          'the vendor has no code for it, and only the provider of majordomo recognizes its message',
      },
    },
  ],
];
