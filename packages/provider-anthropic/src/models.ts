import type { Capabilities, FileLimits, ImageLimits } from '@majordomo/core';
import type { Quirks } from './quirks.ts';

/** What is known of the models whose id matches; the first match wins. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<Quirks>;
}

/**
 * platform.claude.com/docs/en/build-with-claude/vision, 2026-11: 8,000 px an edge, 2,000 px above 20 images,
 * 100 images a request (600 with a context above 200,000), 32 MB a request. An image may have 10 MiB of
 * base64; 5 MiB of bytes stay below that.
 */
const images = (maxCount: number): ImageLimits => ({
  mediaTypes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
  maxBytes: 5 * 1024 * 1024,
  maxEdge: 8000,
  maxCount,
  maxTotalBytes: 23_000_000,
  rules: [{ whenCountAbove: 20, maxEdge: 2000 }],
});

const FILES = ['application/pdf', 'text/plain'];

/**
 * platform.claude.com/docs/en/build-with-claude/pdf-support, 2026-11: pages of one request, 100 with a context of
 * 200,000 and 600 above it; 32 MB a request, which is 24 MB before base64.
 */
const documents = (maxTotalPages: number): FileLimits => ({
  maxTotalBytes: 23_000_000,
  pdf: { maxTotalPages },
});

/** The 200,000-token generations. */
const claude = (maxOutputTokens: number, facts: Partial<Capabilities>): Capabilities => ({
  tools: true,
  images: images(100),
  files: FILES,
  fileLimits: documents(100),
  output: 'tool',
  reasoning: true,
  prefill: true,
  contextTokens: 200_000,
  maxOutputTokens,
  ...facts,
});

/** From 4.6 on: a million tokens, structured output, no prefill. */
const claudeMillion = (maxOutputTokens: number): Capabilities =>
  claude(maxOutputTokens, {
    images: images(600),
    fileLimits: documents(600),
    output: 'native',
    prefill: false,
    contextTokens: 1_000_000,
  });

const BUDGET: Partial<Quirks> = { thinking: 'budget', effort: false };
/** From 4.7 on thinking is adaptive only, its text comes on request, sampling is gone. */
const ADAPTIVE: Partial<Quirks> = { thinkingText: 'on-request', sampling: 'none' };
/**
 * From 4.8 on a forced tool goes with adaptive thinking (langchain-aws#1141, 2026-07); some later ones take
 * no force.
 */
const FORCIBLE: Partial<Quirks> = { ...ADAPTIVE, forcedTools: 'always' };

/**
 * Sources, all of 2026-11: the model pages, migration guides and effort page of platform.claude.com, the
 * types of @anthropic-ai/sdk 1.10 (`Model`, `ThinkingTypes`), and models.dev of 2026-07-02 for limits of
 * older models.
 */
const MODELS: readonly ModelRule[] = [
  // What's new in Opus 5.5, said of Fable 5.1 too: thinking cannot be disabled, forced tool use returns an error.
  {
    pattern: /claude-(?:opus-5-5|(?:fable|mythos)-5-[12])(?!\d)/,
    capabilities: claudeMillion(128_000),
    quirks: { ...ADAPTIVE, thinkingOff: 'never', forcedTools: 'never' },
  },
  // What's new in Sonnet 5.5: `between_tools` stands for `disabled`; forced tool use returns an error.
  {
    pattern: /claude-sonnet-5-5(?!\d)/,
    capabilities: claudeMillion(128_000),
    quirks: { ...ADAPTIVE, thinkingOff: 'between_tools', forcedTools: 'never' },
  },
  {
    pattern: /claude-(?:fable-5|mythos-5|mythos-preview)(?!\d)/,
    capabilities: claudeMillion(128_000),
    quirks: { ...FORCIBLE, thinkingOff: 'never' },
  },
  // Adaptive by default, can be turned off: Opus 5, Sonnet 5, Haiku 5.5.
  {
    pattern: /claude-(?:opus-5|sonnet-5|haiku-5-5)(?!\d)/,
    capabilities: claudeMillion(128_000),
    quirks: { ...FORCIBLE, thinkingOff: 'disabled' },
  },
  { pattern: /claude-opus-4-8(?!\d)/, capabilities: claudeMillion(128_000), quirks: FORCIBLE },
  { pattern: /claude-opus-4-7(?!\d)/, capabilities: claudeMillion(128_000), quirks: ADAPTIVE },
  { pattern: /claude-opus-4-6(?!\d)/, capabilities: claudeMillion(128_000), quirks: { sampling: 'one' } },
  { pattern: /claude-sonnet-4-6(?!\d)/, capabilities: claudeMillion(64_000), quirks: { sampling: 'one' } },
  {
    pattern: /claude-opus-4-5(?!\d)/,
    capabilities: claude(64_000, { output: 'native' }),
    quirks: { thinking: 'budget', sampling: 'one' },
  },
  {
    pattern: /claude-(?:sonnet|haiku)-4-5(?!\d)/,
    capabilities: claude(64_000, { output: 'native' }),
    quirks: { ...BUDGET, sampling: 'one' },
  },
  {
    pattern: /claude-opus-4-1(?!\d)/,
    capabilities: claude(32_000, {}),
    quirks: { ...BUDGET, sampling: 'one' },
  },
  { pattern: /claude-opus-4(?:-0|-\d{8}|@|$)/, capabilities: claude(32_000, {}), quirks: BUDGET },
  { pattern: /claude-sonnet-4(?:-0|-\d{8}|@|$)/, capabilities: claude(64_000, {}), quirks: BUDGET },
  { pattern: /claude-3-7-sonnet/, capabilities: claude(64_000, {}), quirks: BUDGET },
  {
    pattern: /claude-3-5-/,
    capabilities: claude(8192, { reasoning: false }),
    quirks: { thinking: 'none', effort: false },
  },
  {
    pattern: /claude-3-/,
    capabilities: claude(4096, { reasoning: false, files: false }),
    quirks: { thinking: 'none', effort: false },
  },
  // A later generation: nothing is claimed of its limits, and it is asked as the latest known one is.
  { pattern: /claude-(?:opus|sonnet|haiku|fable|mythos)-\d/, capabilities: {}, quirks: ADAPTIVE },
];

const UNKNOWN: Omit<ModelRule, 'pattern'> = { capabilities: {}, quirks: {} };

/** What is known of a model. A gateway's prefix (`anthropic/`) or suffix (`@20250514`) does not matter. */
export function factsOf(modelId: string): Omit<ModelRule, 'pattern'> {
  return MODELS.find(({ pattern }) => pattern.test(modelId)) ?? UNKNOWN;
}
