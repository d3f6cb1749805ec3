import type { Capabilities, FileLimits, ImageLimits } from '@majordomo/core';
import { TEXT_ONLY, type ModelRule, type ResponsesRule } from '../profile.ts';
import type { ChatQuirks } from '../chat/quirks.ts';
import type { WireQuirks } from '../quirks.ts';
import type { ResponsesQuirks } from '../responses/quirks.ts';

/** Limits of images in one request (guide to images, 2026-11). */
const IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  maxBytes: 20 * 2 ** 20,
  maxCount: 500,
  maxTotalBytes: 50 * 2 ** 20,
};

/** Limits of documents: less than 50 MB per file, 50 MB per request, any number of pages (guide to file inputs, 2026-11). */
const DOCUMENTS: FileLimits = { maxBytes: 50_000_000, maxTotalBytes: 50_000_000 };

const SEES: Capabilities = {
  images: IMAGES,
  files: ['application/pdf'],
  audio: false,
  fileLimits: DOCUMENTS,
};
const SEES_AND_REASONS: Capabilities = { ...SEES, reasoning: true };

/** Quirks of all reasoning models. Sources: guide to reasoning, 2026-11; for `stop`, a recorded error of gpt-5-mini. */
const REASONS: Partial<ChatQuirks> = {
  systemRole: 'developer',
  refuses: ['temperature', 'top_p', 'stop', 'frequency_penalty', 'presence_penalty', 'logprobs'],
};

type Efforts = ChatQuirks['efforts'];

/** Efforts by model generation (model pages and models.dev, 2026-07; `max` from 5.6 on: `ReasoningEffort` of openai 7.55). */
const EFFORTS: Readonly<Record<'early' | 'five' | 'wide' | 'pro' | 'late', Efforts>> = {
  early: ['low', 'medium', 'high'],
  five: ['minimal', 'low', 'medium', 'high'],
  wide: ['low', 'medium', 'high', 'xhigh'],
  pro: ['medium', 'high', 'xhigh'],
  late: ['low', 'medium', 'high', 'xhigh', 'max'],
};

/** Cache quirk from gpt-5.6 on: `prompt_cache_retention` is deprecated and sometimes rejected (openai 7.55; users, 2026). */
const NEW_CACHE = { cacheRequest: 'prompt_cache_options' } as const;

/** Quirk of models before GPT-5, and of chat models: the only value of `verbosity` is `medium` (recorded errors, 2026). */
const FIXED_LENGTH = { verbosity: false } as const;

/** Efforts and cache quirks of gpt-5.x. The first pattern that matches applies. */
const FIVE_POINT: readonly (readonly [RegExp, Efforts, Pick<WireQuirks, 'cacheRequest'>?])[] = [
  [/^gpt-5\.1-codex-max/, EFFORTS.wide],
  [/^gpt-5\.1(?!\d)/, EFFORTS.early],
  [/^gpt-5\.[2-5]-pro/, EFFORTS.pro],
  [/^gpt-5\.[2-5](?!\d)/, EFFORTS.wide],
  [/^gpt-5\./, EFFORTS.late, NEW_CACHE],
];

type SharedQuirks = Partial<Pick<WireQuirks, 'efforts' | 'cacheRequest' | 'verbosity'>> & {
  readonly reasoningOff?: 'minimal' | 'low' | 'omit';
};

/** Chat models, and their quirks on both APIs. */
const CHAT_MODELS: readonly (readonly [RegExp, SharedQuirks])[] = [
  [/^gpt-(?:5\.[6-9]|[6-9])[\w.]*-chat/, { ...NEW_CACHE, ...FIXED_LENGTH }],
  [/^gpt-5[\w.]*-chat/, FIXED_LENGTH],
];

/** Models that always reason, and their quirks on both APIs. */
const REASONING_MODELS: readonly (readonly [RegExp, SharedQuirks])[] = [
  [/^o\d/, { ...FIXED_LENGTH, reasoningOff: 'low', efforts: EFFORTS.early }],
  // From GPT-6 on, reasoning cannot be turned off. Sources: several clients (2026-09); `ChatModel` of openai 7.55 for the names.
  [/^gpt-(?:[6-9]|daybreak|rosalind)/, { ...NEW_CACHE, reasoningOff: 'low', efforts: EFFORTS.late }],
  [/^gpt-5-pro/, { reasoningOff: 'omit', efforts: ['high'] }],
  [/^gpt-5(?:-|$)/, { reasoningOff: 'minimal', efforts: EFFORTS.five }],
];

const GPT_4_WITH_IMAGES = /^(?:chat)?gpt-4(?:o|\.|-turbo)/;
const GPT_4 = /^gpt-(?:4|3\.5)/;

/** OpenAI's models by id over Chat Completions. The first rule that matches applies. Source: model pages, 2026-11. */
export const OPENAI_MODELS: readonly ModelRule[] = [
  {
    // These models do not support tools, system text or effort.
    pattern: /^o1-(?:mini|preview)/,
    quirks: { ...REASONS, ...FIXED_LENGTH, systemRole: 'system', reasoningRequest: 'none' },
    capabilities: { ...TEXT_ONLY, tools: false, output: false, reasoning: true },
  },
  ...CHAT_MODELS.map(([pattern, quirks]): ModelRule => ({
    pattern,
    quirks: { ...quirks, reasoningRequest: 'none' },
    capabilities: SEES,
  })),
  ...REASONING_MODELS.map(([pattern, quirks]): ModelRule => ({
    pattern,
    quirks: { ...REASONS, ...quirks },
    capabilities: SEES_AND_REASONS,
  })),
  // Most gpt-5 models from gpt-5.1 on do not reason by default. Without reasoning, these models accept sampling settings.
  ...FIVE_POINT.map(([pattern, efforts, cache]): ModelRule => ({
    pattern,
    quirks: { ...REASONS, refuses: ['stop'], efforts, ...cache },
    capabilities: SEES_AND_REASONS,
  })),
  // These models accept audio and text but no images, and only over Chat Completions (model pages, 2026-11).
  {
    pattern: /^gpt-(?:audio|4o(?:-mini)?-audio)/,
    quirks: { ...FIXED_LENGTH, reasoningRequest: 'none' },
    capabilities: { ...TEXT_ONLY, audio: ['audio/wav', 'audio/x-wav', 'audio/mpeg', 'audio/mp3'] },
  },
  { pattern: GPT_4_WITH_IMAGES, quirks: { ...FIXED_LENGTH, reasoningRequest: 'none' }, capabilities: SEES },
  { pattern: GPT_4, quirks: { ...FIXED_LENGTH, reasoningRequest: 'none' }, capabilities: TEXT_ONLY },
];

/**
 * Returns the quirk for loading tools. Only gpt-5.6 and later, which have the quirk `cacheRequest`, accept `additional_tools`
 * (openai 7.57; verified by another client for OpenAI, Codex and Copilot, 2026-10).
 */
const loadingOf = ({ cacheRequest }: SharedQuirks): Partial<ResponsesQuirks> =>
  cacheRequest === undefined ? {} : { toolLoading: 'additional_tools' };

/** Quirk of reasoning models, which reject sampling settings over Responses as well as over Chat Completions. */
const THINKS: Partial<ResponsesQuirks> = { refuses: ['temperature', 'top_p', 'top_logprobs'] };

/** Quirks of models without reasoning, which reject a request for encrypted reasoning (recorded by several clients, 2025). */
const PLAIN: Partial<ResponsesQuirks> = { reasoningRequest: 'none', reasoningReplay: 'omit' };

/** OpenAI's models by id over Responses. The first rule that matches applies. */
export const OPENAI_RESPONSES_MODELS: readonly ResponsesRule[] = [
  ...CHAT_MODELS.map(([pattern, quirks]): ResponsesRule => ({
    pattern,
    quirks: { ...PLAIN, ...quirks },
    capabilities: SEES,
  })),
  ...REASONING_MODELS.map(([pattern, quirks]): ResponsesRule => ({
    pattern,
    quirks: { ...THINKS, ...quirks, ...loadingOf(quirks) },
    capabilities: SEES_AND_REASONS,
  })),
  ...FIVE_POINT.map(([pattern, efforts, cache = {}]): ResponsesRule => ({
    pattern,
    quirks: { efforts, ...cache, ...loadingOf(cache) },
    capabilities: SEES_AND_REASONS,
  })),
  { pattern: GPT_4_WITH_IMAGES, quirks: { ...PLAIN, ...FIXED_LENGTH }, capabilities: SEES },
  { pattern: GPT_4, quirks: { ...PLAIN, ...FIXED_LENGTH }, capabilities: TEXT_ONLY },
];
