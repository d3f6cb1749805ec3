import type { Dsn, Env, Model, Provider } from '@majordomo/core';
import { checkProviderOptions, billingOf, quirksFromParams } from '@majordomo/wire-kit';
import { sourcesOf, type BedrockSources } from './auth.ts';
import { createConnection, type Connect } from './connection.ts';
import { converse } from './converse.ts';
import { embeddingModel } from './embedding.ts';
import { factsOf, familyOf } from './models.ts';
import { OWN_OPTIONS, type BedrockOptions } from './options.ts';
import { QUIRK_WORDS, type Quirks } from './quirks.ts';
import { toWire, type WireRequest } from './request.ts';

/** A provider that can tell where its region and credentials come from. */
export interface BedrockProvider extends Provider {
  /** Looks at the options and these variables; sends nothing. */
  sources(env: Env): BedrockSources;
}

/**
 * Models of Amazon Bedrock: chat through Converse, vectors through InvokeModel. Nothing is loaded or opened before the first
 * call.
 */
export function createBedrock(options: BedrockOptions = {}): BedrockProvider {
  checkProviderOptions('bedrock', options, OWN_OPTIONS);
  const connect = createConnection(options);
  return {
    spi: 1,
    id: options.id ?? 'bedrock',
    ...billingOf(options, { vendor: 'amazon-bedrock' }),
    model: (modelId) => converseModel(modelId, options, connect),
    embeddingModel: (modelId) => ({ ...embeddingModel(modelId, connect), timeouts: options.timeouts }),
    schemes: { bedrock: fromDsn },
    sources: (env) => sourcesOf(options, env),
  };
}

/**
 * `bedrock://API-KEY@bedrock-runtime.us-east-1.amazonaws.com?region=us-east-1`, or `ACCESS-KEY:SECRET@`. Without a
 * token the environment's credentials are for Amazon's own hosts only.
 */
function fromDsn({ name, token, host, baseURL, params: { region, ...quirks } }: Dsn): Provider {
  const [accessKeyId, secretAccessKey] = token?.split(':') ?? [];
  const secret =
    accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey } }
      : { apiKey: token ?? (/\.amazonaws\.com(?:\.cn)?$/.test(host) ? undefined : '') };
  return createBedrock({
    id: name,
    baseURL,
    region,
    quirks: quirksFromParams<Quirks>(quirks, QUIRK_WORDS),
    ...secret,
  });
}

function converseModel(modelId: string, options: BedrockOptions, connect: Connect): Model {
  const facts = factsOf(modelId);
  const quirks = { ...facts.quirks, ...options.quirks };
  const family = familyOf(modelId, quirks);
  const most = facts.capabilities.maxOutputTokens ?? Infinity;
  return {
    id: modelId,
    wire: 'bedrock-converse',
    families: [family],
    capabilities: facts.capabilities,
    timeouts: options.timeouts,
    isNonStreaming: ({ maxTokens }) => Math.min(maxTokens ?? Infinity, most) <= MOST_WHOLE_TOKENS,
    stream(request, context) {
      const toParams = (): WireRequest => toWire(request, modelId, quirks, family);
      return converse({ toParams, request, context, family, connect });
    },
  };
}

/** Longer answers stream: a connection without a byte for minutes is cut by what stands between. */
const MOST_WHOLE_TOKENS = 16_384;
