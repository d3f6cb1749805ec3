import type { ImageLimits } from '@majordomo/core';
import type { ModelRule } from '../profile.ts';

/** Limits of one request with images as bytes (its guide to vision, 2026-11). */
const IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  maxBytes: 3 * 2 ** 20,
  maxCount: 5,
  maxTotalBytes: 3 * 2 ** 20,
};
const TEXT = { images: false, files: false, audio: false } as const;
const THINKS = { images: false, files: false, audio: false, reasoning: true } as const;
const COMPOUND = ['web_search', 'visit_website', 'browser_automation', 'code_interpreter', 'wolfram_alpha'];

/** Groq's models by id, and which of the vendor's own tools they take: its guides and model pages, 2026-11. */
export const GROQ_MODELS: readonly ModelRule[] = [
  {
    // Always reasons: low is its least (model card, 2025-08).
    pattern: /gpt-oss/,
    quirks: { reasoningOff: 'low', vendorTools: ['browser_search', 'code_interpreter', 'mcp'] },
    capabilities: THINKS,
  },
  { pattern: /compound/, quirks: { vendorTools: COMPOUND }, capabilities: TEXT },
  { pattern: /qwen3/, quirks: { vendorTools: ['mcp'] }, capabilities: THINKS },
  {
    pattern: /llama-4/,
    quirks: { reasoningRequest: 'none', vendorTools: ['mcp'] },
    capabilities: { images: IMAGES, files: false, audio: false },
  },
  {
    // JSON mode, but no schemas (its guide to structured outputs, 2026-11).
    pattern: /llama-3/,
    quirks: { reasoningRequest: 'none', vendorTools: ['mcp'], output: 'json_object' },
    capabilities: TEXT,
  },
];
