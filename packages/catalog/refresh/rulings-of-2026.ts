import type { Ruling } from './rulings.ts';

// Sources that settled disputes, with the date of the look-up.
const REGIONAL =
  'docs.aws.amazon.com/bedrock, global cross-Region inference: regional costs a tenth more; 2026-11-21';
const DEEPSEEK =
  'api-docs.deepseek.com/quick_start/pricing of V4-Flash-0731, which both names meant; 2026-11-21';
const XAI = 'the costs that xAI reported with its recorded answers, 2025 and 2026; 2026-11-21';
const CLAUDE_CACHE =
  'docs.claude.com, prompt caching: 1.25 times the input for minutes, 2 times for an hour; 2026-11-21';
const DATED = 'the step of the id without a date, which means the same model; 2026-11-23';
const CLAUDE_STEP = 'the step of the us., au. and jp. ids of the same model; 2026-11-23';
const GEMINI_CACHE =
  'what the step states for writing a cache is below the rate of reading it plainly, and is left out; 2026-11-23';
const SEARCH_XAI = 'reported with a recorded answer of 2026: 0.01 USD for 2 searches; 2026-11-21';
const PERPLEXITY = 'reported with recorded answers: 0.005 USD a request at low search context; 2026-11-21';
const PERPLEXITY_PRO =
  'docs.perplexity.ai, pricing: 6 USD for 1,000 requests at low search context, the default; 2026-11-21';

/** One line for each ruling, with its source and date. */
// prettier-ignore
export const RULINGS: readonly Ruling[] = [
  { vendor: 'amazon-bedrock', id: 'au.anthropic.claude-haiku-4-5-20251001-v1:0', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'au.anthropic.claude-opus-4-6-v1', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'au.anthropic.claude-opus-4-8', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'au.anthropic.claude-sonnet-4-5-20250929-v1:0', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'au.anthropic.claude-sonnet-5', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'jp.anthropic.claude-opus-4-7', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'jp.anthropic.claude-opus-4-8', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'jp.anthropic.claude-sonnet-4-5-20250929-v1:0', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'jp.anthropic.claude-sonnet-4-6', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'jp.anthropic.claude-sonnet-5', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-fable-5', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-opus-4-5-20251101-v1:0', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-opus-4-6-v1', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-opus-4-7', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-opus-4-8', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-sonnet-4-6', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'us.anthropic.claude-sonnet-5', believe: 'litellm', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'eu.anthropic.claude-opus-4-5-20251101-v1:0', believe: 'models.dev', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_000_000, output: 22_500_000, cacheRead: 600_000, cacheWrite: 7_500_000, cacheWriteLong: 12_000_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'amazon-bedrock', id: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_600_000, output: 24_750_000, cacheRead: 660_000, cacheWrite: 8_250_000, cacheWriteLong: 13_200_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'amazon-bedrock', id: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_000_000, output: 22_500_000, cacheRead: 600_000, cacheWrite: 7_500_000, cacheWriteLong: 12_000_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'amazon-bedrock', id: 'regional.anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_600_000, output: 24_750_000, cacheRead: 660_000, cacheWrite: 8_250_000, cacheWriteLong: 13_200_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'anthropic', id: '*', price: { fees: { web_fetch: 0 } }, source: 'docs.claude.com, web fetch tool: no fee besides its tokens; 2026-11-21' },
  { vendor: 'anthropic', id: 'claude-3-haiku-20240307', price: { rates: { cacheWriteLong: 500_000 } }, source: 'docs.claude.com, prompt caching: an hour costs 2 times the input; 2026-11-21' },
  { vendor: 'anthropic', id: 'claude-sonnet-4-5-20250929', price: { above: [{ inputTokens: 200_000, rates: { input: 6_000_000, output: 22_500_000, cacheRead: 600_000, cacheWrite: 7_500_000, cacheWriteLong: 12_000_000 } }] }, source: DATED },
  { vendor: 'anthropic', id: 'claude-3-opus-20240229', price: { rates: { cacheWriteLong: 30_000_000 } }, source: CLAUDE_CACHE },
  { vendor: 'anthropic', id: 'claude-3-sonnet-20240229', price: { rates: { cacheWrite: 3_750_000 } }, source: CLAUDE_CACHE },
  { vendor: 'azure', id: 'gpt-4', believe: 'litellm', source: 'that of OpenAI: 30 and 60 USD; the other figure is that of gpt-4-32k; 2026-11-21' },
  { vendor: 'azure', id: 'model-router', price: null, source: 'a fee on top of the model that answers, which is not known here; 2026-11-21' },
  { vendor: 'cloudflare-workers-ai', id: '@cf/meta/llama-guard-3-8b', believe: 'models.dev', source: 'a classifier: it answers in a word, and its output is cheap; 2026-11-21' },
  { vendor: 'deepseek', id: 'deepseek-chat', believe: 'models.dev', source: DEEPSEEK },
  { vendor: 'deepseek', id: 'deepseek-reasoner', believe: 'models.dev', source: DEEPSEEK },
  { vendor: 'google', id: 'gemini-2.5-pro', price: { tiers: { priority: null, 'priority>200000': null } }, source: 'the source lists the plain rates for this tier, which cannot be: its price is unknown; 2026-11-23' },
  { vendor: 'google-vertex', id: 'gemini-2.5-pro', price: { above: [{ inputTokens: 200_000, rates: { input: 2_500_000, output: 15_000_000, cacheRead: 250_000 } }] }, source: GEMINI_CACHE },
  { vendor: 'google-vertex', id: 'gemini-3-pro-preview', price: { above: [{ inputTokens: 200_000, rates: { input: 4_000_000, output: 18_000_000, cacheRead: 400_000 } }] }, source: GEMINI_CACHE },
  { vendor: 'google-vertex', id: 'gemini-3.1-pro-preview', price: { above: [{ inputTokens: 200_000, rates: { input: 4_000_000, output: 18_000_000, cacheRead: 400_000 } }] }, source: GEMINI_CACHE },
  { vendor: 'google-vertex', id: 'gemini-3.1-pro-preview-customtools', price: { above: [{ inputTokens: 200_000, rates: { input: 4_000_000, output: 18_000_000, cacheRead: 400_000 } }] }, source: GEMINI_CACHE },
  { vendor: 'openai', id: 'gpt-5.5-2026-04-23', price: { above: [{ inputTokens: 272_000, rates: { input: 10_000_000, output: 45_000_000, cacheRead: 1_000_000 } }] }, source: DATED },
  { vendor: 'openai', id: 'gpt-5.5-pro-2026-04-23', price: { above: [{ inputTokens: 272_000, rates: { input: 60_000_000, output: 270_000_000, cacheRead: 6_000_000 } }] }, source: DATED },
  { vendor: 'openrouter', id: 'google/gemini-3.1-pro-preview', price: { above: [{ inputTokens: 200_000, rates: { input: 4_000_000, output: 18_000_000, cacheRead: 400_000 } }] }, source: 'as at its maker; what the step says of writing a cache is below the plain rate, and left out; 2026-11-21' },
  { vendor: 'perplexity', id: '*', price: { fees: { web_search: 5000 } }, source: 'docs.perplexity.ai, pricing: 5 USD for 1,000 searches of deep research, the one model that counts them; 2026-11-21' },
  { vendor: 'perplexity', id: 'sonar', price: { fees: { request: 5000 } }, source: PERPLEXITY },
  { vendor: 'perplexity', id: 'sonar-pro', price: { fees: { request: 6000 } }, source: PERPLEXITY_PRO },
  { vendor: 'perplexity', id: 'sonar-reasoning-pro', price: { fees: { request: 6000 } }, source: PERPLEXITY_PRO },
  { vendor: 'xai', id: '*', price: { fees: { web_search: 5000, x_search: 5000 } }, source: SEARCH_XAI },
  { vendor: 'xai', id: 'grok-code-fast-1', price: { rates: { input: 200_000, output: 1_500_000, cacheRead: 20_000 } }, from: '2025-08-28', source: XAI },
  { vendor: 'xai', id: 'grok-4-fast-reasoning', price: { rates: { input: 200_000, output: 500_000, cacheRead: 50_000 } }, from: '2025-09-19', source: XAI },
  { vendor: 'xai', id: 'grok-3-mini-high', price: { rates: { input: 300_000, output: 500_000, cacheRead: 75_000 } }, from: '2025-04-09', source: XAI },
];
