import type { GenerateContentParameters } from '@google/genai';
import type { Dsn, Model, ModelContext, ModelRequest, Provider } from '@majordomo/core';
import { Scribe, sdkStream } from '@majordomo/core/provider';
import { connection, type Connect, type Connected } from './connection.ts';
import { toLlmError, type Failed } from './errors.ts';
import { imageModel, type ImageParams, type SendImage } from './image.ts';
import { listedModels } from './listed.ts';
import { factsOf, familyOf } from './models.ts';
import type { GoogleOptions } from './options.ts';
import { GEMINI_ORIGIN, placeOf } from './place.ts';
import { quirksFromParams, type Quirks } from './quirks.ts';
import { toWire, type WireRequest } from './request.ts';
import { GeminiReader } from './stream.ts';

/**
 * Gemini models: the Gemini API with a key, or Vertex AI with `project` and `location`. Nothing is loaded or opened
 * before the first call; a missing key fails that call with kind `auth`.
 *
 * @example createMajordomo({ providers: [createGoogle()], env: process.env }).model('google/gemini-3.8-flash')
 */
export function createGoogle(options: GoogleOptions = {}): Provider {
  return geminiProvider(options, KEY_ENV);
}

/** In the order of the SDK. */
const KEY_ENV = ['GOOGLE_API_KEY', 'GEMINI_API_KEY'];

function geminiProvider(options: GoogleOptions, keyEnv: readonly string[]): Provider {
  const id = options.id ?? 'google';
  const connect = connection(options, keyEnv);
  return {
    spi: 1,
    id,
    model: (modelId) => geminiModel(modelId, options, connect),
    imageModel: (modelId) => ({
      ...imageModel(modelId, imageSender(modelId, connect)),
      images: factsOf(modelId).capabilities.images,
      timeouts: options.timeouts,
    }),
    schemes: { google: fromDsn, gemini: fromDsn },
    async listModels(context) {
      const failed: Failed = { target: id, secrets: [] };
      try {
        const { client, fetch, headers } = await connect(context, failed);
        const send: typeof fetch = (url, init) => fetch(url, { ...init, signal: context.signal });
        return await listedModels(
          id,
          await client.models.list({ config: { httpOptions: { fetch: send, headers } } }),
        );
      } catch (error) {
        throw toLlmError(error, failed);
      }
    },
  };
}

/**
 * `google://KEY@generativelanguage.googleapis.com?apiVersion=v1beta`; with `project` the token is for Vertex. Only the
 * token of the DSN is sent: the variables' keys belong to the vendor's own host.
 */
function fromDsn({
  name,
  token,
  baseURL,
  params: { apiVersion, project, location, ...quirks },
}: Dsn): Provider {
  const isVertex = project !== undefined || location !== undefined;
  const secret = isVertex ? { token: token ?? '' } : { apiKey: token };
  const options = {
    id: name,
    baseURL,
    apiVersion,
    project,
    location,
    quirks: quirksFromParams(quirks),
    ...secret,
  };
  return geminiProvider(options, baseURL === GEMINI_ORIGIN ? KEY_ENV : []);
}

/** Longer answers stream: the vendor ends a unary call after ten minutes. */
const MOST_WHOLE_TOKENS = 16_384;

/** The SDK refuses to send these parts to Vertex. */
const VERTEX_QUIRKS: Partial<Quirks> = { serverToolParts: false };

function geminiModel(modelId: string, options: GoogleOptions, connect: Connect): Model {
  const facts = factsOf(modelId);
  const family = familyOf(modelId);
  const most = facts.capabilities.maxOutputTokens ?? Infinity;
  return {
    id: modelId,
    wire: 'gemini-generate',
    families: [family],
    capabilities: facts.capabilities,
    timeouts: options.timeouts,
    whole: ({ maxTokens }) => Math.min(maxTokens ?? Infinity, most) <= MOST_WHOLE_TOKENS,
    stream(request, context) {
      const isVertex = placeOf(options, context.env).vertexai;
      const quirks: Quirks = { ...facts.quirks, ...(isVertex && VERTEX_QUIRKS), ...options.quirks };
      const failed: Failed = { target: context.target, request, secrets: [] };
      const reader = new GeminiReader(new Scribe(context.target, []), family);
      return sdkStream({
        context,
        async open() {
          const { params, warnings } = toWire(request, quirks, family);
          reader.warnings = warnings;
          return send({
            modelId,
            params,
            extra: request.extra,
            context,
            failed,
            connected: await connect(context, failed),
          });
        },
        reader,
        toLlmError: (error) => toLlmError(error, failed),
      });
    },
  };
}

/** Pictures come in one body. */
const imageSender =
  (modelId: string, connect: Connect): SendImage =>
  async (params, extra, context, failed) => {
    const connected = await connect(context, failed);
    return send({ modelId, params, extra, context: { ...context, delivery: 'whole' }, failed, connected });
  };

interface Sending {
  readonly modelId: string;
  readonly params: WireRequest['params'] | ImageParams;
  readonly extra: ModelRequest['extra'];
  readonly context: ModelContext;
  readonly failed: Failed;
  readonly connected: Connected;
}

/**
 * The SDK addresses, signs and sends; what it throws for a refusal is its own. A good answer's body is read by core's
 * decoder instead: the SDK's parses every event twice, builds a `Response` for each, and does not cancel the body.
 */
async function send({ modelId, params, extra, context, failed, connected }: Sending): Promise<Response> {
  const { client, fetch, headers } = connected;
  let answer: Response | undefined;
  const capture: typeof fetch = async (url, init) => {
    // The SDK never takes its listener off a signal that it is given: it gets none.
    answer = await fetch(url, { ...init, signal: context.signal });
    failed.headers = answer.headers;
    return answer.ok ? new Response('{}', { headers: { 'content-type': 'application/json' } }) : answer;
  };
  const sent = {
    model: modelId,
    contents: params.contents,
    config: {
      ...params.config,
      // The SDK would call tools and continue long answers with requests of its own.
      automaticFunctionCalling: { disable: true },
      automaticContinuation: false,
      httpOptions: { fetch: capture, headers, extraBody: { ...extra } },
    },
  } as GenerateContentParameters;
  const { models } = client;
  await (context.delivery === 'whole' ? models.generateContent(sent) : models.generateContentStream(sent));
  if (answer === undefined) throw new TypeError('the SDK did not use the fetch that it was given');
  return answer;
}
