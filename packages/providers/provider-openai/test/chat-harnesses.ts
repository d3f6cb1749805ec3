import { chatDialects, openaiChatWire, type ChatDialect, type Harness } from '@majordomo/conformance';
import {
  alibaba,
  azureOpenAI,
  cerebras,
  cohere,
  createOpenAI,
  deepseek,
  fireworks,
  groq,
  huggingface,
  jina,
  llamacpp,
  lmstudio,
  mimo,
  minimax,
  mistral,
  moonshot,
  openaiCompatible,
  openrouter,
  perplexity,
  poolside,
  sglang,
  together,
  vercelGateway,
  vllm,
  voyage,
  xai,
  zai,
  type Profile,
} from '../src/index.ts';

import { harnessModels, OPENAI_MODELS } from './harness-models.ts';

/** Dialects for which the suite's wire server has no vendor. They send usage without a request (recordings of 2025-2026). */
const DIALECTS: Readonly<Record<string, ChatDialect>> = {
  ...chatDialects,
  perplexity: { name: 'perplexity', alwaysSendsUsage: true },
  unplaced: { name: 'unplaced', callIndexing: 'nowhere' },
};

const wireOf = (vendor: string): Harness['wire'] => openaiChatWire(DIALECTS[vendor] ?? { name: vendor });

const NOT_SENT_BACK = 'no recording shows that this vendor accepts its reasoning, so it is not sent';

const SCHEMA_IN_SYSTEM_TEXT = 'its JSON mode accepts no schema, so the system text contains it';

const TEXT_ONLY = "Poolside's models accept text only";
const TEXT_INPUT_ONLY: Harness['cannot'] = { image: TEXT_ONLY, file: TEXT_ONLY, audio: TEXT_ONLY };

const NO_TOOLS = "Perplexity's models cannot call tools of the application";
const NO_FILES = "Perplexity's chat models accept text and images only";

const SEARCH_MODEL_CANNOT: Harness['cannot'] = {
  'tool-call': NO_TOOLS,
  'parallel-tool-calls': NO_TOOLS,
  'interleaved-tool-calls': NO_TOOLS,
  'streamed-arguments': NO_TOOLS,
  'missing-call-ids': NO_TOOLS,
  'empty-arguments': NO_TOOLS,
  'bad-arguments': NO_TOOLS,
  'tool-result': NO_TOOLS,
  'loaded-tools': NO_TOOLS,
  'foreign-tool-ids': NO_TOOLS,
  'made-up-tool-names': NO_TOOLS,
  'text-with-tool-calls': NO_TOOLS,
  'user-after-tools': NO_TOOLS,
  'fitted-tool-names': NO_TOOLS,
  'tool-schemas': NO_TOOLS,
  'prefix-stability': NO_TOOLS,
  'request-tools': NO_TOOLS,
  'request-tool-choice': NO_TOOLS,
  'tool-result-content': NO_TOOLS,
  frozen: NO_TOOLS,
  file: NO_FILES,
  audio: NO_FILES,
};

const compatible = (profile: Profile, cannot?: Harness['cannot']): [string, Harness] => [
  profile.id,
  {
    wire: wireOf(profile.id),
    model: 'm',
    models: harnessModels(profile),
    open: ({ baseURL, apiKey }) => openaiCompatible(profile, { baseURL, apiKey }),
    cannot,
  },
];

/** Servers with unusual ids of tool calls. */
const UNUSUAL_CALL_IDS = ['gemini-compatible', 'unplaced'] as const;
const selfHostedProfile = (id: string): Profile => ({
  id,
  baseURL: 'http://lab/v1',
  keyEnv: 'LAB_KEY',
  quirks: id === 'gemini-compatible' ? { callSignature: 'required' } : {},
});

const NO_INTERLEAVED_CALLS = 'fragments without a call id cannot be interleaved';
const UNUSUAL_CALL_IDS_CANNOT: Readonly<Record<(typeof UNUSUAL_CALL_IDS)[number], Harness['cannot']>> = {
  'gemini-compatible': { 'interleaved-tool-calls': NO_INTERLEAVED_CALLS },
  unplaced: { 'interleaved-tool-calls': NO_INTERLEAVED_CALLS },
};

const openai = (model: string, cannot?: Harness['cannot']): [string, Harness] => [
  `openai/${model}`,
  {
    wire: wireOf('openai'),
    model,
    models: OPENAI_MODELS,
    open: ({ baseURL, apiKey }) => createOpenAI({ api: 'chat', baseURL, apiKey }),
    cannot,
  },
];

const NO_AUDIO: Harness['cannot'] = {
  audio: 'this model accepts no audio; models with "audio" in their names do',
};

/**
 * Models of OpenAI over Chat Completions, and profiles of other vendors. `together` represents all profiles that change
 * only the base URL.
 */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  openai('gpt-4o-mini', NO_AUDIO),
  openai('gpt-5', NO_AUDIO),
  openai('m'),
  openai('gpt-5.4', NO_AUDIO),
  openai('gpt-6-sol', NO_AUDIO),
  ...UNUSUAL_CALL_IDS.map((id) => compatible(selfHostedProfile(id), UNUSUAL_CALL_IDS_CANNOT[id])),
  compatible(cerebras, { 'reasoning-replay': NOT_SENT_BACK }),
  compatible(deepseek, { 'structured-output': SCHEMA_IN_SYSTEM_TEXT }),
  compatible(groq, { 'reasoning-replay': NOT_SENT_BACK }),
  compatible(mimo, { 'structured-output': SCHEMA_IN_SYSTEM_TEXT }),
  compatible(minimax, { 'structured-output': SCHEMA_IN_SYSTEM_TEXT }),
  compatible(mistral, { 'moderation-usage': 'the response has no usage, and no fee per value is published' }),
  compatible(poolside, TEXT_INPUT_ONLY),
  compatible(openrouter),
  compatible(together),
  compatible(vercelGateway),
  compatible(xai),
  compatible(zai, { 'structured-output': SCHEMA_IN_SYSTEM_TEXT }),
  compatible(fireworks),
  compatible(alibaba, { 'reasoning-replay': NOT_SENT_BACK, 'structured-output': SCHEMA_IN_SYSTEM_TEXT }),
  compatible(azureOpenAI({ resource: 'r' })),
  compatible(cohere),
  compatible(jina),
  compatible(voyage),
  compatible(huggingface),
  compatible(moonshot, { 'structured-output': SCHEMA_IN_SYSTEM_TEXT }),
  compatible(perplexity, SEARCH_MODEL_CANNOT),
  ...[llamacpp, lmstudio, sglang, vllm].map((profile) => compatible({ ...profile, keyEnv: 'LAB_KEY' })),
];
