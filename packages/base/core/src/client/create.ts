import type { ChainDeps } from '../call/contract.ts';
import { RecoveryMemory } from '../call/recovery-memory.ts';
import { callSite, rejectWithCallSite } from '../errors/call-site.ts';
import { abortedError, asLlmError } from '../errors/error-kind.ts';
import { CredentialKeys, HealthTracker } from '../health/tracker.ts';
import { validate } from '../prepare/validate.ts';
import { NO_ENV, Registry } from '../resolve/registry.ts';
import { type Target, resolve } from '../resolve/resolve.ts';
import { parseSpec } from '../resolve/spec.ts';
import { timeLimited } from '../resolve/suggest.ts';
import type { FileReferences } from '../types/files.ts';
import type { Gate } from '../types/gate.ts';
import { LlmError } from '../types/llm-error.ts';
import type {
  Majordomo,
  MajordomoOptions,
  ModelSpec,
  ResolveOptions,
  ResolvedTarget,
  Resolver,
} from '../types/majordomo.ts';
import type { ClassificationModel } from '../types/operations.ts';
import type { Env, Model, ModelContext, ModelInfo, Provider } from '../types/provider.ts';
import { hasLargeContent } from '../util/content.ts';
import { abortable, derivedSignal } from '../util/async.ts';
import { notify } from '../util/listeners.ts';
import { systemClock } from '../util/time.ts';
import { newUuid } from '../util/uuid.ts';
import { isRecord } from '../util/values.ts';
import { type ModelSetup, resolvedTarget } from './new-call.ts';
import { chatModel } from './chat-model.ts';
import {
  type Aliases,
  checkCall,
  checkChanges,
  checkMajordomoOptions,
  checkResolve,
  parseAliases,
  parseNamedSpec,
} from './check-options.ts';
import { operationMethod, streamMethod } from './other-models.ts';

/** Parts that all views of one majordomo share. */
type Shared = Omit<ChainDeps, 'gates' | 'around' | 'suggestModel' | 'transport' | 'dataOf'>;

/**
 * Creates a majordomo, which calls the models of several providers through one interface, with retries and failover. Only
 * `providers` is required. This function sends no request. Editors suggest the models of the providers in `majordomo.model('…')`
 * and in the values of `aliases`.
 *
 * Throws `config` for an invalid option, for two providers with the same id, and for a provider that implements another version
 * of the provider interface. A missing key or an unknown name fails only the call that needs it.
 *
 * @example
 * const majordomo = createMajordomo({ providers: [createOpenAI()], env: process.env });
 * const { text } = await majordomo.model('openai/gpt-5.4').generate({ messages: [user('hi')] });
 */
export function createMajordomo<const Providers extends readonly Provider[]>(
  options: MajordomoOptions<ModelSpec<Providers>, Providers>,
): Majordomo<ModelSpec<Providers>>;
export function createMajordomo(options: MajordomoOptions): Majordomo {
  checkMajordomoOptions(options);
  const { clock = systemClock, random = Math.random } = options;
  const health = new HealthTracker(options.health ?? {}, clock, random);
  health.onManualChange((type, target, until) => {
    notify(options.onEvent, { type, call: undefined, target, until });
  });
  return newView(options, parseAliases(options.aliases), {
    clock,
    random,
    health,
    memory: new RecoveryMemory(),
    credentialKeys: new CredentialKeys(),
  });
}

/** Maximum number of cached models. At this number, the cache is cleared. */
const MAX_MODELS = 1000;

function newView(
  options: MajordomoOptions,
  aliases: Aliases,
  shared: Shared,
  backends = newBackends(options),
): Majordomo {
  const { health } = shared;
  const { chain, onEvent, media, waitUntil, around, gates = [], fetch, headers } = options;
  const suggestModel = options.suggestModel && timeLimited(options.suggestModel, shared.clock);
  const resolvers: Resolver[] = [...(options.resolvers ?? [])];
  const { registry, models } = backends;
  const transport = (): Pick<ModelContext, 'env' | 'fetch' | 'headers'> => ({
    fetch,
    headers,
    env: registry.env,
  });
  /** Returns the majordomo that resolvers receive. `path` contains the names that are being resolved. */
  const resolverView = (path: readonly string[]): Pick<Majordomo, 'resolve' | 'health'> => ({
    health,
    resolve: (spec, options) => resolveSpec(spec, setup, options, path),
  });
  const setup: ModelSetup = {
    chain,
    onEvent,
    media,
    waitUntil,
    classification: options.classification,
    filesAt: options.files && filesAt(options.files, registry),
    deps: {
      ...shared,
      gates,
      suggestModel,
      around,
      transport,
      dataOf: ({ provider, modelId }) => registry.dataOf(provider, modelId),
    },
    resolve: (spec, call, request, scope, path = []) =>
      resolve(spec, {
        names: { aliases, resolvers, parse: parseNamedSpec, suggestModel },
        registry,
        call,
        request,
        scope,
        path,
        majordomo: resolverView,
      }),
    modelAt: (target) => cachedModel(models, target, registry.env),
  };
  return {
    health,
    parse: parseSpec,
    model: (spec) => chatModel(spec, setup),
    imageModel: (spec) => ({
      spec,
      generate: operationMethod('generate', spec, setup),
      stream: streamMethod('image', spec, setup),
    }),
    embeddingModel: (spec) => ({ spec, embed: operationMethod('embed', spec, setup) }),
    transcriptionModel: (spec) => ({
      spec,
      transcribe: operationMethod('transcribe', spec, setup),
      stream: streamMethod('transcription', spec, setup),
    }),
    speechModel: (spec) => ({
      spec,
      speak: operationMethod('speak', spec, setup),
      stream: streamMethod('speech', spec, setup),
    }),
    rerankModel: (spec) => ({ spec, rerank: operationMethod('rerank', spec, setup) }),
    moderationModel: (spec) => ({ spec, moderate: operationMethod('moderate', spec, setup) }),
    classificationModel: (spec) => ({
      spec,
      // The types of the answers follow from the questions.
      classify: operationMethod('classify', spec, setup) as ClassificationModel['classify'],
    }),
    alias(name, spec) {
      if (spec === undefined) aliases.delete(name);
      else aliases.set(name, parseNamedSpec(`aliases.${name}`, spec));
    },
    resolver(resolver) {
      checkChanges({ resolvers: [resolver] });
      resolvers.push(resolver);
    },
    resolve: function resolve(spec, options) {
      return rejectWithCallSite(callSite(resolve), resolveSpec(spec, setup, options));
    },
    prepare: function prepare(spec, request, options) {
      const prepared = loadPreparedTargets().then(({ preparedTargets }) =>
        preparedTargets(spec, request, options, setup),
      );
      return rejectWithCallSite(callSite(prepare), prepared);
    },
    precheck: function precheck(spec, request, options) {
      const checked = loadPreparedTargets().then(({ checkTargets }) =>
        checkTargets(spec, request, options, setup),
      );
      return rejectWithCallSite(callSite(precheck), checked);
    },
    loadEnv(env) {
      checkChanges({ env });
      // A model may depend on a base URL in the environment.
      models.clear();
      return registry.load(env);
    },
    listModels: function listModels(id, options) {
      const listed = listProviderModels(id, registry, transport(), options?.signal);
      return rejectWithCallSite(callSite(listModels), listed);
    },
    with(wanted) {
      const changes = changesOf(wanted, gates);
      checkChanges(changes);
      // `resolvers` and `env` contain what was added since the view was created.
      const { env } = registry;
      const merged = { ...options, resolvers, env, ...changes, chain: { ...chain, ...changes.chain } };
      // The aliases of this view have already been checked.
      const names = Object.hasOwn(changes, 'aliases') ? parseAliases(changes.aliases) : new Map(aliases);
      const hasSameBackends = (changes.providers ?? changes.env) === undefined;
      return newView(merged, names, shared, hasSameBackends ? backends : undefined);
    },
  };
}

/** Returns the changes of a view, with the gates that a function chose. */
function changesOf(
  changes: Parameters<Majordomo['with']>[0],
  present: readonly Gate[],
): Partial<MajordomoOptions> {
  // An invalid value is rejected afterwards.
  const gates = isRecord(changes) ? changes.gates : undefined;
  const chosen = typeof gates === 'function' ? gates(present) : gates;
  return chosen === undefined ? (changes as Partial<MajordomoOptions>) : { ...changes, gates: chosen };
}

/** Returns a function that returns the file storage of a target for a request with large content. */
const filesAt =
  (references: FileReferences, registry: Registry): ModelSetup['filesAt'] =>
  ({ provider, modelId }, { messages }) => {
    if (!hasLargeContent(messages, references.aboveBytes)) return undefined;
    const backend = provider.files?.(modelId, registry.env);
    return backend && { references, backend };
  };

/** Loads the code of `prepare` and `precheck` at the first call, because most applications never call them. */
const loadPreparedTargets = (): Promise<typeof import('./prepare-targets.ts')> =>
  import('./prepare-targets.ts');

/** Providers and cached models. All views with the same `providers` and `env` share them. */
interface Backends {
  readonly registry: Registry;
  readonly models: Models;
}

const newBackends = ({ providers, env = NO_ENV }: MajordomoOptions): Backends => ({
  registry: new Registry(providers, env),
  models: new Map(),
});

type Models = Map<string, { readonly provider: Provider; readonly model: Model }>;

/** Returns the cached chat model of a target. The creation of a model evaluates the provider's rules, so it is not repeated. */
function cachedModel(models: Models, { key, provider, modelId }: Target, env: Env): Model {
  const cached = models.get(key);
  if (cached?.provider === provider) return cached.model;
  if (models.size >= MAX_MODELS) models.clear();
  const model = provider.model(modelId, env);
  models.set(key, { provider, model });
  return model;
}

/** Returns the models that the provider's backend lists. Throws `unsupported` if the provider cannot list them. */
async function listProviderModels(
  id: string,
  registry: Registry,
  transport: Pick<ModelContext, 'env' | 'fetch' | 'headers'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly ModelInfo[]> {
  checkCall({ signal });
  if (typeof id !== 'string')
    throw new LlmError(
      'config',
      `listModels: expected the id of a provider, got a value of type ${typeof id}`,
    );
  // The position is for the error about an unknown id, which describes the id as a spec.
  const provider = registry.provider(id, { spec: id, offset: 0 });
  if (provider.listModels === undefined) {
    throw new LlmError('unsupported', `${provider.id} cannot list its models`, { target: provider.id });
  }
  const own = derivedSignal(signal);
  try {
    const listed = provider.listModels({ target: provider.id, signal: own.signal, ...transport });
    return await abortable(listed, signal);
  } catch (cause) {
    throw signal.aborted ? abortedError(cause) : asLlmError(cause, provider.id);
  } finally {
    own.release();
  }
}

/** Returns the targets of a spec for a call with these options, without making the call. */
async function resolveSpec(
  spec: string,
  setup: ModelSetup,
  options: ResolveOptions = {},
  path: readonly string[] = [],
): Promise<readonly ResolvedTarget[]> {
  checkResolve(options);
  if (options.request !== undefined) validate(options.request);
  const { request, tenant, metadata = {}, signal = new AbortController().signal } = options;
  const call = { id: newUuid(), spec, operation: 'chat', tenant, metadata } as const;
  try {
    const targets = await abortable(setup.resolve(spec, call, request, { signal }, path), signal);
    const health = setup.deps.health.snapshot();
    return targets.map((target) => resolvedTarget(target, setup, health));
  } catch (cause) {
    throw signal.aborted ? abortedError(cause) : asLlmError(cause, spec);
  }
}
