import type { Capabilities } from '@majordomo/core';
import { geminiFamily } from '@majordomo/core/provider';
import { GEMINI_QUIRKS, type GeminiQuirks, type Thinking } from './quirks.ts';

export interface ModelRule {
  /** Against the last segment of the model id. */
  readonly match: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<GeminiQuirks>;
}

const FILES: readonly string[] = [
  'application/pdf',
  'text/plain',
  'text/html',
  'text/css',
  'text/csv',
  'text/xml',
  'text/markdown',
  'application/json',
  'audio/wav',
  'audio/mp3',
  'audio/mpeg',
  'audio/aac',
  'audio/ogg',
  'audio/flac',
  'audio/aiff',
  'video/mp4',
  'video/mpeg',
  'video/quicktime',
  'video/webm',
  'video/3gpp',
];

/** ai.google.dev and cloud.google.com model pages, 2026-11: 7 MB for one inline file is the tighter of both limits. */
const MULTIMODAL: Capabilities = {
  tools: true,
  images: {
    mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'],
    maxBytes: 7 * 1024 * 1024,
    maxCount: 900,
  },
  files: FILES,
  output: 'native',
  reasoning: true,
  contextTokens: 1_048_576,
  maxOutputTokens: 65_536,
};

const BEFORE_3: Partial<GeminiQuirks> = {
  unsignedCalls: 'send',
  toolImages: 'after-responses',
  outputWithTools: false,
};

/** Budgets are tokens; a pro model cannot stop thinking (least 128), a lite one thinks from 512 on. */
const budget = (none: number, low: number): Thinking => ({
  by: 'budget',
  tokens: { none, low, medium: 8192, high: 24_576 },
});

/** First match wins. Levels: the table of the thinking guide, 2026-11. */
export const MODEL_RULES: readonly ModelRule[] = [
  {
    match: /^gemini-(?:1|2\.0)\b/,
    capabilities: { ...MULTIMODAL, reasoning: false, maxOutputTokens: 8192 },
    quirks: { ...BEFORE_3, thinking: { by: 'none' } },
  },
  { match: /^gemini-2\.5-flash-image\b/, capabilities: { ...MULTIMODAL, tools: false, reasoning: false }, quirks: { ...BEFORE_3, thinking: { by: 'none' } } },
  { match: /^gemini-2\.5-flash-lite\b/, capabilities: MULTIMODAL, quirks: { ...BEFORE_3, thinking: budget(0, 1024) } },
  { match: /^gemini-2\.5-flash\b/, capabilities: MULTIMODAL, quirks: { ...BEFORE_3, thinking: budget(0, 1024) } },
  { match: /^gemini-2\.5-pro\b/, capabilities: MULTIMODAL, quirks: { ...BEFORE_3, thinking: budget(128, 1024) } },
  { match: /^gemini-3-pro-preview\b/, capabilities: MULTIMODAL, quirks: { thinking: { by: 'level', levels: ['low', 'high'] } } },
  {
    match: /^gemini-3(?:\.[1-6])?-flash\b/,
    capabilities: MULTIMODAL,
    quirks: { thinking: { by: 'level', levels: ['minimal', 'low', 'medium', 'high'] } },
  },
  { match: /^gemini-[3-9]/, capabilities: MULTIMODAL, quirks: {} },
  { match: /^gemma-/, capabilities: { reasoning: false }, quirks: { ...BEFORE_3, thinking: { by: 'none' } } },
  { match: /./, capabilities: {}, quirks: {} },
];

/** The bare id: `models/x`, `publishers/google/models/x` and whole resource names are all `x`. */
const bareId = (modelId: string): string => modelId.slice(modelId.lastIndexOf('/') + 1);

/** What is known of a model, with its quirks laid over the wire's. */
export function modelFacts(modelId: string): { readonly capabilities: Capabilities; readonly quirks: GeminiQuirks } {
  const id = bareId(modelId);
  const rule = MODEL_RULES.find(({ match }) => match.test(id));
  return { capabilities: rule?.capabilities ?? {}, quirks: { ...GEMINI_QUIRKS, ...rule?.quirks } };
}

/**
 * Who reads this model's thought signatures: its own line, such as `gemini/2.5-pro`. A signature is bound to the model
 * that made it; that previews and dated builds of a line read each other's is what their users rely on.
 */
export function familyOf(modelId: string): string {
  const id = bareId(modelId);
  const line = /^gemini-(\d+(?:\.\d+)?-(?:pro|flash-lite|flash|ultra|nano|[a-z]+))/.exec(id)?.[1];
  return geminiFamily(line ?? id);
}
