import { claudeModel, type ClaudeModel } from '@majordomo/claude';
import type { Capabilities, FileLimits, ImageLimits } from '@majordomo/core';
import type { Quirks } from './quirks.ts';

/** What is known of a model by its id: `@majordomo/claude` knows the models, and here stands what this API adds. */
export function factsOf(modelId: string): {
  readonly capabilities: Capabilities;
  readonly quirks: Partial<Quirks>;
} {
  const model = claudeModel(modelId);
  if (model === undefined) return { capabilities: {}, quirks: {} };
  const { mostPages, quirks } = model;
  if (mostPages === undefined) return { capabilities: model.capabilities, quirks };
  return { capabilities: { ...model.capabilities, ...media(model, mostPages) }, quirks };
}

const media = ({ readsPdf }: ClaudeModel, most: number): Capabilities => ({
  images: images(most),
  files: readsPdf && FILES,
  fileLimits: documents(most),
});

/**
 * platform.claude.com/docs/en/build-with-claude/vision, 2026-11: 8,000 px an edge, 2,000 px above 20 images, 32 MB a
 * request. An image may have 10 MiB of base64; 5 MiB of bytes stay below that.
 */
const images = (maxCount: number): ImageLimits => ({
  mediaTypes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
  maxBytes: 5 * 1024 * 1024,
  maxEdge: 8000,
  maxCount,
  maxTotalBytes: MOST_BYTES,
  rules: [{ whenCountAbove: 20, maxEdge: 2000 }],
});

const FILES = ['application/pdf', 'text/plain'];

const documents = (maxTotalPages: number): FileLimits => ({
  maxTotalBytes: MOST_BYTES,
  pdf: { maxTotalPages },
});

/** Of a request: 32 MB (platform.claude.com/docs/en/build-with-claude/pdf-support, 2026-11), 24 MB before base64. */
const MOST_BYTES = 23_000_000;
