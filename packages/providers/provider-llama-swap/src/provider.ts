import {
  type Capabilities,
  type Dsn,
  dsnVariable,
  type Model,
  type Provider,
  type Timeouts,
} from '@majordomo/core';
import { mergeTimeouts } from '@majordomo/core/toolkit';
import { checkProviderOptions, billingOf, patientFetch } from '@majordomo/wire-kit';
import { dataAt, dataOf } from '@majordomo/wire-kit/internal';
import { txt2imgModel } from '@majordomo/imagegen';
import { llamacpp, openaiCompatible, quirksFromParams, type Profile } from '@majordomo/provider-openai';
import { createManagement } from './management.ts';
import { missingURL } from './errors.ts';
import { events, logs, type LogOptions, type SwapEvent, type WatchOptions } from './events.ts';
import { withoutLoading } from './loading.ts';
import { listModels } from './models.ts';
import {
  EXTRA_OPTIONS,
  keyOf,
  originOf,
  withOrigin,
  type LlamaSwapOptions,
  type ManageOptions,
} from './options.ts';
import { health, running, unload, version, type RunningModel, type SwapVersion } from './running.ts';

/** Provider for a llama-swap server, with its management API. All methods throw `LlmError`. */
export interface LlamaSwap extends Provider {
  /** Returns the models that have a running process. */
  running(options?: ManageOptions): Promise<readonly RunningModel[]>;
  /** Stops the process of one model, or of all models. Throws `not-found` for an unknown model, or a model of a peer server. */
  unload(model?: string, options?: ManageOptions): Promise<void>;
  /** Returns whether the server responds. */
  health(options?: ManageOptions): Promise<boolean>;
  /** Returns the version of the server. */
  version(options?: ManageOptions): Promise<SwapVersion>;
  /** Yields events until the caller leaves the loop or the signal aborts. Reconnects after a lost connection. */
  events(options?: WatchOptions): AsyncIterable<SwapEvent>;
  /** Yields log text until the server ends the stream, the caller leaves the loop, or the signal aborts. */
  logs(options?: LogOptions): AsyncIterable<string>;
}

/**
 * Default timeouts, which disable every limit, because the first byte arrives only after the queue is processed, the model is
 * loaded and the prompt is read. The server also sends nothing while it parses a tool call.
 */
const NO_TIMEOUTS: Timeouts = { connectMs: 0, firstContentMs: 0, idleMs: 0, completeMs: 0, totalMs: 0 };

/**
 * Creates a provider for a llama-swap server. Chat uses Chat Completions at `{baseURL}/v1`. If `baseURL` is not set, a call fails
 * with `config`. If no key is set, the key `no-key` is sent, because the SDK requires
 * a key.
 */
export function createLlamaSwap(options: LlamaSwapOptions = {}): LlamaSwap {
  checkProviderOptions('llama-swap', withOrigin(options), EXTRA_OPTIONS);
  const id = options.id ?? 'llama-swap';
  const server = createManagement(id, options);
  const chat = openaiCompatible(profileOf(id, options), {
    headers: options.headers,
    fetch: transportOf(id, options),
    timeouts: options.timeouts,
    quirks: options.quirks,
    apiKey: keyOf(options),
    vectorSpaces: options.vectorSpaces,
  });
  const capabilitiesByModel = new Map<string, Capabilities>();
  return {
    spi: 1,
    id,
    ...billingOf(options, { vendor: 'llama-swap', billing: 'included' }),
    data: dataOf(options, () => dataAt(originOf(options))),
    model: (modelId, env) => swapModel(chat.model(modelId, env), () => capabilitiesByModel.get(modelId)),
    imageModel: (modelId) =>
      options.images === 'images' && chat.imageModel !== undefined
        ? chat.imageModel(modelId)
        : {
            ...txt2imgModel(modelId, (path, body, context) => server.post(path, body, context)),
            timeouts: mergeTimeouts(NO_TIMEOUTS, options.timeouts),
          },
    ...otherModels(chat),
    async listModels(context) {
      const models = listModels(await server.json('GET', '/v1/models', context), id);
      for (const model of models) capabilitiesByModel.set(model.id, model.capabilities);
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

/** Placeholder URL. If no URL is configured, no model sends a request (see `transportOf`). */
const MISSING_URL = 'http://nowhere.invalid';

const profileOf = (id: string, options: LlamaSwapOptions): Profile => ({
  ...llamacpp,
  id,
  baseURL: `${originOf(options) ?? MISSING_URL}/v1`,
  baseURLEnv: undefined,
  timeouts: NO_TIMEOUTS,
});

/** Returns the transport of the models, or `undefined` for that of the call. Without a URL, every call fails. */
const transportOf = (id: string, options: LlamaSwapOptions): typeof globalThis.fetch | undefined =>
  originOf(options) === undefined
    ? () => Promise.reject(missingURL(id))
    : options.fetch && withoutLoading(options.fetch);

/** Creates a provider from a DSN such as `llama-swap://[TOKEN@]host:8080[?quirk=value]`. `llama-swaps` selects https. */
const fromDsn =
  (protocol: 'http' | 'https') =>
  ({ name, token, host, path, params }: Dsn): Provider =>
    createLlamaSwap({
      id: name,
      apiKey: token,
      baseURL: `${protocol}://${host}${path}`,
      quirks: quirksFromParams(params, dsnVariable(name)),
    });

/** Wraps a model of the Chat Completions provider. Adds the capabilities that the server listed, and removes loading messages. */
function swapModel(model: Model, listedCapabilities: () => Capabilities | undefined): Model {
  return {
    ...model,
    /** Returns the capabilities. Each call reads the capabilities again, because the server may list the model later. */
    get capabilities() {
      return { ...model.capabilities, ...listedCapabilities() };
    },
    stream(request, context) {
      // The `fetch` of the context is used if the option `fetch` is not set, which `transportOf` wraps.
      return model.stream(request, { ...context, fetch: withoutLoading(context.fetch ?? patientFetch) });
    },
  };
}

type OtherModels = Pick<Provider, 'embeddingModel' | 'transcriptionModel' | 'speechModel'>;

/** Returns the functions for embedding, transcription and speech models, whose paths the server routes by model name, too. */
const otherModels = ({ embeddingModel, transcriptionModel, speechModel }: OtherModels): OtherModels => ({
  ...(embeddingModel && { embeddingModel }),
  ...(transcriptionModel && { transcriptionModel }),
  ...(speechModel && { speechModel }),
});
