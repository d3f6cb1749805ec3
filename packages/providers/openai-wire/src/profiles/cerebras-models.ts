import type { Capabilities } from '@majordomo/core';
import { TEXT_ONLY, type ModelRule } from '../profile.ts';

const THINKS: Capabilities = { ...TEXT_ONLY, reasoning: true };

/** Cerebras' models by id. All accept text only. The first rule that matches applies. Source: model pages, 2026-11. */
export const CEREBRAS_MODELS: readonly ModelRule[] = [
  // The model always reasons. Its lowest effort is `low` (model card, 2025-08).
  { pattern: /gpt-oss/, quirks: { reasoningOff: 'low' }, capabilities: THINKS },
  { pattern: /glm|qwen-3|deepseek/, capabilities: THINKS },
  { pattern: /^llama/, quirks: { reasoningRequest: 'none' }, capabilities: TEXT_ONLY },
];
