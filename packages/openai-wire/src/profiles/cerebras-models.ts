import type { Capabilities } from '@majordomo/core';
import type { ModelRule } from '../profile.ts';

const TEXT: Capabilities = { images: false, files: false, audio: false };
const THINKS: Capabilities = { images: false, files: false, audio: false, reasoning: true };

/** Cerebras' models by id; first match wins, all of them read text alone. From its model pages, 2026-11. */
export const CEREBRAS_MODELS: readonly ModelRule[] = [
  // Always reasons: low is its least (model card, 2025-08).
  { pattern: /gpt-oss/, quirks: { reasoningOff: 'low' }, capabilities: THINKS },
  { pattern: /glm|qwen-3|deepseek/, capabilities: THINKS },
  { pattern: /^llama/, quirks: { reasoningRequest: 'none' }, capabilities: TEXT },
];
