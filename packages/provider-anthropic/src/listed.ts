import type { Capabilities, ModelInfo } from '@majordomo/core';
import { factsOf } from './models.ts';

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
