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

/** Dialects that the suite's wire server has no vendor for: usage comes unasked (recordings of 2025-2026). */
const DIALECTS: Readonly<Record<string, ChatDialect>> = {
  ...chatDialects,
  perplexity: { name: 'perplexity', alwaysSendsUsage: true },
  unplaced: { name: 'unplaced', callIndexing: 'nowhere' },
};

const wireOf = (vendor: string): Harness['wire'] => openaiChatWire(DIALECTS[vendor] ?? { name: vendor });

const NOT_SENT_BACK = 'no recording shows that this vendor accepts its reasoning, so it is not sent';

const TOLD = 'its JSON mode accepts no schema, so the system text contains it';

const TEXT_ALONE = "Poolside's models accept text only";
const SEES_TEXT: Harness['cannot'] = { image: TEXT_ALONE, file: TEXT_ALONE, audio: TEXT_ALONE };

const NO_TOOLS = "Perplexity's models cannot call tools of the application";
const NO_FILES = "Perplexity's chat models accept text and images only";

const SEARCHES_ALONE: Harness['cannot'] = {
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

/** Servers with different ids of tool calls. */
const ODD_CALLS = ['gemini-compatible', 'unplaced'] as const;
const lab = (id: string): Profile => ({
  id,
  baseURL: 'http://lab/v1',
  keyEnv: 'LAB_KEY',
  quirks: id === 'gemini-compatible' ? { callSignature: 'required' } : {},
});

const IN_TURN = 'fragments without a call id cannot be interleaved';
const ODD_CANNOT: Readonly<Record<(typeof ODD_CALLS)[number], Harness['cannot']>> = {
  'gemini-compatible': { 'interleaved-tool-calls': IN_TURN },
  unplaced: { 'interleaved-tool-calls': IN_TURN },
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

const DEAF: Harness['cannot'] = {
  audio: 'this model accepts no audio; models with "audio" in their names do',
};

/**
 * Models of OpenAI over Chat Completions, and profiles of other vendors. Those that only rename a base URL are one case,
 * which `together` stands for.
 */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [
  openai('gpt-4o-mini', DEAF),
  openai('gpt-5', DEAF),
  openai('m'),
  openai('gpt-5.4', DEAF),
  openai('gpt-6-sol', DEAF),
  ...ODD_CALLS.map((id) => compatible(lab(id), ODD_CANNOT[id])),
  compatible(cerebras, { 'reasoning-replay': NOT_SENT_BACK }),
  compatible(deepseek, { 'structured-output': TOLD }),
  compatible(groq, { 'reasoning-replay': NOT_SENT_BACK }),
  compatible(mimo, { 'structured-output': TOLD }),
  compatible(minimax, { 'structured-output': TOLD }),
  compatible(mistral, { 'moderation-usage': 'the response has no usage, and no fee per value is published' }),
  compatible(poolside, SEES_TEXT),
  compatible(openrouter),
  compatible(together),
  compatible(vercelGateway),
  compatible(xai),
  compatible(zai, { 'structured-output': TOLD }),
  compatible(fireworks),
  compatible(alibaba, { 'reasoning-replay': NOT_SENT_BACK, 'structured-output': TOLD }),
  compatible(azureOpenAI({ resource: 'r' })),
  compatible(cohere),
  compatible(jina),
  compatible(voyage),
  compatible(huggingface),
  compatible(moonshot, { 'structured-output': TOLD }),
  compatible(perplexity, SEARCHES_ALONE),
  ...[llamacpp, lmstudio, sglang, vllm].map((profile) => compatible({ ...profile, keyEnv: 'LAB_KEY' })),
];
