import { claudeModel, type ClaudeModel } from '@majordomo/claude';
import type { Capabilities, FileLimits, ImageLimits, ModelInfo } from '@majordomo/core';
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

/** A model as GET /v1/models lists it (SDK 1.10); any of it may be missing on other servers. */
interface ListedModel {
  readonly id: string;
  readonly max_input_tokens?: number | null;
  readonly max_tokens?: number | null;
  readonly capabilities?: { readonly [name: string]: { readonly supported?: boolean } | undefined } | null;
}

interface Page {
  readonly data?: readonly ListedModel[];
  readonly has_more?: boolean;
  readonly last_id?: string | null;
}

/** All models of an account, page by page. */
export async function listedModels(
  provider: string,
  get: (query: { readonly limit: number; readonly after_id?: string }) => PromiseLike<unknown>,
): Promise<readonly ModelInfo[]> {
  const models: ModelInfo[] = [];
  let after: string | null | undefined;
  do {
    const page = (await get({ limit: 1000, ...(after ? { after_id: after } : undefined) })) as
      Page | undefined;
    for (const model of page?.data ?? []) {
      models.push({ id: model.id, provider, capabilities: capabilitiesOf(model) });
    }
    after = page?.has_more === true ? page.last_id : undefined;
  } while (after);
  return models;
}

/** What the vendor says of the model goes over what is known of its id. */
function capabilitiesOf({ id, max_input_tokens, max_tokens, capabilities }: ListedModel): Capabilities {
  const known = factsOf(id).capabilities;
  const denied = (name: string): boolean => capabilities?.[name]?.supported === false;
  const thinks = capabilities?.['thinking']?.supported;
  return {
    ...known,
    ...(denied('image_input') ? { images: false } : undefined),
    ...(denied('pdf_input') ? { files: false } : undefined),
    ...(capabilities?.['structured_outputs']?.supported === true ? { output: 'native' } : undefined),
    ...(thinks === undefined ? undefined : { reasoning: thinks }),
    contextTokens: max_input_tokens ?? known.contextTokens,
    maxOutputTokens: max_tokens ?? known.maxOutputTokens,
  };
}
