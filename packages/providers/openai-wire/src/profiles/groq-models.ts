import type { Capabilities, ImageLimits } from '@majordomo/core';
import { TEXT_ONLY, type ModelRule } from '../profile.ts';

/**
 * Limits of a request with images as bytes (Groq's guide to vision, 2026-11). Groq limits the base64 of a request to 4 MB, read as 4 MiB,
 * which is 3 MiB of bytes.
 */
const IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  maxBytes: 3 * 2 ** 20,
  maxCount: 5,
  maxTotalBytes: 3 * 2 ** 20,
};
const THINKS: Capabilities = { ...TEXT_ONLY, reasoning: true };
const COMPOUND = ['web_search', 'visit_website', 'browser_automation', 'code_interpreter', 'wolfram_alpha'];

/** Groq's models by id, with the vendor tools that they accept. Sources: guides and model pages, 2026-11. */
export const GROQ_MODELS: readonly ModelRule[] = [
  {
    // The model always reasons. Its lowest effort is `low` (model card, 2025-08).
    pattern: /gpt-oss/,
    quirks: { reasoningOff: 'low', vendorTools: ['browser_search', 'code_interpreter', 'mcp'] },
    capabilities: THINKS,
  },
  { pattern: /compound/, quirks: { vendorTools: COMPOUND }, capabilities: TEXT_ONLY },
  { pattern: /qwen3/, quirks: { vendorTools: ['mcp'] }, capabilities: THINKS },
  {
    pattern: /llama-4/,
    quirks: { reasoningRequest: 'none', vendorTools: ['mcp'] },
    capabilities: { ...TEXT_ONLY, images: IMAGES },
  },
  {
    // These models support JSON mode but not schemas (guide to structured outputs, 2026-11).
    pattern: /llama-3/,
    quirks: { reasoningRequest: 'none', vendorTools: ['mcp'], output: 'json_object' },
    capabilities: TEXT_ONLY,
  },
];
