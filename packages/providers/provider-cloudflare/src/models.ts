import type { Capabilities } from '@majordomo/core';
import type { RunQuirks as ImageQuirks } from '@majordomo/imagegen';
import type { RunQuirks } from './quirks.ts';

/** Capabilities and quirks of the models whose ids match `pattern`. If several rules match, the first rule applies. */
interface ModelRule {
  readonly pattern: RegExp;
  readonly capabilities: Capabilities;
  readonly quirks: Partial<RunQuirks>;
}

/** Capabilities of all models. No model accepts documents. */
const GENERAL: Capabilities = { files: false, audio: false, output: 'native' };
/** Quirks of models whose input has the format of Chat Completions. */
const CHAT_LIKE: Partial<RunQuirks> = { stop: true, toolChoice: true };

/** Rules by model id (developers.cloudflare.com/workers-ai/models, 2026-11). Omits limits, because limits change often. */
const MODELS: readonly ModelRule[] = [
  {
    pattern: /gpt-oss|kimi|glm-|nemotron|gemma-4/,
    capabilities: { ...GENERAL, tools: true, reasoning: true },
    quirks: { ...CHAT_LIKE, reasoning: 'reasoning_effort' },
  },
  {
    pattern: /llama-4|mistral-small-3|granite-4|qwen3/,
    capabilities: { ...GENERAL, tools: true },
    quirks: CHAT_LIKE,
  },
  {
    pattern: /llama-3\.[12]-|llama-guard|llama-2|mistral-7b|phi-2|gemma-(?:2b|7b)|sqlcoder|tinyllama/,
    capabilities: { ...GENERAL, images: false, reasoning: false },
    quirks: {},
  },
];

/** Returns the first rule that matches an id such as `@cf/meta/llama-4-scout-17b-16e-instruct`, otherwise a general rule. */
export function modelFacts(modelId: string): Omit<ModelRule, 'pattern'> {
  return MODELS.find(({ pattern }) => pattern.test(modelId)) ?? { capabilities: GENERAL, quirks: {} };
}

/** Quirks of image models (@cloudflare/workers-types 5, 2026-11). If several rules match, the first rule applies. */
const IMAGE_MODELS: readonly { readonly pattern: RegExp; readonly quirks: Partial<ImageQuirks> }[] = [
  { pattern: /flux-1-schnell/, quirks: { size: false, seed: false, images: 0, mask: false } },
  { pattern: /flux-2-/, quirks: { input: 'form', images: 4, mask: false } },
  { pattern: /lucid-origin|phoenix/, quirks: { images: 0, mask: false } },
];

const TEXT_TO_IMAGE: ImageQuirks = { input: 'object', size: {}, seed: true, images: 1, mask: true };

/** Returns the quirks of an image model. */
export function imageQuirksOf(modelId: string): ImageQuirks {
  return { ...TEXT_TO_IMAGE, ...IMAGE_MODELS.find(({ pattern }) => pattern.test(modelId))?.quirks };
}
