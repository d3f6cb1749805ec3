import type { Capabilities, FileLimits } from '@majordomo/core';
import { CLAUDE_FAMILY, converseFamily } from '@majordomo/core/provider';
import { CONVERSE_QUIRKS, type Quirks } from './quirks.ts';

/** What is known of the models whose id matches; the first match wins. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<Quirks>;
}

/** docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html, 2026-11: 3.75 MB and 8,000 px an image. */
const IMAGES: Capabilities['images'] = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
  maxBytes: 3.75 * 1024 * 1024,
  maxEdge: 8000,
  maxCount: 20,
};

const FILES: readonly string[] = [
  'application/pdf',
  'text/plain',
  'text/csv',
  'text/html',
  'text/markdown',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
];

/**
 * docs.aws.amazon.com/bedrock/latest/userguide/inference-api-restrictions.html, 2026-11: five documents of 4.5 MB; PDFs
 * may have more from Claude 4 on, as far as its own limits go (32 MB and so many pages a request). Nova takes larger
 * PDFs and DOCX files too, without saying how large, so that only the number is claimed there.
 */
const MOST_DOCUMENTS: FileLimits = { maxCount: 5 };
const documents = (maxTotalPages: number, maxPdfBytes?: number): FileLimits => ({
  ...MOST_DOCUMENTS,
  maxBytes: 4_500_000,
  pdf: { maxBytes: maxPdfBytes, maxTotalPages },
});
const CLAUDE_PDF_BYTES = 23_000_000;
const CLAUDE_3_DOCUMENTS = documents(100);

const claude = (maxOutputTokens: number, facts: Partial<Capabilities> = {}): Capabilities => ({
  tools: true,
  images: IMAGES,
  files: FILES,
  fileLimits: documents(100, CLAUDE_PDF_BYTES),
  output: 'tool',
  reasoning: true,
  prefill: true,
  contextTokens: 200_000,
  maxOutputTokens,
  ...facts,
});
const claudeMillion = claude(128_000, {
  fileLimits: documents(600, CLAUDE_PDF_BYTES),
  output: 'native',
  prefill: false,
  contextTokens: 1_000_000,
});

const CLAUDE: Partial<Quirks> = {
  reasoning: 'thinking-budget',
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
  files: FILES,
  fileLimits: MOST_DOCUMENTS,
  output: 'tool',
  reasoning: false,
  contextTokens,
  maxOutputTokens: 10_000,
  ...facts,
});

/**
 * Sources, all of 2026-11: the Converse feature table and the model pages of docs.aws.amazon.com/bedrock, the Nova
 * user guides, and for Claude the model pages of platform.claude.com.
 */
const MODELS: readonly ModelRule[] = [
  {
    pattern: /anthropic\.claude-(?:opus-4-[78]|(?:opus|sonnet|haiku|fable|mythos)-[5-9])(?!\d)/,
    capabilities: claudeMillion,
    quirks: { ...CLAUDE, reasoning: 'thinking-adaptive', longCache: true, sampling: 'none' },
  },
  {
    pattern: /anthropic\.claude-(?:opus|sonnet)-4-6(?!\d)/,
    capabilities: claudeMillion,
    quirks: { ...CLAUDE, reasoning: 'thinking-adaptive', longCache: true, sampling: 'one' },
  },
  {
    pattern: /anthropic\.claude-(?:opus|sonnet|haiku)-4-5(?!\d)/,
    capabilities: claude(64_000, { output: 'native' }),
    quirks: { ...CLAUDE, longCache: true, sampling: 'one' },
  },
  { pattern: /anthropic\.claude-opus-4/, capabilities: claude(32_000), quirks: CLAUDE },
  { pattern: /anthropic\.claude-(?:sonnet-4|3-7-sonnet)/, capabilities: claude(64_000), quirks: CLAUDE },
  {
    pattern: /anthropic\.claude-3-5-/,
    capabilities: claude(8192, { fileLimits: CLAUDE_3_DOCUMENTS, reasoning: false }),
    quirks: { ...CLAUDE, reasoning: 'none' },
  },
  {
    pattern: /anthropic\.claude-3-/,
    capabilities: claude(4096, { fileLimits: CLAUDE_3_DOCUMENTS, reasoning: false }),
    quirks: { ...CLAUDE, reasoning: 'none', cachePoints: 'none' },
  },
  { pattern: /anthropic\.claude-/, capabilities: {}, quirks: CLAUDE },
  {
    pattern: /amazon\.nova-2-/,
    capabilities: nova(1_000_000, { reasoning: true, maxOutputTokens: 65_536 }),
    quirks: { ...NOVA, reasoning: 'reasoning-config' },
  },
  {
    pattern: /amazon\.nova-micro/,
    capabilities: nova(128_000, { images: false, files: false }),
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
 * What is known of a model. Regions (`us.`, `eu.`, `global.`), versions and the ARN around an id do not matter; an
 * ARN that does not name its model is known for nothing, and `quirks` say what it is.
 */
export function factsOf(modelId: string): { readonly capabilities: Capabilities; readonly quirks: Quirks } {
  const rule = MODELS.find(({ pattern }) => pattern.test(modelId));
  return { capabilities: rule?.capabilities ?? {}, quirks: { ...CONVERSE_QUIRKS, ...rule?.quirks } };
}

/** Who reads this model's reasoning tokens: all Claudes, on whatever platform, or models of the same id. */
export function familyOf(modelId: string, { family }: Pick<Quirks, 'family'>): string {
  if (family === 'claude') return CLAUDE_FAMILY;
  const bare = modelId
    .slice(modelId.lastIndexOf('/') + 1)
    .replace(/^(?:us|eu|ap|apac|jp|au|ca|us-gov|global)\./, '');
  return converseFamily(bare.replace(/-v\d+(?::\d+)?$/, ''));
}
