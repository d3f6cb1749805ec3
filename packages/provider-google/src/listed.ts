import type { ModelInfo } from '@majordomo/core';
import { factsOf } from './models.ts';

/** A model as the SDK lists it (3.1); any of it may be missing. */
export interface ListedModel {
  readonly name?: string | undefined;
  readonly inputTokenLimit?: number | undefined;
  readonly outputTokenLimit?: number | undefined;
  readonly supportedActions?: readonly string[] | undefined;
  readonly thinking?: boolean | undefined;
}

/** The models that answer generateContent. What the vendor says of one goes over what is known of its id. */
export async function listedModels(
  provider: string,
  pages: AsyncIterable<ListedModel>,
): Promise<readonly ModelInfo[]> {
  const models: ModelInfo[] = [];
  for await (const { name, inputTokenLimit, outputTokenLimit, supportedActions, thinking } of pages) {
    if (name === undefined || supportedActions?.includes('generateContent') === false) continue;
    const id = name.replace(/^(?:publishers\/[^/]+\/)?models\//, '');
    const known = factsOf(id).capabilities;
    const capabilities = {
      ...known,
      reasoning: thinking ?? known.reasoning,
      contextTokens: inputTokenLimit ?? known.contextTokens,
      maxOutputTokens: outputTokenLimit ?? known.maxOutputTokens,
    };
    models.push({ id, provider, capabilities });
  }
  return models;
}
