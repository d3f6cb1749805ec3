import { LlmError } from '@majordomo/core';
import type { Capabilities, ImageLimits, ModelInfo } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/** Limits of images. llama.cpp decodes these formats (stb_image, 2026). `maxBytes` is assumed. */
const IMAGES: ImageLimits = { mediaTypes: ['image/png', 'image/jpeg', 'image/gif'], maxBytes: 64 * 2 ** 20 };

/**
 * Reads the response of `GET /v1/models` (llama-swap, 2026-08). Without `context_length`, uses `meta.n_ctx` of a loaded model.
 * Other capabilities stay unknown. Throws `protocol` for a body without a list.
 */
export function listModels(body: unknown, provider: string): readonly ModelInfo[] {
  const list = asRecord(body)['data'];
  if (!Array.isArray(list)) {
    throw new LlmError('protocol', `${provider}: expected \`data\` to be an array of models`, {
      target: provider,
      path: 'data',
    });
  }
  return list.map(asRecord).flatMap((entry) => {
    const { id } = entry;
    return typeof id === 'string' ? [{ id, provider, capabilities: capabilitiesOf(entry) }] : [];
  });
}

function capabilitiesOf(entry: Readonly<Record<string, unknown>>): Capabilities {
  const { vision, function_calling: tools } = asRecord(entry['capabilities']);
  const length = entry['context_length'] ?? asRecord(entry['meta'])['n_ctx'];
  return {
    files: false,
    output: 'native',
    ...(typeof vision === 'boolean' ? { images: vision && IMAGES } : undefined),
    ...(typeof tools === 'boolean' ? { tools } : undefined),
    ...(typeof length === 'number' && length > 0 ? { contextTokens: length } : undefined),
  };
}
