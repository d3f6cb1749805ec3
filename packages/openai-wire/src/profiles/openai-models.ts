import type { Capabilities, FileLimits, ImageLimits } from '@majordomo/core';
import type { ModelRule } from '../profile.ts';
import type { ChatQuirks } from '../chat/quirks.ts';
import type { ResponsesRule } from '../profile.ts';
import type { ResponsesQuirks } from '../responses/quirks.ts';

/** Limits of one request, from the guide to images (2026-11). */
const IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  maxBytes: 20 * 2 ** 20,
  maxCount: 500,
  maxTotalBytes: 50 * 2 ** 20,
};

/** Guide to file inputs, 2026-11: less than 50 MB each, and 50 MB in one request. It names no limit of pages. */
const DOCUMENTS: FileLimits = { maxBytes: 50_000_000, maxTotalBytes: 50_000_000 };

const SEES: Capabilities = {
  images: IMAGES,
  files: ['application/pdf'],
  audio: false,
  fileLimits: DOCUMENTS,
};
const SEES_AND_REASONS: Capabilities = { ...SEES, reasoning: true };

/** What reasoning models have in common (guide to reasoning, 2026-11; `stop`: recorded refusal of gpt-5-mini). */
const REASONS: Partial<ChatQuirks> = {
  systemRole: 'developer',
  refuses: ['temperature', 'top_p', 'stop', 'frequency_penalty', 'presence_penalty', 'logprobs'],
};

type Efforts = ChatQuirks['efforts'];

/** Words for effort by model (model pages, and models.dev of 2026-07; from 5.6 on `max`: `ReasoningEffort` of openai 7.55). */
const WORDS: Readonly<Record<'early' | 'five' | 'wide' | 'pro' | 'late', Efforts>> = {
  early: ['low', 'medium', 'high'],
  five: ['minimal', 'low', 'medium', 'high'],
  wide: ['low', 'medium', 'high', 'xhigh'],
  pro: ['medium', 'high', 'xhigh'],
  late: ['low', 'medium', 'high', 'xhigh', 'max'],
};

/** The lines of 5.x; first match wins. */
const FIVE_POINT: readonly (readonly [RegExp, Efforts])[] = [
  [/^gpt-5\.1-codex-max/, WORDS.wide],
  [/^gpt-5\.1(?!\d)/, WORDS.early],
  [/^gpt-5\.[2-5]-pro/, WORDS.pro],
  [/^gpt-5\.[2-5](?!\d)/, WORDS.wide],
  [/^gpt-5\./, WORDS.late],
];

const ALWAYS_REASONS = /^gpt-(?:[6-9]|daybreak|rosalind)/;

/**
 * OpenAI's models by id; first match wins, an unknown id gets the defaults of the wire. From the model pages,
 * 2026-11.
 */
export const OPENAI_MODELS: readonly ModelRule[] = [
  {
    // These two came before tools, system text and effort.
    pattern: /^o1-(?:mini|preview)/,
    quirks: { ...REASONS, systemRole: 'system', reasoningRequest: 'none' },
    capabilities: { tools: false, images: false, files: false, audio: false, output: false, reasoning: true },
  },
  {
    pattern: /^o\d/,
    quirks: { ...REASONS, reasoningOff: 'low', efforts: WORDS.early },
    capabilities: SEES_AND_REASONS,
  },
  { pattern: /^gpt-[5-9][\w.]*-chat/, quirks: { reasoningRequest: 'none' }, capabilities: SEES },
  // From 6 on reasoning cannot be switched off (several clients, 2026-09; names: `ChatModel` of openai 7.55).
  {
    pattern: ALWAYS_REASONS,
    quirks: { ...REASONS, reasoningOff: 'low', efforts: WORDS.late },
    capabilities: SEES_AND_REASONS,
  },
  {
    pattern: /^gpt-5-pro/,
    quirks: { ...REASONS, reasoningOff: 'omit', efforts: ['high'] },
    capabilities: SEES_AND_REASONS,
  },
  {
    pattern: /^gpt-5(?:-|$)/,
    quirks: { ...REASONS, reasoningOff: 'minimal', efforts: WORDS.five },
    capabilities: SEES_AND_REASONS,
  },
  // From 5.1 on reasoning is off unless asked for, and then sampling settings are taken.
  ...FIVE_POINT.map(([pattern, efforts]): ModelRule => ({
    pattern,
    quirks: { ...REASONS, refuses: ['stop'], efforts },
    capabilities: SEES_AND_REASONS,
  })),
  // Model pages, 2026-11: audio and text, no images. Over this wire alone.
  {
    pattern: /^gpt-(?:audio|4o(?:-mini)?-audio)/,
    quirks: { reasoningRequest: 'none' },
    capabilities: {
      images: false,
      files: false,
      audio: ['audio/wav', 'audio/x-wav', 'audio/mpeg', 'audio/mp3'],
    },
  },
  { pattern: /^(?:chat)?gpt-4(?:o|\.|-turbo)/, quirks: { reasoningRequest: 'none' }, capabilities: SEES },
  {
    pattern: /^gpt-(?:4|3\.5)/,
    quirks: { reasoningRequest: 'none' },
    capabilities: { images: false, files: false, audio: false },
  },
];

/** Reasoning models take no sampling settings on this wire either. */
const THINKS: Partial<ResponsesQuirks> = { refuses: ['temperature', 'top_p', 'top_logprobs'] };

/** Models without reasoning refuse to be asked for its encrypted form (recorded by several clients, 2025). */
const PLAIN: Partial<ResponsesQuirks> = { reasoningRequest: 'none', reasoningReplay: 'omit' };

/** The same models over Responses. */
export const OPENAI_RESPONSES_MODELS: readonly ResponsesRule[] = [
  {
    pattern: /^o\d/,
    quirks: { ...THINKS, reasoningOff: 'low', efforts: WORDS.early },
    capabilities: SEES_AND_REASONS,
  },
  { pattern: /^gpt-[5-9][\w.]*-chat/, quirks: PLAIN, capabilities: SEES },
  {
    pattern: ALWAYS_REASONS,
    quirks: { ...THINKS, reasoningOff: 'low', efforts: WORDS.late },
    capabilities: SEES_AND_REASONS,
  },
  {
    pattern: /^gpt-5-pro/,
    quirks: { ...THINKS, reasoningOff: 'omit', efforts: ['high'] },
    capabilities: SEES_AND_REASONS,
  },
  {
    pattern: /^gpt-5(?:-|$)/,
    quirks: { ...THINKS, reasoningOff: 'minimal', efforts: WORDS.five },
    capabilities: SEES_AND_REASONS,
  },
  ...FIVE_POINT.map(([pattern, efforts]): ResponsesRule => ({
    pattern,
    quirks: { efforts },
    capabilities: SEES_AND_REASONS,
  })),
  { pattern: /^(?:chat)?gpt-4(?:o|\.|-turbo)/, quirks: PLAIN, capabilities: SEES },
  { pattern: /^gpt-(?:4|3\.5)/, quirks: PLAIN, capabilities: { images: false, files: false, audio: false } },
];
