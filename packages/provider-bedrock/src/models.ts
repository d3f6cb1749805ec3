import { CLAUDE_QUIRKS, claudeModel, type ClaudeQuirks } from '@majordomo/claude';
import type { Capabilities, FileLimits } from '@majordomo/core';
import { CLAUDE_FAMILY, converseFamily } from '@majordomo/core/toolkit';
import { AUDIO_FORMATS, DOCUMENT_FORMATS, VIDEO_FORMATS } from './media.ts';
import { CONVERSE_QUIRKS, type Quirks } from './quirks.ts';

/** Capabilities and quirks of the models whose ids match. The first rule that matches applies. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<Quirks>;
}

/**
 * Limits of images: 3.75 MB and 8,000 px each (docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html,
 * 2026-11).
 */
const IMAGES: Capabilities['images'] = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
  maxBytes: 3.75 * 1024 * 1024,
  maxEdge: 8000,
  maxCount: 20,
};

const FILES: readonly string[] = Object.keys(DOCUMENT_FORMATS);

/** Videos that Nova accepts: one per request, 25 MB in total (Nova user guide, video understanding, 2026-11). */
const VIDEOS: readonly string[] = Object.keys(VIDEO_FORMATS);

/**
 * Limits of documents: five per request, 4.5 MB each
 * (docs.aws.amazon.com/bedrock/latest/userguide/inference-api-restrictions.html, 2026-11). From Claude 4 on, a PDF may be
 * larger, up to Claude's limits (32 MB and a number of pages per request). Nova accepts larger PDF and DOCX files of
 * undocumented size, so only their number is limited.
 */
const MAX_DOCUMENTS: FileLimits = { maxCount: 5 };
const documents = (maxTotalPages: number, maxPdfBytes?: number): FileLimits => ({
  ...MAX_DOCUMENTS,
  maxBytes: 4_500_000,
  pdf: { maxBytes: maxPdfBytes, maxTotalPages },
});
/** Maximum bytes of PDFs in a request. Claude accepts 24 MB (32 MB of base64). The rest is reserved for text. */
const CLAUDE_PDF_BYTES = 23_000_000;

/** Quirks of all Claude models on this platform. */
const CLAUDE: Partial<Quirks> = {
  family: 'claude',
  cachePoints: 'all',
  toolChoice: 'one',
  toolStatus: true,
  toolImages: true,
};
const NOVA: Partial<Quirks> = {
  cachePoints: 'no-tools',
  toolChoice: 'one',
  toolStatus: true,
  toolImages: true,
};
const nova = (contextTokens: number, facts: Partial<Capabilities> = {}): Capabilities => ({
  tools: true,
  images: IMAGES,
  files: [...FILES, ...VIDEOS],
  resultFiles: FILES,
  audio: false,
  fileLimits: MAX_DOCUMENTS,
  output: 'tool',
  reasoning: false,
  contextTokens,
  maxOutputTokens: 10_000,
  ...facts,
});

const NOVA_2: Pick<ModelRule, 'capabilities' | 'quirks'> = {
  capabilities: nova(1_000_000, { reasoning: true, maxOutputTokens: 65_536 }),
  quirks: { ...NOVA, reasoning: 'reasoning-config' },
};

/**
 * Quirks of some Claude models on this platform, in addition to those of `@majordomo/claude`. Sources (2026-11): the prompt
 * caching page of docs.aws.amazon.com/bedrock and its Claude pages. Effort is available from 4.6 on; for Opus 4.5 it is a beta
 * of InvokeModel only.
 */
const CLAUDE_RULES: readonly { readonly pattern: RegExp; readonly quirks: Partial<Quirks> }[] = [
  { pattern: /claude-3-(?:opus|sonnet|haiku)/, quirks: { cachePoints: 'none' } },
  { pattern: /claude-(?:[a-z]+-(?:4-[5-9]|[5-9])(?!\d)|mythos)/, quirks: { longCache: true } },
  { pattern: /claude-opus-4-5/, quirks: { efforts: [] } },
];

/** Rules for models other than Claude. Sources (2026-11): the Converse feature table, model pages and Nova user guides of AWS. */
const MODELS: readonly ModelRule[] = [
  {
    // The Nova model with audio input (model page, 2026-11); unverified.
    pattern: /amazon\.nova-2-omni/,
    ...NOVA_2,
    capabilities: { ...NOVA_2.capabilities, audio: Object.keys(AUDIO_FORMATS) },
  },
  { pattern: /amazon\.nova-2-/, ...NOVA_2 },
  {
    pattern: /amazon\.nova-micro/,
    capabilities: nova(128_000, { images: false, files: false, resultFiles: undefined }),
    quirks: NOVA,
  },
  { pattern: /amazon\.nova-/, capabilities: nova(300_000), quirks: NOVA },
  {
    pattern: /amazon\.titan-/,
    capabilities: { tools: false, images: false, output: 'instruct', reasoning: false },
    quirks: { system: false },
  },
  {
    pattern: /openai\.gpt-oss/,
    capabilities: { images: false, reasoning: true },
    quirks: { reasoning: 'reasoning-effort', toolChoice: 'none' },
  },
  { pattern: /deepseek\.r1/, capabilities: { tools: false, images: false, output: 'instruct' }, quirks: {} },
  {
    pattern: /meta\.llama/,
    capabilities: { reasoning: false, output: 'tool' },
    quirks: { toolChoice: 'none' },
  },
  {
    pattern: /mistral\.mistral-7b/,
    capabilities: { tools: false, output: 'instruct' },
    quirks: { system: false },
  },
];

/**
 * Returns the known capabilities and quirks of a model. Ignores region prefixes (`us.`, `eu.`, `global.`), versions, and the
 * ARN that contains an id. An ARN without a model id has no known properties; set the option `quirks` for it.
 */
export function modelFacts(modelId: string): {
  readonly capabilities: Capabilities;
  readonly quirks: Quirks;
} {
  if (/anthropic\.claude-/.test(modelId)) return claudeFacts(modelId);
  const rule = MODELS.find(({ pattern }) => pattern.test(modelId));
  return { capabilities: rule?.capabilities ?? {}, quirks: { ...CONVERSE_QUIRKS, ...rule?.quirks } };
}

function claudeFacts(modelId: string): ReturnType<typeof modelFacts> {
  const model = claudeModel(modelId);
  const { thinking, ...known }: ClaudeQuirks = { ...CLAUDE_QUIRKS, ...model?.quirks };
  const quirks = CLAUDE_RULES.filter(({ pattern }) => pattern.test(modelId)).reduce<Quirks>(
    (all, here) => ({ ...all, ...here.quirks }),
    { ...CONVERSE_QUIRKS, ...CLAUDE, ...known, reasoning: THINKING[thinking] },
  );
  const maxPages = model?.maxPages;
  if (model === undefined || maxPages === undefined) return { capabilities: {}, quirks };
  const fileLimits = documents(maxPages, /claude-3-(?!7)/.test(modelId) ? undefined : CLAUDE_PDF_BYTES);
  return {
    capabilities: { ...model.capabilities, images: IMAGES, files: FILES, resultFiles: FILES, fileLimits },
    quirks,
  };
}

/** Values of the quirk `reasoning` by Claude's quirk `thinking`. */
const THINKING = {
  none: 'none',
  budget: 'thinking-budget',
  adaptive: 'thinking-adaptive',
} as const satisfies Readonly<Record<ClaudeQuirks['thinking'], Quirks['reasoning']>>;

/**
 * Returns the name of the family of models that accept this model's reasoning: all Claude models on all platforms, or models
 * with the same id.
 */
export function familyOf(modelId: string, { family }: Pick<Quirks, 'family'>): string {
  if (family === 'claude') return CLAUDE_FAMILY;
  const bare = modelId
    .slice(modelId.lastIndexOf('/') + 1)
    .replace(/^(?:us|eu|ap|apac|jp|au|ca|us-gov|global)\./, '');
  return converseFamily(bare.replace(/-v\d+(?::\d+)?$/, ''));
}
