import { LlmError } from '@majordomo/core';
import type { Dsn, Model, Provider, Timeouts } from '@majordomo/core';
import { chatReasoningFamily, didYouMean, mergeTimeouts } from '@majordomo/core/toolkit';
import {
  checkProviderOptions,
  NDJSON,
  billingOf,
  EventWriter,
  sdkStream,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { createConnection, type Connection } from './connection.ts';
import { embeddingModel } from './embedding.ts';
import { refusal, toLlmError } from './errors.ts';
import { factsOf, listedModels } from './models.ts';
import { baseURLFromHost } from './host.ts';
import { OWN_OPTIONS, type OllamaOptions } from './options.ts';
import { PROFILES, type Profile, type ProfileName } from './profiles.ts';
import { pull, type PullOptions, type PullProgress } from './pull.ts';
import { settingsFromParams, type OllamaQuirks } from './quirks.ts';
import { toWire, type WireParams } from './request.ts';
import type { PromptSize } from './response.ts';
import { ChatReader } from './stream.ts';

/** A provider that can also fetch models, where its profile can. */
export interface OllamaProvider extends Provider {
  /** Fetches a model and tells how far it is; `unsupported` where the service has its models already. */
  pull(model: string, options?: PullOptions): AsyncIterable<PullProgress>;
}

/**
 * Models of an Ollama server through its native API: the local one at OLLAMA_HOST, or by profile Ollama Cloud with
 * OLLAMA_API_KEY, or foreman. No timer runs by default: the caller's signal is the only bound.
 *
 * @example createMajordomo({ providers: [createOllama()], env: process.env }).model('ollama/qwen3:30b')
 */
export function createOllama(options: OllamaOptions = {}): OllamaProvider {
  // Any form that OLLAMA_HOST may have; untyped code may give anything.
  const host: unknown = (options as OllamaOptions | null)?.baseURL;
  const isHost = typeof host === 'string';
  checkProviderOptions('ollama', isHost ? { ...options, baseURL: undefined } : options, OWN_OPTIONS);
  if (isHost) baseURLFromHost(host);
  return ollamaProvider(options, profileOf(options));
}

function ollamaProvider(options: OllamaOptions, profile: Profile): OllamaProvider {
  const id = options.id ?? profile.id;
  const connection = createConnection(options, profile);
  return {
    spi: 1,
    id,
    ...billingOf(options, profile),
    model: (modelId) => modelOf(modelId, id, options, profile, connection),
    embeddingModel: (modelId) => ({
      ...embeddingModel(modelId, options, connection),
      timeouts: mergeTimeouts(profile.timeouts, options.timeouts),
    }),
    schemes: { ollama: fromDsn, 'ollama-cloud': fromDsn, foreman: fromDsn },
    async listModels(context) {
      const facts: ErrorContext = { target: id, secrets: [] };
      try {
        const response = await connection.list(context, facts);
        return listedModels(await response.json(), id);
      } catch (error) {
        throw toLlmError(error, facts);
      }
    },
    pull(model, pullOptions = {}) {
      if (!profile.pulls)
        throw new LlmError('unsupported', `${id} cannot fetch models: only a local server can`);
      return pull(connection, model, `${id}/${model}`, pullOptions);
    },
  };
}

function profileOf({ profile = 'ollama' }: Pick<OllamaOptions, 'profile'>): Profile {
  if (Object.hasOwn(PROFILES, profile)) return PROFILES[profile];
  const names = Object.keys(PROFILES);
  const near = didYouMean(profile, names);
  throw new LlmError('config', `unknown profile "${profile}": there are ${names.join(', ')}${near}`, {
    path: 'profile',
  });
}

/**
 * `foreman://TOKEN@host?num_ctx=32768`: the scheme is the profile. Only the token of the DSN is sent: the variable's key
 * belongs to the vendor's own host.
 */
function fromDsn({ name, scheme, token, baseURL, params }: Dsn): Provider {
  const settings = settingsFromParams(params, `LLM_${name.toUpperCase()}`);
  const profile = profileOf({ profile: scheme as ProfileName });
  const keyEnv = baseURL === profile.baseURL ? profile.keyEnv : [];
  return ollamaProvider({ id: name, apiKey: token, baseURL, ...settings }, { ...profile, keyEnv });
}

function modelOf(
  modelId: string,
  providerId: string,
  options: OllamaOptions,
  profile: Profile,
  connection: Connection,
): Model {
  const { capabilities, quirks: known } = factsOf(modelId);
  const quirks: OllamaQuirks = { ...profile.quirks, ...known, ...options.quirks };
  const family = chatReasoningFamily(providerId, options.baseURL ?? profile.id);
  const timeouts = mergeTimeouts(profile.timeouts, options.timeouts);
  return {
    id: modelId,
    wire: 'ollama-chat',
    families: [family],
    capabilities,
    timeouts,
    isNonStreaming: () => profile.isNear && isUntimed(timeouts),
    stream(request, context) {
      const facts: ErrorContext = { target: context.target, request, secrets: [] };
      const scribe = new EventWriter(context.target, []);
      let sent: WireParams | undefined;
      return sdkStream({
        context,
        reader: new ChatReader({
          scribe,
          family,
          prompt: () => sizeOf(sent),
          toLlmError: (body) => refusal(body, facts),
        }),
        framing: NDJSON,
        send() {
          const { params, warnings } = toWire(request, modelId, quirks, {
            ...options,
            family,
            stream: context.delivery === 'deltas',
          });
          scribe.warning(...warnings);
          sent = params;
          return connection.chat(params, context, facts);
        },
        toLlmError: (error) => toLlmError(error, facts),
      });
    },
  };
}

/** These timers listen to a stream alone: who sets one wants it heard. */
const isUntimed = ({ firstContentMs, idleMs }: Timeouts): boolean => firstContentMs === 0 && idleMs === 0;

function sizeOf(
  { messages, options }: Pick<WireParams, 'messages' | 'options'> = { messages: [] },
): PromptSize {
  const numCtx = options?.['num_ctx'];
  return {
    characters: messages.reduce(
      (sum, { content, thinking = '' }) => sum + content.length + thinking.length,
      0,
    ),
    numCtx: typeof numCtx === 'number' ? numCtx : undefined,
  };
}
