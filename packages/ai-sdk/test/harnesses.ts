import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createMajordomo } from '@majordomo/core';
import { createOpenAI as ours } from '@majordomo/provider-openai';
import { anthropicMessages, openaiChat, openaiResponses, type Harness } from '@majordomo/conformance';
import { defaultSettingsMiddleware, wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { fromAISDK, toAISDK } from '../src/index.ts';

const keyed = (apiKey: string | undefined): { readonly apiKey?: string } =>
  apiKey === undefined ? {} : { apiKey };

/** The AI SDK refers to items that the vendor stores, unless `store` is false. */
const encrypted =
  (provider: (id: string) => LanguageModelV4) =>
  (id: string): LanguageModelV4 =>
    wrapLanguageModel({
      model: provider(id),
      middleware: defaultSettingsMiddleware({
        settings: { providerOptions: { openai: { store: false, include: ['reasoning.encrypted_content'] } } },
      }),
    });

/** The AI SDK's mock of a model, which answers as our bridge does. */
const thereAndBack =
  (baseURL: string, apiKey: string | undefined) =>
  (id: string): LanguageModelV4 => {
    const provider = ours({ baseURL, ...keyed(apiKey) });
    const model = toAISDK(createMajordomo({ providers: [provider], chain: { attempts: 1 } }))(`openai/${id}`);
    return new MockLanguageModelV4({
      doGenerate: (options) => model.doGenerate(options),
      doStream: (options) => model.doStream(options),
    });
  };

const REFUSAL = 'the AI SDK has one finish for what was refused and what was filtered: content-filter';

const MARK = 'the AI SDK does not mark the text of a refusal';

const RAN = 'what a vendor ran of itself is dropped on the way from the AI SDK, with a warning';

const EVERY: Harness['cannot'] = {
  refusal: REFUSAL,
  'refusal-mark': MARK,
  'vendor-parts': RAN,
  html: 'their packages read past what is no event stream, and end without a finish: truncated',
  'content-type': 'their packages read a body whatever its type says',
  'output-schemas':
    'their packages send schemas as they are: those for strict vendors are the app’s to write',
  'chain-recover-parameter':
    'what a refused request is changed to is known of wires, and theirs are behind the AI SDK',
};

const OPENAI: Harness['cannot'] = {
  ...EVERY,
  citations: 'its package tells sources as parts of their own, and not which text rests on them',
  'tool-result':
    'its package marks an error as {"error": …}, where the suite reads a text that begins with the word',
  'missing-call-ids': 'its package makes them up at random',
  'marker-without-finish': 'its package ends as interrupted without a word of the vendor’s: truncated',
};

/** Two of the AI SDK's own providers, one of them over both of its wires. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  [
    'a mocked model over a chain of ours, there and back',
    {
      wire: openaiResponses,
      model: 'gpt-5',
      open: ({ baseURL, apiKey }) => fromAISDK(thereAndBack(baseURL, apiKey), { id: 'theirs' }),
      cannot: {
        refusal: REFUSAL,
        'refusal-mark': MARK,
        'vendor-parts': RAN,
        'bad-arguments':
          'a call that must not run gets a mark behind its arguments, so that the AI SDK cannot read them',
        'abort-body': 'our bridge hands over a stream with the first content: its headers are no step',
      },
    },
  ],
  [
    '@ai-sdk/openai over Responses',
    {
      wire: openaiResponses,
      model: 'gpt-5',
      open: ({ baseURL, apiKey }) =>
        fromAISDK(encrypted(createOpenAI({ baseURL, ...keyed(apiKey) })), { id: 'theirs' }),
      cannot: {
        ...OPENAI,
        'interleaved-tool-calls': 'its package tells calls that take turns in the order in which they end',
        'unknown-finish': 'its package knows no words for a finish but those of an incomplete answer',
      },
    },
  ],
  [
    '@ai-sdk/openai over Chat Completions',
    {
      wire: openaiChat,
      model: 'm',
      open: ({ baseURL, apiKey }) =>
        fromAISDK(createOpenAI({ baseURL, ...keyed(apiKey) }).chat, { id: 'theirs' }),
      cannot: {
        ...OPENAI,
        'abort-body': 'its package hands over a stream with the first content: its headers are no step',
        'tool-result-content': 'its package writes the pictures of a result as JSON',
      },
    },
  ],
  [
    '@ai-sdk/anthropic',
    {
      wire: anthropicMessages,
      model: 'claude-haiku-4-5',
      open: ({ baseURL, apiKey }) =>
        fromAISDK(createAnthropic({ baseURL: `${baseURL}/v1`, ...keyed(apiKey) }), { id: 'theirs' }),
      cannot: {
        ...EVERY,
        'usage-missing': 'its package fails on an answer without usage',
        'finish-without-marker': 'its package calls an answer without its last event interrupted',
        end: 'as above: an end behind the finish reason is one before the last event; chain-end shows the others',
        'failure-blocked': 'the vendor has no code for it, and its words are known to its own package alone',
        'reasoning-foreign':
          'its package asks for thinking where the turn that goes on has none to begin with',
        'chain-recover-signature':
          'the vendor has no code for it, and its words are known to its own package alone',
      },
    },
  ],
];
