import { claudeModel, type ClaudeModel } from '@majordomo/claude';
import { LlmError, type Capabilities, type ModelInfo } from '@majordomo/core';
import { isList } from '@majordomo/core/toolkit';
import type { Quirks } from './quirks.ts';

/** Vendors whose API runs programs: Anthropic and Microsoft Foundry (programmatic tool calling, platform.claude.com, 2026-11). */
export const PROGRAM_VENDORS: ReadonlySet<string> = new Set(['anthropic', 'azure']);

/** Returns the quirks and capabilities of a model, with the Messages API's media limits. Both are empty for unknown models. */
export function modelFacts(modelId: string): {
  readonly capabilities: Capabilities;
  readonly quirks: Partial<Quirks>;
} {
  const model = claudeModel(modelId);
  if (model === undefined) return { capabilities: {}, quirks: {} };
  const { maxPages, quirks } = model;
  // A model newer than the table of `claudeModel` has no known limits.
  if (maxPages === undefined) return { capabilities: model.capabilities, quirks };
  return { capabilities: { ...model.capabilities, ...media(model, maxPages) }, quirks };
}

/**
 * Media limits (platform.claude.com/docs/en/build-with-claude/vision, 2026-11): image edges of 8,000 px, or 2,000 px if a request
 * has more than 20 images; 32 MB per request; 10 MiB of base64 per image. `maxBytes` is 5 MiB, which is below this limit. A request
 * may contain at most as many images as pages.
 */
const media = ({ readsPdf }: ClaudeModel, maxPages: number): Capabilities => ({
  images: {
    mediaTypes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
    maxBytes: 5 * 1024 * 1024,
    maxEdge: 8000,
    maxCount: maxPages,
    maxTotalBytes: MAX_REQUEST_BYTES,
    rules: [{ whenCountAbove: 20, maxEdge: 2000 }],
  },
  ...(readsPdf ? { files: FILES, citations: true, resultFiles: FILES } : NO_FILES),
  fileLimits: { maxTotalBytes: MAX_REQUEST_BYTES, pdf: { maxTotalPages: maxPages } },
});

const FILES = ['application/pdf', 'text/plain'];
/** Capabilities of a model that reads no PDF. */
const NO_FILES: Capabilities = { files: false, citations: false, resultFiles: undefined };

/**
 * Maximum bytes of media in a request. The API accepts 32 MB of base64
 * (platform.claude.com/docs/en/build-with-claude/pdf-support, 2026-11), which is 24 MB of bytes. The remaining capacity is
 * reserved for text.
 */
const MAX_REQUEST_BYTES = 23_000_000;

/** Model in the response of `GET /v1/models` (SDK 1.10). Other servers may omit properties. */
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

/** Requests the model list page by page and returns all models of the account. */
export async function listModels(
  provider: string,
  get: (query: { readonly limit: number; readonly after_id?: string }) => PromiseLike<unknown>,
): Promise<readonly ModelInfo[]> {
  const models: ModelInfo[] = [];
  let cursor: string | null | undefined;
  do {
    const page = (await get({ limit: 1000, ...(cursor ? { after_id: cursor } : undefined) })) as
      | Page
      | undefined;
    if (!isList(page?.data)) {
      const message = `${provider}: expected the model list to be an array; check baseURL`;
      throw new LlmError('protocol', message, { target: provider, path: 'data' });
    }
    for (const model of page.data) {
      models.push({ id: model.id, provider, capabilities: capabilitiesOf(model) });
    }
    const next = page.has_more === true ? page.last_id : undefined;
    // Stop at a repeated id, because a server that repeats it has no further models.
    cursor = next === cursor ? undefined : next;
  } while (cursor);
  return models;
}

/**
 * Returns the capabilities of a listed model. Capabilities that the vendor reports replace the capabilities known by id. Only a model
 * that is reported without `structured_outputs` keeps its known `output`, such as `tool`.
 */
function capabilitiesOf({ id, max_input_tokens, max_tokens, capabilities }: ListedModel): Capabilities {
  const known = modelFacts(id).capabilities;
  const isUnsupported = (name: string): boolean => capabilities?.[name]?.supported === false;
  const reasoning = capabilities?.['thinking']?.supported;
  return {
    ...known,
    ...(isUnsupported('image_input') ? { images: false } : undefined),
    ...(isUnsupported('pdf_input') ? NO_FILES : undefined),
    ...(capabilities?.['structured_outputs']?.supported === true ? { output: 'native' } : undefined),
    ...(reasoning === undefined ? undefined : { reasoning }),
    contextTokens: max_input_tokens ?? known.contextTokens,
    maxOutputTokens: max_tokens ?? known.maxOutputTokens,
  };
}
