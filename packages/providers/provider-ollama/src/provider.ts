import { dsnVariable, LlmError } from '@majordomo/core';
import type { Dsn, Model, Provider, Timeouts } from '@majordomo/core';
import { chatReasoningFamily, didYouMean, mergeTimeouts } from '@majordomo/core/toolkit';
import { checkProviderOptions, NDJSON, billingOf, EventWriter, sdkStream } from '@majordomo/wire-kit';
import { dataAt, dataOf } from '@majordomo/wire-kit/internal';
import { createConnection, hostOf, type Connection } from './connection.ts';
import { embeddingModel } from './embedding.ts';
import { responseError } from './errors.ts';
import { modelFacts, listModels } from './models.ts';
import { baseURLFromHost } from './host.ts';
import { EXTRA_OPTIONS, type OllamaOptions } from './options.ts';
import { PROFILES, type Profile, type ProfileName } from './profiles.ts';
import { pull, type PullOptions, type PullProgress } from './pull.ts';
import { settingsFromParams, type OllamaQuirks } from './quirks.ts';
import { toWire, type WireParams } from './request.ts';
import type { PromptSize } from './response.ts';
import { ChatReader } from './stream.ts';

/** Provider that can download models, if its profile supports downloads. */
export interface OllamaProvider extends Provider {
  /** Downloads a model and yields the progress. Throws `unsupported` if the service does not support downloads. */
  pull(model: string, options?: PullOptions): AsyncIterable<PullProgress>;
}

/**
 * Creates a provider that calls Ollama's native API: the local server at OLLAMA_HOST, Ollama Cloud with OLLAMA_API_KEY, or
 * foreman. All timeouts are disabled by default, except `idleMs` of the cloud.
 */
export function createOllama(options: OllamaOptions = {}): OllamaProvider {
  // `baseURL` may have any form that OLLAMA_HOST accepts. JavaScript callers may pass another type.
  const host: unknown = (options as OllamaOptions | null)?.baseURL;
  const isHost = typeof host === 'string';
  checkProviderOptions('ollama', isHost ? { ...options, baseURL: undefined } : options, EXTRA_OPTIONS);
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
    data: dataOf(options, (modelId, env) =>
      profile.isLocal && !isCloudModel(modelId)
        ? dataAt(baseURLFromHost(hostOf(options, profile, env, id)))
        : undefined,
    ),
    model: (modelId) => modelOf(modelId, id, options, profile, connection),
    embeddingModel: (modelId) => ({
      ...embeddingModel(modelId, options, connection),
      timeouts: mergeTimeouts(profile.timeouts, options.timeouts),
    }),
    schemes: { ollama: fromDsn, 'ollama-cloud': fromDsn, foreman: fromDsn },
    async listModels(context) {
      const session = connection.open({ target: id });
      try {
        const response = await session.list(context);
        return listModels(await response.json(), id);
      } catch (error) {
        throw session.toLlmError(error);
      }
    },
    pull(model, pullOptions = {}) {
      if (!profile.canPull)
        throw new LlmError('unsupported', `${id}: this service cannot download models; use profile ollama`);
      return pull(connection, model, `${id}/${model}`, pullOptions);
    },
  };
}

/** Whether a local server forwards the model's calls to the vendor's cloud: `gpt-oss:120b-cloud`, `kimi-k2:cloud`. */
const isCloudModel = (modelId: string): boolean => /[:-]cloud$/.test(modelId);

function profileOf({ profile = 'ollama' }: Pick<OllamaOptions, 'profile'>): Profile {
  if (Object.hasOwn(PROFILES, profile)) return PROFILES[profile];
  const names = Object.keys(PROFILES);
  const near = didYouMean(profile, names);
  throw new LlmError('config', `unknown profile "${profile}"; use one of ${names.join(', ')}${near}`, {
    path: 'profile',
  });
}

/**
 * Creates a provider from a DSN such as `foreman://TOKEN@host?num_ctx=32768`. The scheme is the name of the profile. A key from
 * the environment is sent only to the vendor's host.
 */
function fromDsn({ name, scheme, token, baseURL, params }: Dsn): Provider {
  const settings = settingsFromParams(params, dsnVariable(name));
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
  const { capabilities, quirks: known } = modelFacts(modelId);
  const quirks: OllamaQuirks = { ...profile.quirks, ...known, ...options.quirks };
  // Without the option, the address may come from the environment of each call, which is not known here.
  const family = chatReasoningFamily(providerId, options.baseURL ?? profile.id);
  const timeouts = mergeTimeouts(profile.timeouts, options.timeouts);
  return {
    id: modelId,
    wire: 'ollama-chat',
    families: [family],
    capabilities,
    timeouts,
    isNonStreaming: () => profile.isLocal && hasNoStreamTimeouts(timeouts),
    stream(request, context) {
      const session = connection.open({ target: context.target, request });
      const writer = new EventWriter(context.target, { collects: true });
      let sent: WireParams | undefined;
      return sdkStream({
        context,
        reader: new ChatReader({
          writer,
          family,
          prompt: () => promptSize(sent),
          toLlmError: (body) => responseError(body, session),
        }),
        framing: NDJSON,
        send() {
          const { params, warnings } = toWire(request, modelId, quirks, {
            ...options,
            family,
            stream: context.delivery === 'deltas',
          });
          writer.warning(...warnings);
          sent = params;
          return session.chat(params, context);
        },
        toLlmError: (error) => session.toLlmError(error),
      });
    },
  };
}

/** Whether the timeouts that apply only to streams are disabled. A non-streaming request would ignore them. */
const hasNoStreamTimeouts = ({ firstContentMs, idleMs }: Timeouts): boolean =>
  firstContentMs === 0 && idleMs === 0;

/** Returns the size of the sent prompt, from which `ChatReader` detects that the server truncated the prompt. */
function promptSize(
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
