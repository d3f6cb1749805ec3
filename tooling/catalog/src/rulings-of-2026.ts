import type { Ruling } from './rulings.ts';

// Sources of the rulings, with the date of the look-up.
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

const NEWEST =
  'the newest source, which lists prices of November, is alone or confirmed by another one; 2026-11-23';
const IN_REGION =
  'in one Region costs a tenth more than global inference, as for the us. and eu. ids; 2026-11-23';
const IN_REGION_NOVEMBER =
  'in one Region costs a tenth more than global inference; the newest source follows since November; 2026-11-27';
const MOVED = 'the id means a newer model than in the older sources; 2026-11-23';
const RESELLER = 'a reseller changes its prices by the week: the newest source counts; 2026-11-23';
const SEARCH_CLAUDE = 'docs.claude.com, web search: 10 USD for 1,000 searches; 2026-11-23';
const SEARCH_OPENAI = 'openai.com, pricing: web search costs 10 USD for 1,000 calls; 2026-11-23';
const SEARCH_GEMINI_3 =
  'ai.google.dev, pricing: grounding costs 14 USD for 1,000 queries from Gemini 3 on; 2026-11-23';
const VEO_4K = 'ai.google.dev, pricing of 2026-10-07: video in 4k costs 0.60 USD a second; 2026-12-01';
const VEO_FAST =
  'ai.google.dev, pricing of 2026-10-08: a second costs 0.10 USD in 720p, 0.12 USD in 1080p, 0.30 USD in 4k; 2026-12-01';
const SEARCH_GEMINI_2 =
  'ai.google.dev, pricing: grounding costs 35 USD for 1,000 prompts before Gemini 3; 2026-11-23';
const CLAUDE_RETIRES =
  'platform.claude.com, models: retires on 2026-11-30, replacement Claude Sonnet 5.5; 2026-11-23';
const OPENAI_RETIRES = 'developers.openai.com, deprecations, and the types of openai 7.55; 2026-11-23';
const RELEASED = 'PromptFuel, release notes of 2026; 2026-11-23';

/** Announcements of OpenAI. The source names no successor for these models. */
// oxfmt-ignore
const OPENAI_RETIREMENTS: readonly { readonly ids: readonly string[]; readonly retires: string; readonly deprecatedSince?: string; readonly successor?: string }[] = [
  { ids: ['gpt-5.4-nano', 'gpt-5.4-nano-2026-03-17', 'gpt-5.1', 'gpt-5.1-2025-11-13'], retires: '2027-04-01' },
  { ids: ['gpt-audio-mini', 'gpt-audio-mini-2025-12-15'], retires: '2027-01-20' },
  { ids: ['gpt-4o', 'gpt-4o-2024-08-06', 'gpt-4o-2024-11-20', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'gpt-4.1', 'gpt-4.1-2025-04-14', 'gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'], retires: '2027-01-14', deprecatedSince: '2026-10-14', successor: 'gpt-6-luna' },
  { ids: ['gpt-5', 'gpt-5-2025-08-07'], retires: '2026-12-11', deprecatedSince: '2026-06-11', successor: 'gpt-6.1-sol' },
  { ids: ['gpt-5-mini', 'gpt-5-mini-2025-08-07'], retires: '2026-12-11', deprecatedSince: '2026-06-11', successor: 'gpt-6.1-terra' },
  { ids: ['gpt-5-nano', 'gpt-5-nano-2025-08-07', 'gpt-5-pro', 'o3', 'o3-2025-04-16', 'o3-pro'], retires: '2026-12-11', deprecatedSince: '2026-06-11' },
  { ids: ['gpt-3.5-turbo', 'gpt-3.5-turbo-0125', 'o4-mini', 'o4-mini-2025-04-16'], retires: '2026-10-23', deprecatedSince: '2026-04-22', successor: 'gpt-5.6-terra' },
  { ids: ['gpt-4', 'gpt-4-0613', 'gpt-4-1106-preview', 'gpt-4-turbo', 'gpt-4-turbo-2024-04-09', 'gpt-4o-2024-05-13', 'o1', 'o1-2024-12-17', 'o1-pro', 'o1-pro-2025-03-19', 'o3-mini', 'o3-mini-2025-01-31'], retires: '2026-10-23', deprecatedSince: '2026-04-22', successor: 'gpt-5.6-sol' },
  { ids: ['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'], retires: '2026-10-23', deprecatedSince: '2026-04-22', successor: 'gpt-5.6-luna' },
  { ids: ['gpt-3.5-turbo-1106'], retires: '2026-09-28' },
  { ids: ['gpt-5.2-chat-latest', 'gpt-5.3-chat-latest'], retires: '2026-08-10' },
  { ids: ['gpt-4o-mini-search-preview', 'gpt-4o-mini-search-preview-2025-03-11', 'gpt-4o-search-preview', 'gpt-4o-search-preview-2025-03-11', 'gpt-5-chat-latest', 'gpt-5.1-chat-latest', 'gpt-5.1-codex'], retires: '2026-07-23', deprecatedSince: '2026-04-22' },
  { ids: ['gpt-4o-audio-preview', 'gpt-4o-audio-preview-2024-12-17', 'gpt-4o-audio-preview-2025-06-03', 'gpt-4o-mini-audio-preview', 'gpt-4o-mini-audio-preview-2024-12-17'], retires: '2026-05-07' },
  { ids: ['gpt-4-0125-preview', 'gpt-4-0314', 'gpt-4-turbo-preview'], retires: '2026-03-26' },
  { ids: ['chatgpt-4o-latest'], retires: '2026-02-17' },
  { ids: ['codex-mini-latest'], retires: '2026-02-12' },
];

/** Ruling that holds for several models. */
interface Family extends Omit<Ruling, 'vendor' | 'id'> {
  readonly vendors: readonly string[];
  readonly ids: readonly string[];
}

// oxfmt-ignore
const FAMILIES: readonly Family[] = [
  { vendors: ['amazon-bedrock'], believe: 'litellm', source: REGIONAL, ids: [
    'au.anthropic.claude-haiku-4-5-20251001-v1:0', 'au.anthropic.claude-opus-4-6-v1', 'au.anthropic.claude-opus-4-8',
    'au.anthropic.claude-sonnet-4-5-20250929-v1:0', 'au.anthropic.claude-sonnet-5', 'jp.anthropic.claude-opus-4-7',
    'jp.anthropic.claude-opus-4-8', 'jp.anthropic.claude-sonnet-4-5-20250929-v1:0', 'jp.anthropic.claude-sonnet-4-6',
    'jp.anthropic.claude-sonnet-5', 'us.anthropic.claude-fable-5', 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'us.anthropic.claude-opus-4-5-20251101-v1:0', 'us.anthropic.claude-opus-4-6-v1', 'us.anthropic.claude-opus-4-7',
    'us.anthropic.claude-opus-4-8', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us.anthropic.claude-sonnet-4-6',
    'us.anthropic.claude-sonnet-5',
  ] },
  { vendors: ['amazon-bedrock'], believe: 'newest', source: NEWEST, ids: [
    'amazon.nova-2-lite-v1:0', 'eu.amazon.nova-2-lite-v1:0', 'eu.amazon.nova-lite-v1:0', 'eu.amazon.nova-micro-v1:0',
    'eu.amazon.nova-pro-v1:0', 'meta.llama3-1-70b-instruct-v1:0', 'us.meta.llama3-1-70b-instruct-v1:0',
    'mistral.voxtral-small-24b-2507', 'openai.gpt-5.6-sol', 'qwen.qwen3-coder-480b-a35b-v1:0', 'qwen.qwen3-coder-next',
    'qwen.qwen3-next-80b-a3b', 'qwen.qwen3-vl-235b-a22b',
  ] },
  { vendors: ['azure'], ids: ['deepseek-v4-pro', 'gpt-4o-2024-11-20', 'gpt-4o-mini'], believe: 'newest', source: NEWEST },
  { vendors: ['amazon-bedrock'], believe: 'newest', source: IN_REGION_NOVEMBER, ids: [
    'anthropic.claude-haiku-4-5-20251001-v1:0', 'anthropic.claude-opus-4-5-20251101-v1:0', 'anthropic.claude-opus-4-7',
    'anthropic.claude-opus-4-8', 'anthropic.claude-sonnet-5', 'anthropic.claude-fable-5',
  ] },
  { vendors: ['google'], ids: ['gemini-flash-latest', 'gemini-flash-lite-latest', 'gemini-pro-latest'], believe: 'newest', source: MOVED },
  { vendors: ['mistral'], believe: 'newest', source: MOVED, ids: [
    'codestral-latest', 'ministral-3b-latest', 'ministral-8b-latest', 'mistral-large-latest', 'mistral-medium-latest',
    'mistral-small-latest',
  ] },
  { vendors: ['openai', 'azure'], fees: { web_search: 10_000 }, source: SEARCH_OPENAI, ids: [
    'chat-latest', 'gpt-4.1*', 'gpt-4o', 'gpt-4o-2024*', 'gpt-4o-mini', 'gpt-5*', 'gpt-6*', 'gpt-daybreak*', 'o1*', 'o3*', 'o4*',
  ] },
  { vendors: ['google', 'google-vertex'], ids: ['gemini-3*', 'gemini-4*'], fees: { web_search: 14_000 }, source: SEARCH_GEMINI_3 },
  { vendors: ['google', 'google-vertex'], ids: ['gemini-1.5*', 'gemini-2*'], fees: { web_search: 35_000 }, source: SEARCH_GEMINI_2 },
];

/** One line for each other ruling, with its source and date. */
// oxfmt-ignore
export const RULINGS: readonly Ruling[] = [
  { vendor: 'amazon-bedrock', id: 'eu.anthropic.claude-opus-4-5-20251101-v1:0', believe: 'models.dev', source: REGIONAL },
  { vendor: 'amazon-bedrock', id: 'anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_000_000, output: 22_500_000, cacheRead: 600_000, cacheWrite: 7_500_000, cacheWriteLong: 12_000_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'amazon-bedrock', id: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_600_000, output: 24_750_000, cacheRead: 660_000, cacheWrite: 8_250_000, cacheWriteLong: 13_200_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'amazon-bedrock', id: 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_000_000, output: 22_500_000, cacheRead: 600_000, cacheWrite: 7_500_000, cacheWriteLong: 12_000_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'amazon-bedrock', id: 'regional.anthropic.claude-sonnet-4-5-20250929-v1:0', price: { above: [{ inputTokens: 200_000, rates: { input: 6_600_000, output: 24_750_000, cacheRead: 660_000, cacheWrite: 8_250_000, cacheWriteLong: 13_200_000 } }] }, source: CLAUDE_STEP },
  { vendor: 'anthropic', id: '*', fees: { web_search: 10_000 }, source: SEARCH_CLAUDE },
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
  { vendor: 'google', id: 'veo-3.1-fast-generate-001', price: { fees: { 'video-second': 100_000, 'video-second:1080p': 120_000, 'video-second:4k': 300_000 } }, source: VEO_FAST },
  { vendor: 'google', id: 'veo-3.1-fast-generate-preview', price: { fees: { 'video-second': 100_000, 'video-second:1080p': 120_000, 'video-second:4k': 300_000 } }, source: VEO_FAST },
  { vendor: 'google', id: 'veo-3.1-generate-001', price: { fees: { 'video-second:4k': 600_000 } }, source: VEO_4K },
  { vendor: 'google', id: 'veo-3.1-generate-preview', price: { fees: { 'video-second:4k': 600_000 } }, source: VEO_4K },
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
  { vendor: 'amazon-bedrock', id: 'anthropic.claude-opus-4-6-v1', believe: 'newest', source: IN_REGION },
  { vendor: 'amazon-bedrock', id: 'anthropic.claude-sonnet-4-6', believe: 'newest', source: IN_REGION },
  { vendor: 'anthropic', id: 'claude-sonnet-5', believe: 'newest', source: 'the increase to 3 and 15 USD, announced for 2026-09-01, was cancelled (PromptFuel v1.0.22 of 2026-10-01, which cites the vendor); 2026-11-23' },
  { vendor: 'azure', id: 'gpt-5.6-sol', believe: 'newest', source: 'as at OpenAI after its price cuts of 2026; 2026-11-23' },
  { vendor: 'azure', id: 'gpt-5.6-terra', believe: 'newest', source: 'as at OpenAI after its price cuts of 2026; 2026-11-23' },
  { vendor: 'azure', id: 'gpt-5.6-luna', believe: 'newest', source: 'as at OpenAI after its price cuts of 2026; 2026-11-23' },
  { vendor: 'deepseek', id: 'deepseek-v4-pro', believe: 'newest', source: NEWEST },
  { vendor: 'google', id: 'gemini-3.6-flash', believe: 'newest', source: 'genai-prices has the same price until 2027; 2026-11-23' },
  { vendor: 'google-vertex', id: 'gemini-3.6-flash', believe: 'newest', source: 'genai-prices has the same price until 2027; 2026-11-23' },
  { vendor: 'groq', id: 'openai/gpt-oss-safeguard-20b', believe: 'newest', source: NEWEST },
  { vendor: 'mistral', id: 'open-mistral-nemo', believe: 'newest', source: NEWEST },
  { vendor: 'openai', id: 'gpt-4o-2024-05-13', believe: 'newest', source: 'genai-prices takes it for gpt-4o; 2026-11-23' },
  { vendor: 'openai', id: 'gpt-5.6-sol', believe: 'newest', source: 'cut from 5 and 30 USD, for Azure as well; 2026-11-23' },
  { vendor: 'openrouter', id: '*', believe: 'newest', source: RESELLER },
  { vendor: 'togetherai', id: '*', believe: 'newest', source: RESELLER },
  { vendor: 'vercel', id: '*', believe: 'newest', source: RESELLER },
  { vendor: 'openai', id: 'gpt-4o-mini-2024-07-18', price: { fees: { web_search: 10_000 } }, source: SEARCH_OPENAI },
  { vendor: 'google-vertex-anthropic', id: '*', fees: { web_search: 10_000 }, source: SEARCH_CLAUDE },
  { vendor: 'google', id: 'gemini-flash-latest', price: { fees: { web_search: 14_000 } }, source: SEARCH_GEMINI_3 },
  { vendor: 'google', id: 'gemini-flash-lite-latest', price: { fees: { web_search: 14_000 } }, source: SEARCH_GEMINI_3 },
  { vendor: 'google', id: 'gemini-pro-latest', price: { fees: { web_search: 14_000 } }, source: SEARCH_GEMINI_3 },
  { vendor: 'anthropic', id: 'claude-sonnet-4-5', facts: { retires: '2026-11-30', successor: 'claude-sonnet-5-5' }, source: CLAUDE_RETIRES },
  { vendor: 'anthropic', id: 'claude-sonnet-4-5-20250929', facts: { retires: '2026-11-30', successor: 'claude-sonnet-5-5' }, source: CLAUDE_RETIRES },
  { vendor: 'anthropic', id: 'claude-opus-5-5', facts: { released: '2026-09-22' }, source: RELEASED },
  { vendor: 'anthropic', id: 'claude-haiku-5-5', facts: { released: '2026-10-07' }, source: RELEASED },
  { vendor: 'anthropic', id: 'claude-sonnet-5-5', facts: { released: '2026-09-28' }, earlier: [{ from: '2026-09-28', until: '2026-10-07', rates: { cacheRead: 200_000 } }], source: RELEASED },
  { vendor: 'openai', id: 'gpt-6-sol', facts: { released: '2026-09-22' }, source: RELEASED },
  { vendor: 'openai', id: 'gpt-6.1-sol', facts: { released: '2026-09-29' }, source: RELEASED },
  { vendor: 'openai', id: 'gpt-6.1-terra', facts: { released: '2026-10-26' }, source: RELEASED },
  ...FAMILIES.flatMap(({ vendors, ids, ...ruling }) => vendors.flatMap((vendor) => ids.map((id): Ruling => ({ vendor, id, ...ruling })))),
  ...OPENAI_RETIREMENTS.flatMap(({ ids, ...facts }) => ids.map((id): Ruling => ({ vendor: 'openai', id, facts, source: OPENAI_RETIRES }))),
];
