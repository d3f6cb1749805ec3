import { LlmError } from '@majordomo/core';
import type { Capabilities, ImageLimits, ModelInfo } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';

/** What llama.cpp decodes (stb_image, 2026); its bodies have no limit of their own, and this one is far from any need. */
const IMAGES: ImageLimits = { mediaTypes: ['image/png', 'image/jpeg', 'image/gif'], maxBytes: 64 * 2 ** 20 };

/**
 * The models of `GET /v1/models` with what the server says of them: `capabilities` and `context_length`, or `meta.n_ctx`
 * of a loaded one (llama-swap, 2026-08). What it does not say stays open. Throws `protocol` for a body without a list.
 */
export function listedModels(body: unknown, provider: string): readonly ModelInfo[] {
  const list = asRecord(body)['data'];
  if (!Array.isArray(list)) {
    throw new LlmError('protocol', `${provider} listed no models`, { target: provider, path: 'data' });
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
