import { CLAUDE_QUIRKS, claudeModel, type ClaudeQuirks } from '@majordomo/claude';
import type { Capabilities, FileLimits } from '@majordomo/core';
import { CLAUDE_FAMILY, converseFamily } from '@majordomo/core/toolkit';
import { AUDIO_FORMATS, DOCUMENT_FORMATS, VIDEO_FORMATS } from './media.ts';
import { CONVERSE_QUIRKS, type Quirks } from './quirks.ts';

/** Capabilities and quirks of the models whose ids match `pattern`. If several rules match, the first rule applies. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<Quirks>;
}

/**
 * Limits of images: 20 per request, 3.75 MB and 8,000 px each
 * (docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html, 2026-11).
 */
const IMAGES: Capabilities['images'] = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
  maxBytes: 3.75 * 1024 * 1024,
  maxEdge: 8000,
  maxCount: 20,
};

const FILES: readonly string[] = Object.keys(DOCUMENT_FORMATS);

/**
 * Video formats that Nova accepts. The vendor's limits of one video per request and 25 MB (Nova user guide, video understanding,
 * 2026-11) are not checked here.
 */
const VIDEOS: readonly string[] = Object.keys(VIDEO_FORMATS);

/**
 * Limits of documents: five documents per request, 4.5 MB per document
 * (docs.aws.amazon.com/bedrock/latest/userguide/inference-api-restrictions.html, 2026-11). From Claude 4 on, PDFs may be larger,
 * up to Claude's limits (32 MB and a number of pages per request). Nova accepts larger PDF and DOCX files, but AWS does not
 * document the limit, so only the number of documents is limited.
 */
const MAX_DOCUMENTS: FileLimits = { maxCount: 5 };
/** Returns the limits of documents. Without `maxPdfBytes`, the maximum of other documents applies to PDFs too. */
const documents = (maxTotalPages: number, maxPdfBytes?: number): FileLimits => ({
  ...MAX_DOCUMENTS,
  maxBytes: 4_500_000,
  pdf: { maxBytes: maxPdfBytes, maxTotalPages },
});
/** Maximum bytes of a PDF. Claude accepts 24 MB (32 MB of base64) per request. The remaining capacity is reserved for text. */
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
 * Quirks of some Claude models on this platform, in addition to those of `@majordomo/claude`. Sources (2026-11): the page about
 * prompt caching and the Claude pages of docs.aws.amazon.com/bedrock. Effort is available from Claude 4.6 on. For Opus 4.5,
 * effort is a beta feature of InvokeModel only.
 */
const CLAUDE_RULES: readonly { readonly pattern: RegExp; readonly quirks: Partial<Quirks> }[] = [
  { pattern: /claude-3-(?:opus|sonnet|haiku)/, quirks: { cachePoints: 'none' } },
  { pattern: /claude-(?:[a-z]+-(?:4-[5-9]|[5-9])(?!\d)|mythos)/, quirks: { longCache: true } },
  { pattern: /claude-opus-4-5/, quirks: { efforts: [] } },
];

/** Rules for models other than Claude. Sources (2026-11): AWS's table of Converse features, model pages and Nova user guides. */
const MODELS: readonly ModelRule[] = [
  {
    // Nova model that accepts audio (model page, 2026-11); not tested.
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
 * Returns the known capabilities and quirks of a model. Ignores region prefixes (`us.`, `eu.`, `global.`), versions, and the rest
 * of an ARN that contains a model id. For an ARN without a model id, set the option `quirks`.
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
  // Converse has no tool references and no programs, and the quirk `reasoning` represents `thinking`.
  const {
    thinking,
    toolReferences: _references,
    programs: _programs,
    ...known
  }: ClaudeQuirks = { ...CLAUDE_QUIRKS, ...model?.quirks };
  const quirks = CLAUDE_RULES.filter(({ pattern }) => pattern.test(modelId)).reduce<Quirks>(
    (all, here) => ({ ...all, ...here.quirks }),
    { ...CONVERSE_QUIRKS, ...CLAUDE, ...known, reasoning: THINKING[thinking] },
  );
  const maxPages = model?.maxPages;
  // A model newer than the table of `claudeModel` has no known limits.
  if (model === undefined || maxPages === undefined) return { capabilities: {}, quirks };
  const fileLimits = documents(maxPages, /claude-3-/.test(modelId) ? undefined : CLAUDE_PDF_BYTES);
  return {
    capabilities: {
      ...model.capabilities,
      images: IMAGES,
      files: FILES,
      resultFiles: FILES,
      citations: model.readsPdf,
      fileLimits,
    },
    quirks,
  };
}

/** Values of the quirk `reasoning` by the values of Claude's quirk `thinking`. */
const THINKING = {
  none: 'none',
  budget: 'thinking-budget',
  adaptive: 'thinking-adaptive',
} as const satisfies Readonly<Record<ClaudeQuirks['thinking'], Quirks['reasoning']>>;

/**
 * Returns the name of the family of models that accept this model's reasoning: all Claude models on all platforms, or only models
 * whose ids are equal without region and version.
 */
export function familyOf(modelId: string, { family }: Pick<Quirks, 'family'>): string {
  if (family === 'claude') return CLAUDE_FAMILY;
  const id = modelId.slice(modelId.lastIndexOf('/') + 1);
  const profile = profileOf(id);
  const bare = profile === undefined ? id : id.slice(profile.length + 1);
  return converseFamily(bare.replace(/-v\d+(?::\d+)?$/, ''));
}

/**
 * Returns the prefix of an inference profile: `eu` for `eu.anthropic.claude-…`; `undefined` for a model, such as
 * `anthropic.claude-…`, `minimax.minimax-m2.1` and `deepseek.v3.2`.
 */
export const profileOf = (id: string): string | undefined =>
  /^([\w-]+)\.(?!v\d)[a-z][a-z0-9]*\./.exec(id)?.[1];
