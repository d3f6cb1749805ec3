import type { Capabilities, Dsn, LlmError, Model, ModelContext, Provider, Timeouts } from '@majordomo/core';
import { checkProviderOptions, billingOf, patientFetch } from '@majordomo/wire-kit';
import { txt2imgModel } from '@majordomo/imagegen';
import { llamacpp, openaiCompatible, quirksFromParams, type Profile } from '@majordomo/provider-openai';
import { createManagement } from './connection.ts';
import { missingURL } from './errors.ts';
import { events, logs, type LogOptions, type SwapEvent, type WatchOptions } from './events.ts';
import { withoutLoading } from './loading.ts';
import { listedModels } from './models.ts';
import {
  OWN_OPTIONS,
  keyOf,
  originOf,
  withOrigin,
  type LlamaSwapOptions,
  type ManageOptions,
} from './options.ts';
import { health, running, unload, version, type RunningModel, type SwapVersion } from './running.ts';

/** A llama-swap server: its models for chat, and what it tells and does about them. All of it throws `LlmError`. */
export interface LlamaSwap extends Provider {
  /** The models whose processes are not stopped. */
  running(options?: ManageOptions): Promise<readonly RunningModel[]>;
  /** Stops the process of one model (`not-found`: unknown, or a peer's), or of all. */
  unload(model?: string, options?: ManageOptions): Promise<void>;
  /** Does the server answer? */
  health(options?: ManageOptions): Promise<boolean>;
  /** The server's version, as it says it. */
  version(options?: ManageOptions): Promise<SwapVersion>;
  /** What happens, until the loop is left or the signal aborts; lost connections are made again. */
  events(options?: WatchOptions): AsyncIterable<SwapEvent>;
  /** Pieces of the logs, until the server ends, the loop is left or the signal aborts. */
  logs(options?: LogOptions): AsyncIterable<string>;
}

/**
 * The first byte may take as long as loading a model, reading the prompt and any queue; while a tool call is parsed
 * nothing comes at all.
 */
const UNTIMED: Timeouts = { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 0, totalMs: 0 };

/**
 * A llama-swap server. Chat goes over Chat Completions at `{baseURL}/v1`. Without a `baseURL` a call fails with
 * `config`; without a key `no-key` is sent. Nothing is loaded before the first call.
 */
export function createLlamaSwap(options: LlamaSwapOptions = {}): LlamaSwap {
  checkProviderOptions('llama-swap', withOrigin(options), OWN_OPTIONS);
  const id = options.id ?? 'llama-swap';
  const server = createManagement(id, options);
  const chat = openaiCompatible(profileOf(id, options), {
    headers: options.headers,
    timeouts: options.timeouts,
    quirks: options.quirks,
    apiKey: keyOf(options),
    spaces: options.spaces,
  });
  const listed = new Map<string, Capabilities>();
  return {
    spi: 1,
    id,
    ...billingOf(options, { vendor: 'llama-swap', billing: 'included' }),
    model: (modelId) => swapModel(chat.model(modelId), () => listed.get(modelId), options),
    imageModel: (modelId) =>
      options.images === 'images' && chat.imageModel !== undefined
        ? chat.imageModel(modelId)
        : {
            ...txt2imgModel(modelId, (path, body, context) => server.post(path, body, context)),
            timeouts: options.timeouts ?? UNTIMED,
          },
    ...furtherOf(chat, options),
    async listModels(context) {
      const models = listedModels(await server.json('GET', '/v1/models', context), id);
      for (const model of models) listed.set(model.id, model.capabilities);
      return models;
    },
    running: (call = {}) => running(server, call),
    unload: (model, call = {}) => unload(server, model, call),
    health: (call = {}) => health(server, call),
    version: (call = {}) => version(server, call),
    events: (call = {}) => events(server, call),
    logs: (call = {}) => logs(server, call),
    schemes: { 'llama-swap': fromDsn('http'), 'llama-swaps': fromDsn('https') },
  };
}

/** Without a URL none of its models gets as far as asking: see `swapModel`. */
const NOWHERE = 'http://nowhere.invalid';

const profileOf = (id: string, options: LlamaSwapOptions): Profile => ({
  ...llamacpp,
  id,
  baseURL: `${originOf(options) ?? NOWHERE}/v1`,
  timeouts: UNTIMED,
});

/** `llama-swap://[TOKEN@]host:8080[?quirk=value]`, or `llama-swaps` for https: the scheme alone says which. */
const fromDsn =
  (protocol: 'http' | 'https') =>
  ({ name, token, host, path, params }: Dsn): Provider =>
    createLlamaSwap({
      id: name,
      apiKey: token,
      baseURL: `${protocol}://${host}${path}`,
      quirks: quirksFromParams(params, `LLM_${name.toUpperCase()}`),
    });

/** A model of the delegate, told what the server listed of it, whose streams hold the model's own words alone. */
function swapModel(model: Model, listed: () => Capabilities | undefined, options: LlamaSwapOptions): Model {
  return {
    ...model,
    /** A model is kept, and may be listed later. */
    get capabilities() {
      return { ...model.capabilities, ...listed() };
    },
    stream(request, context) {
      if (originOf(options) === undefined) return failing(missingURL(context.target));
      const fetch = withoutLoading(options.fetch ?? context.fetch ?? patientFetch);
      return model.stream(request, { ...context, fetch });
    },
  };
}

type FurtherModels = Pick<Provider, 'embeddingModel' | 'transcriptionModel' | 'speechModel'>;

/** Vectors, transcripts and speech of the delegate: the server routes their paths by the model too. */
function furtherOf(
  { embeddingModel, transcriptionModel, speechModel }: FurtherModels,
  options: LlamaSwapOptions,
): FurtherModels {
  const placed = (context: ModelContext): ModelContext => {
    if (originOf(options) === undefined) throw missingURL(context.target);
    return { ...context, fetch: options.fetch ?? context.fetch ?? patientFetch };
  };
  return {
    ...(embeddingModel && {
      embeddingModel: (id: string) => {
        const model = embeddingModel(id);
        return { ...model, embed: async (request, context) => model.embed(request, placed(context)) };
      },
    }),
    ...(transcriptionModel && {
      transcriptionModel: (id: string) => {
        const model = transcriptionModel(id);
        return {
          ...model,
          transcribe: async (request, context) => model.transcribe(request, placed(context)),
        };
      },
    }),
    ...(speechModel && {
      speechModel: (id: string) => {
        const model = speechModel(id);
        return {
          ...model,
          async *speak(request, context) {
            yield* model.speak(request, placed(context));
          },
        };
      },
    }),
  };
}

const failing = (error: LlmError): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
});
