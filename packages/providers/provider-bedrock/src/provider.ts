import { type Dsn, dsnVariable, type Env, type Model, type Provider } from '@majordomo/core';
import { checkProviderOptions, billingOf } from '@majordomo/wire-kit';
import { dataOf, quirksFromParams } from '@majordomo/wire-kit/internal';
import { sourcesOf, type BedrockSources } from './auth.ts';
import { createConnection, type Connect } from './connection.ts';
import { converse } from './converse.ts';
import { dataOfModel } from './data.ts';
import { embeddingModel } from './embedding.ts';
import { modelFacts, familyOf } from './models.ts';
import type { BedrockModelId } from './model-ids.ts';
import { EXTRA_OPTIONS, type BedrockOptions } from './options.ts';
import { QUIRK_VALUES, type Quirks } from './quirks.ts';
import { rerankModel } from './rerank.ts';
import { toWire, type WireRequest } from './request.ts';

/** Provider that can report the sources of its region and its credentials. */
export interface BedrockProvider<Id extends string = string> extends Provider<Id, BedrockModelId> {
  /** Returns the sources of the region and the credentials for a call with this `env`. Sends no request. */
  sources(env: Env): BedrockSources;
}

/**
 * Creates a provider for Amazon Bedrock. Chat models use Converse. Embedding and rerank models use InvokeModel. The first call
 * loads the SDK.
 */
export function createBedrock<Id extends string = 'bedrock'>(
  options?: BedrockOptions & { readonly id?: Id | undefined },
): BedrockProvider<NoInfer<Id>>;
export function createBedrock(options: BedrockOptions = {}): BedrockProvider {
  checkProviderOptions('bedrock', options, EXTRA_OPTIONS);
  const connect = createConnection(options);
  return {
    spi: 1,
    id: options.id ?? 'bedrock',
    ...billingOf(options, { vendor: 'amazon-bedrock' }),
    data: dataOf(options, (modelId, env) => dataOfModel(modelId, options, env)),
    model: (modelId) => converseModel(modelId, options, connect),
    embeddingModel: (modelId) => ({ ...embeddingModel(modelId, connect), timeouts: options.timeouts }),
    rerankModel: (modelId) => ({ ...rerankModel(modelId, connect), timeouts: options.timeouts }),
    schemes: { bedrock: fromDsn },
    sources: (env) => sourcesOf(options, env),
  };
}

/**
 * Creates a provider from a DSN such as `bedrock://API-KEY@bedrock-runtime.us-east-1.amazonaws.com?region=us-east-1`, or with
 * `ACCESS-KEY:SECRET@` instead of `API-KEY@`. Credentials from the environment are sent only to Amazon's hosts.
 */
function fromDsn({ name, token, host, baseURL, params: { region, ...quirks } }: Dsn): Provider {
  const [accessKeyId, secretAccessKey] = token?.split(':') ?? [];
  // An empty key prevents the use of a key from the environment.
  const secret =
    accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey } }
      : { apiKey: token ?? (/\.amazonaws\.com(?:\.cn)?$/.test(host) ? undefined : '') };
  return createBedrock({
    id: name,
    baseURL,
    region,
    quirks: quirksFromParams<Quirks>(quirks, QUIRK_VALUES, dsnVariable(name)),
    ...secret,
  });
}

function converseModel(modelId: string, options: BedrockOptions, connect: Connect): Model {
  const facts = modelFacts(modelId);
  const quirks = { ...facts.quirks, ...options.quirks };
  const family = familyOf(modelId, quirks);
  const most = facts.capabilities.maxOutputTokens ?? Infinity;
  return {
    id: modelId,
    wire: 'bedrock-converse',
    families: [family],
    capabilities: facts.capabilities,
    timeouts: options.timeouts,
    isNonStreaming: ({ maxTokens }) => Math.min(maxTokens ?? Infinity, most) <= MAX_NON_STREAMING_TOKENS,
    stream(request, context) {
      const toParams = (): WireRequest => toWire(request, modelId, quirks, family);
      return converse({ toParams, request, context, family, connect });
    },
  };
}

/** Maximum `maxTokens` of a non-streaming request. Proxies close connections that are idle for several minutes. */
const MAX_NON_STREAMING_TOKENS = 16_384;
