import { LlmError } from '@majordomo/core';
import type { Dsn, Model, ModelContext, ModelInfo, Provider, ProviderOptions } from '@majordomo/core';
import { chatReasoningFamily, NDJSON, sdkStream } from '@majordomo/core/provider';
import { connection, type Connection } from './connection.ts';
import { refusal, toLlmError, type Failed } from './errors.ts';
import { factsOf } from './models.ts';
import { PROFILES, type Profile, type ProfileName } from './profiles.ts';
import { pull, type PullOptions, type PullProgress } from './pull.ts';
import { settingsFromParams, type OllamaQuirks, type RunnerOptions } from './quirks.ts';
import { toWire, type WireParams } from './request.ts';
import { ChatReader } from './stream.ts';

/** `baseURL` is the origin, in any form that OLLAMA_HOST may have. */
export interface OllamaOptions extends ProviderOptions, RunnerOptions {
  /** Which service it is. Default `ollama`, the local one. */
  readonly profile?: ProfileName | undefined;
  /** Where a server differs from its profile and from what is known of its models; wins over both. */
  readonly quirks?: Partial<OllamaQuirks> | undefined;
  /** A client of `ollama` to be used as it is, with its own host, headers and fetch. */
  readonly client?: object | undefined;
}

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
  const profile = profileOf(options);
  const id = options.id ?? profile.id;
  const server = connection(options, profile);
  return {
    spi: 1,
    id,
    model: (modelId) => modelOf(modelId, id, options, profile, server),
    schemes: { ollama: fromDsn, 'ollama-cloud': fromDsn, foreman: fromDsn },
    listModels: (context) => listModels(id, context, server),
    pull(model, pullOptions = {}) {
      if (!profile.pulls)
        throw new LlmError('unsupported', `${id} cannot fetch models: only a local server can`);
      return pull(server, model, `${id}/${model}`, pullOptions);
    },
  };
}

function profileOf({ profile = 'ollama' }: OllamaOptions): Profile {
  if (Object.hasOwn(PROFILES, profile)) return PROFILES[profile];
  throw new LlmError('config', `unknown profile "${profile}": there are ${Object.keys(PROFILES).join(', ')}`);
}

/** `foreman://TOKEN@host?num_ctx=32768`: the scheme is the profile. A token in the DSN, and nothing else. */
const fromDsn = ({ name, scheme, token, baseURL, params }: Dsn): Provider =>
  createOllama({
    id: name,
    profile: scheme as ProfileName,
    apiKey: token,
    baseURL,
    ...settingsFromParams(params),
  });

function modelOf(
  modelId: string,
  providerId: string,
  options: OllamaOptions,
  profile: Profile,
  server: Connection,
): Model {
  const facts = factsOf(modelId);
  const quirks: OllamaQuirks = { ...profile.quirks, ...facts.quirks, ...options.quirks };
  const family = chatReasoningFamily(providerId, options.baseURL ?? profile.id);
  return {
    id: modelId,
    wire: 'ollama-chat',
    families: [family],
    capabilities: facts.capabilities,
    timeouts: { ...profile.timeouts, ...options.timeouts },
    stream(request, context) {
      const failed: Failed = { target: context.target, request, secrets: [] };
      const reader = new ChatReader({
        target: context.target,
        family,
        toLlmError: (body) => refusal(body, failed),
      });
      return sdkStream({
        context,
        reader,
        framing: NDJSON,
        async open() {
          const { params, warnings } = toWire(request, modelId, quirks, { ...options, family });
          reader.warnings = warnings;
          reader.prompt = { characters: charactersOf(params), numCtx: numCtxOf(params) };
          return server.open({ context, failed, send: (client) => client.chat(params) });
        },
        toLlmError: (error) => toLlmError(error, failed),
      });
    },
  };
}

const charactersOf = ({ messages }: WireParams): number =>
  messages.reduce((sum, { content, thinking = '' }) => sum + content.length + thinking.length, 0);

function numCtxOf({ options }: WireParams): number | undefined {
  const numCtx = options?.['num_ctx'];
  return typeof numCtx === 'number' ? numCtx : undefined;
}

async function listModels(
  provider: string,
  context: Omit<ModelContext, 'delivery'>,
  server: Connection,
): Promise<readonly ModelInfo[]> {
  const failed: Failed = { target: provider, secrets: [] };
  try {
    const response = await server.open({ context, failed, send: (client) => client.list() });
    return listed(await response.json()).map((id) => ({
      id,
      provider,
      capabilities: factsOf(id).capabilities,
    }));
  } catch (error) {
    throw toLlmError(error, failed);
  }
}

/** `{ models: [{ model, name }] }` of /api/tags; older servers name them by `name` alone. */
function listed(body: unknown): readonly string[] {
  const models: unknown =
    typeof body === 'object' && body !== null && 'models' in body ? body.models : undefined;
  if (!Array.isArray(models))
    throw new LlmError('protocol', 'the list of models has none', { path: 'models' });
  return models.flatMap((entry: { readonly model?: unknown; readonly name?: unknown } | null) => {
    const id = entry?.model ?? entry?.name;
    return typeof id === 'string' ? [id] : [];
  });
}
