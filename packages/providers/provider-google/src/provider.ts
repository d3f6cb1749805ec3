import { type Dsn, dsnVariable, LlmError, type Model, type Provider } from '@majordomo/core';
import { checkProviderOptions, billingOf, EventWriter, sdkStream } from '@majordomo/wire-kit';
import { dataOf, quirksFromParams, type QuirkValues } from '@majordomo/wire-kit/internal';
import { isAgent } from './agents.ts';
import { batchBackend } from './batch.ts';
import { computerActions } from './computer.ts';
import { createConnection, type Connection } from './connection.ts';
import { embeddingModel } from './embedding.ts';
import { inBandError } from './errors.ts';
import { fileBackend } from './files.ts';
import { imageModel } from './image.ts';
import { modelFacts, familyOf, listModels, MAX_INLINE_BYTES } from './models.ts';
import type { GoogleModelId } from './model-ids.ts';
import { EXTRA_OPTIONS, type GoogleOptions } from './options.ts';
import { dataOfPlatform } from './data.ts';
import { interactionBackend } from './interactions.ts';
import { GEMINI_ORIGIN, platformOf } from './platform.ts';
import { QUIRK_VALUES, type Quirks } from './quirks.ts';
import { toWire } from './request.ts';
import { speechModel } from './speech.ts';
import { GeminiReader } from './stream.ts';
import { extraWithTools } from './tools.ts';
import { transcriptionModel } from './transcription.ts';
import { isVideoModel, videoBackend } from './videos.ts';

/**
 * Creates a provider for Gemini models on the Gemini API or on Vertex AI (see the option `vertexai`). The first call loads the
 * SDK. Without credentials, a call fails with kind `auth`.
 */
export function createGoogle<Id extends string = 'google'>(
  options?: GoogleOptions & { readonly id?: Id | undefined },
): Provider<NoInfer<Id>, GoogleModelId>;
export function createGoogle(options: GoogleOptions = {}): Provider {
  checkProviderOptions('google', options, EXTRA_OPTIONS);
  return geminiProvider(options, KEY_ENV);
}

const KEY_ENV = ['GOOGLE_API_KEY', 'GEMINI_API_KEY'];

function geminiProvider(options: GoogleOptions, keyEnv: readonly string[]): Provider {
  const id = options.id ?? 'google';
  if (options.background === true && options.client !== undefined)
    throw new LlmError('config', `createGoogle: background cannot be used with client; omit one of them`, {
      path: 'background',
    });
  const connection = createConnection(options, keyEnv);
  return {
    spi: 1,
    id,
    // A provider has one vendor for all calls, so the environment of a call cannot select it.
    ...billingOf(options, { vendor: platformOf(options, {}).vertexai ? 'google-vertex' : 'google' }),
    data: dataOf(options, (_modelId, env) => dataOfPlatform(platformOf(options, env))),
    model: (modelId) => geminiModel(modelId, options, connection),
    imageModel: (modelId) => ({
      ...imageModel(modelId, connection),
      images: modelFacts(modelId).capabilities.images,
      timeouts: options.timeouts,
    }),
    embeddingModel: (modelId) => ({
      ...embeddingModel(modelId, (env) => platformOf(options, env).vertexai, connection),
      timeouts: options.timeouts,
    }),
    transcriptionModel: (modelId) => {
      const { audio } = modelFacts(modelId).capabilities;
      const mediaTypes = typeof audio === 'object' ? audio : undefined;
      const limits = { mediaTypes, maxBytes: MAX_INLINE_BYTES, timeouts: options.timeouts };
      return transcriptionModel(modelId, limits, connection);
    },
    speechModel: (modelId) => ({ ...speechModel(modelId, connection), timeouts: options.timeouts }),
    // Batches on Vertex are not supported, because they need buckets and roles.
    batch: (modelId, operation, env = {}) =>
      operation === 'chat' && !platformOf(options, env).vertexai
        ? batchBackend(modelId, connection)
        : undefined,
    background: (modelId, env = {}) =>
      hasJobs(modelId, options) && !platformOf(options, env).vertexai
        ? interactionBackend(modelId, connection, options.data?.retentionDays)
        : undefined,
    // Veo on Vertex writes videos to buckets.
    videoModel: (modelId, env = {}) =>
      isVideoModel(modelId) && !platformOf(options, env).vertexai
        ? videoBackend(modelId, connection, options.data?.retentionDays)
        : undefined,
    // Files on Vertex need buckets and roles.
    files: (_modelId, env = {}) => (platformOf(options, env).vertexai ? undefined : fileBackend(connection)),
    schemes: { google: fromDsn, gemini: fromDsn },
    async listModels(context) {
      const session = connection.open({ target: id });
      try {
        return await listModels(id, await session.list(context));
      } catch (error) {
        throw session.toLlmError(error);
      }
    },
  };
}

/** Whether jobs run as interactions. A client of the application sends no interactions. */
const hasJobs = (modelId: string, { background, client }: GoogleOptions): boolean =>
  background === true || (isAgent(modelId) && client === undefined);

const agentError = (target: string): LlmError => {
  const why = `${target} is an agent, which answers only in the background; call it with createBackground of @majordomo/background`;
  return new LlmError('unsupported', why, { target });
};

/**
 * Creates a provider from a DSN such as `google://KEY@generativelanguage.googleapis.com?apiVersion=v1beta`. With `project` or
 * `location`, the token is for Vertex. A key from the environment is sent only to the Gemini API.
 */
function fromDsn({ name, token, baseURL, params }: Dsn): Provider {
  const { apiVersion, project, location, ...quirks } = quirksFromParams<DsnSettings>(
    params,
    { apiVersion: TEXT, project: TEXT, location: TEXT, ...QUIRK_VALUES },
    dsnVariable(name),
  );
  const isVertex = project !== undefined || location !== undefined;
  // An empty token makes a call fail with kind `auth`. With `undefined`, the SDK would search for other credentials.
  const secret = isVertex ? { token: token ?? '' } : { apiKey: token };
  const options = {
    id: name,
    baseURL,
    apiVersion,
    project,
    location,
    quirks,
    ...secret,
  };
  return geminiProvider(options, baseURL === GEMINI_ORIGIN ? KEY_ENV : []);
}

type DsnSettings = Quirks & Pick<GoogleOptions, 'apiVersion' | 'project' | 'location'>;
const TEXT: QuirkValues<string> = { takes: 'a string', read: (text) => text };

/** Maximum `maxTokens` of a non-streaming request. The vendor ends a non-streaming request after ten minutes. */
const MAX_NON_STREAMING_TOKENS = 16_384;

/** Quirks of Vertex, which does not accept calls and results of tools that ran at the vendor. */
const VERTEX_QUIRKS: Partial<Quirks> = { serverToolParts: false };

function geminiModel(modelId: string, options: GoogleOptions, connection: Connection): Model {
  const { capabilities, quirks: known } = modelFacts(modelId);
  const family = familyOf(modelId);
  const maxOutputTokens = capabilities.maxOutputTokens ?? Infinity;
  return {
    id: modelId,
    wire: 'gemini-generate',
    families: [family],
    capabilities,
    timeouts: options.timeouts,
    isNonStreaming: ({ maxTokens }) =>
      Math.min(maxTokens ?? Infinity, maxOutputTokens) <= MAX_NON_STREAMING_TOKENS,
    stream(request, context) {
      const isVertex = platformOf(options, context.env).vertexai;
      const quirks: Quirks = { ...known, ...(isVertex && VERTEX_QUIRKS), ...options.quirks };
      const session = connection.open({ target: context.target, request });
      // The writer collects its events, because `sdkStream` takes them.
      const writer = new EventWriter(context.target, { collects: true });
      return sdkStream({
        context,
        send() {
          // With `exchange`, no server is called: it captures the request of a background job, or returns the answer of one.
          if (isAgent(modelId) && context.exchange === undefined) throw agentError(context.target);
          const { params, warnings } = toWire(request, quirks, family);
          writer.warning(...warnings);
          const extra = extraWithTools(request.extra, params.config);
          return session.generate({ modelId, params, extra, context });
        },
        reader: new GeminiReader({
          writer,
          family,
          toLlmError: (error) => inBandError(error, session),
          reportUsage: (usage) => context.reportUsage?.(usage),
          isComputerAction: computerActions(request),
        }),
        toLlmError: (error) => session.toLlmError(error),
      });
    },
  };
}
