import type { Capabilities, FileLimits, ImageLimits, ModelInfo } from '@majordomo/core';
import { geminiFamily } from '@majordomo/core/toolkit';
import { GEMINI_QUIRKS, thinkingBudget, type Quirks } from './quirks.ts';

/** Capabilities and quirks of the models whose ids match `pattern`. If several rules match, the first rule applies. */
interface ModelRule {
  /** Pattern for the last segment of the model id. */
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<Quirks>;
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
  'video/mp4',
  'video/mpeg',
  'video/quicktime',
  'video/webm',
  'video/3gpp',
];

/** Documents that Gemini 3 accepts in function responses (ai.google.dev/gemini-api/docs/function-calling, 2026-11). */
const RESULT_FILES: readonly string[] = ['application/pdf', 'text/plain'];

/** Audio formats (ai.google.dev/gemini-api/docs/audio, 2026-11), with the media types that browsers and operating systems use. */
const AUDIO: readonly string[] = [
  'audio/wav',
  'audio/mp3',
  'audio/mpeg',
  'audio/aac',
  'audio/ogg',
  'audio/flac',
  'audio/aiff',
];

/**
 * Maximum bytes of media in a request. The API accepts 100 MB of base64, which is 75 MB of bytes
 * (ai.google.dev/gemini-api/docs/file-input-methods, 2026-11). The remaining capacity is reserved for text.
 */
export const MAX_INLINE_BYTES = 70_000_000;

/** Limits of documents: 50 MB and 1,000 pages per PDF (ai.google.dev/gemini-api/docs/document-processing, 2026-11). */
const DOCUMENTS: FileLimits = {
  maxTotalBytes: MAX_INLINE_BYTES,
  pdf: { maxBytes: 50_000_000, maxPages: 1000 },
};

/**
 * Limits of images: 7 MB per inline image, which is the smaller limit of the two platforms (model pages of ai.google.dev and
 * cloud.google.com, 2026-11).
 */
const MULTIMODAL_IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'],
  maxBytes: 7 * 1024 * 1024,
  maxCount: 900,
  maxTotalBytes: MAX_INLINE_BYTES,
};

const MULTIMODAL: Capabilities = {
  tools: true,
  images: MULTIMODAL_IMAGES,
  files: [...FILES, ...AUDIO],
  audio: AUDIO,
  fileLimits: DOCUMENTS,
  output: 'native',
  reasoning: true,
  contextTokens: 1_048_576,
  maxOutputTokens: 65_536,
};

/** Returns the capabilities of an image model. Source of `maxCount`: docs.cloud.google.com, image understanding, 2026-11. */
const imageModelCapabilities = (maxCount: number): Capabilities => ({
  ...MULTIMODAL,
  images: { ...MULTIMODAL_IMAGES, maxCount },
});

const BEFORE_3: Partial<Quirks> = {
  unsignedCalls: 'send',
  toolImages: 'after-responses',
  outputWithTools: false,
};

/**
 * Rules by model id. Levels and budgets are from the guide to thinking (2026-11). `thinkingBudget` takes the tokens for the
 * efforts `none`, `low` and `max`. 2.5 Pro always uses at least 128 tokens.
 */
const MODELS: readonly ModelRule[] = [
  {
    pattern: /^gemini-(?:1|2\.0)\b/,
    capabilities: { ...MULTIMODAL, reasoning: false, maxOutputTokens: 8192 },
    quirks: { ...BEFORE_3, thinking: { by: 'none' } },
  },
  {
    pattern: /^gemini-2\.5-flash-image\b/,
    capabilities: { ...imageModelCapabilities(3), tools: false, reasoning: false },
    quirks: { ...BEFORE_3, thinking: { by: 'none' } },
  },
  {
    pattern: /^gemini-2\.5-flash\b/,
    capabilities: MULTIMODAL,
    quirks: { ...BEFORE_3, thinking: thinkingBudget(0, 1024) },
  },
  {
    pattern: /^gemini-2\.5-pro\b/,
    capabilities: MULTIMODAL,
    quirks: { ...BEFORE_3, thinking: thinkingBudget(128, 1024, 32_768) },
  },
  { pattern: /^gemini-3[\w.-]*-image\b/, capabilities: imageModelCapabilities(14), quirks: {} },
  {
    pattern: /^gemini-3-pro-preview\b/,
    capabilities: MULTIMODAL,
    quirks: { thinking: { by: 'level', levels: ['low', 'high'] } },
  },
  {
    pattern: /^gemini-3(?:\.[1-6])?-flash\b/,
    capabilities: MULTIMODAL,
    quirks: { thinking: { by: 'level', levels: ['minimal', 'low', 'medium', 'high'] } },
  },
  { pattern: /^gemini-[3-9]/, capabilities: MULTIMODAL, quirks: {} },
  {
    pattern: /^gemma-/,
    capabilities: { reasoning: false },
    quirks: { ...BEFORE_3, thinking: { by: 'none' } },
  },
];

/** Returns a model id without its path: `x` for `models/x`, `publishers/google/models/x` and complete resource names. */
const bareId = (modelId: string): string => modelId.slice(modelId.lastIndexOf('/') + 1);

/** Returns the known capabilities of a model, and the default quirks merged with the quirks of the model. */
export function modelFacts(modelId: string): {
  readonly capabilities: Capabilities;
  readonly quirks: Quirks;
} {
  const id = bareId(modelId);
  const rule = MODELS.find(({ pattern }) => pattern.test(id));
  const quirks = { ...GEMINI_QUIRKS, ...rule?.quirks };
  const resultFiles = quirks.toolImages === 'in-response' ? RESULT_FILES : undefined;
  return { capabilities: rule === undefined ? {} : { ...rule.capabilities, resultFiles }, quirks };
}

/**
 * Returns the name of the family of models that accept this model's thought signatures, such as `gemini/2.5-pro`. Previews and
 * dated versions of a model accept each other's signatures.
 */
export function familyOf(modelId: string): string {
  const id = bareId(modelId);
  const name = /^gemini-(\d+(?:\.\d+)?-(?:pro|flash-lite|flash|ultra|nano|[a-z]+))/.exec(id)?.[1];
  return geminiFamily(name ?? id);
}

/** Model in the SDK's list (@google/genai 3.1). Any property may be missing. */
export interface ListedModel {
  readonly name?: string | undefined;
  readonly inputTokenLimit?: number | undefined;
  readonly outputTokenLimit?: number | undefined;
  readonly supportedActions?: readonly string[] | undefined;
  readonly thinking?: boolean | undefined;
}

/**
 * Returns the models that support generateContent, and those without a list of actions. Limits that the vendor reports replace
 * limits known by id.
 */
export async function listModels(
  provider: string,
  pages: AsyncIterable<ListedModel>,
): Promise<readonly ModelInfo[]> {
  const models: ModelInfo[] = [];
  for await (const { name, inputTokenLimit, outputTokenLimit, supportedActions, thinking } of pages) {
    if (name === undefined || supportedActions?.includes('generateContent') === false) continue;
    const id = name.replace(/^(?:publishers\/[^/]+\/)?models\//, '');
    const known = modelFacts(id).capabilities;
    const capabilities = {
      ...known,
      reasoning: thinking ?? known.reasoning,
      contextTokens: inputTokenLimit ?? known.contextTokens,
      maxOutputTokens: outputTokenLimit ?? known.maxOutputTokens,
    };
    models.push({ id, provider, capabilities });
  }
  return models;
}
