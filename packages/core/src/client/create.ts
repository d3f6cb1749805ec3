import { RecoveryMemory } from '../call/recovery-memory.ts';
import { chainSettings } from '../call/settings.ts';
import { callSite, rejectWithCallSite } from '../errors/call-site.ts';
import { asLlmError } from '../errors/normalize.ts';
import { CredentialKeys, HealthTracker } from '../health/tracker.ts';
import { validate } from '../prepare/validate.ts';
import { NO_ENV, Registry } from '../resolve/registry.ts';
import { type Target, resolve } from '../resolve/resolve.ts';
import { parseSpec } from '../resolve/spec.ts';
import type { Clock } from '../types/call-options.ts';
import type { TargetHealth } from '../types/health.ts';
import { LlmError } from '../types/llm-error.ts';
import type {
  Majordomo,
  MajordomoOptions,
  ResolveOptions,
  ResolvedTarget,
  Resolver,
} from '../types/majordomo.ts';
import type { Model, ModelContext, ModelInfo, Provider } from '../types/provider.ts';
import { abortable, derivedSignal } from '../util/async.ts';
import { notify } from '../util/listeners.ts';
import { systemClock } from '../util/system-clock.ts';
import type { ModelSetup } from './call.ts';
import { chatModel } from './chat-model.ts';
import {
  type Aliases,
  checkCall,
  checkChanges,
  checkedAliases,
  checkedMeaning,
  checkSetUp,
} from './check-options.ts';
import { asking, speaking } from './other-models.ts';

/** What views of one majordomo share. */
interface Shared {
  readonly clock: Clock;
  readonly random: () => number;
  readonly health: HealthTracker;
  readonly memory: RecoveryMemory;
  readonly credentialKeys: CredentialKeys;
}

/**
 * The one place where the parts are put together. Throws `config` for two providers of one id, or one that speaks
 * another version of the provider interface; a missing key or an unknown name is an error of the call that needs it.
 *
 * @example
 * const majordomo = createMajordomo({ providers: [createOpenAI()], env: process.env });
 * const { text } = await majordomo.model('openai/gpt-5.4').generate({ messages: [user('hi')] });
 */
export function createMajordomo(options: MajordomoOptions): Majordomo {
  checkSetUp(options);
  const { clock = systemClock, random = Math.random } = options;
  const health = new HealthTracker(options.health ?? {}, clock, random);
  health.onHand((type, target, until) => {
    notify(options.onEvent, { type, call: undefined, target, until });
  });
  return view(options, checkedAliases(options.aliases), {
    clock,
    random,
    health,
    memory: new RecoveryMemory(),
    credentialKeys: new CredentialKeys(),
  });
}

/** Models that a majordomo caches. */
const MOST_MODELS = 1000;

function view(
  options: MajordomoOptions,
  aliases: Aliases,
  shared: Shared,
  backends = backendsOf(options),
): Majordomo {
  const { health } = shared;
  const { chain, onEvent, media, waitUntil, around, gates = [], fetch, headers } = options;
  const resolvers: Resolver[] = [...(options.resolvers ?? [])];
  const { registry, models } = backends;
  const transport = (): Pick<ModelContext, 'env' | 'fetch' | 'headers'> => ({
    fetch,
    headers,
    env: registry.env,
  });
  const majordomo = (path: readonly string[]): Pick<Majordomo, 'resolve' | 'health'> => ({
    health,
    resolve: (spec, told) => resolved(spec, setup, told, path),
  });
  const setup: ModelSetup = {
    chain,
    onEvent,
    media,
    waitUntil,
    deps: {
      ...shared,
      gates,
      around,
      transport,
    },
    settings: chainSettings(chain),
    resolve: (spec, call, request, scope, path = []) =>
      resolve(spec, {
        names: { aliases, resolvers, checked: checkedMeaning },
        registry,
        call,
        request,
        scope,
        path,
        majordomo,
      }),
    modelAt: (place) => modelAt(models, place),
  };
  return {
    health,
    parse: parseSpec,
    model: (spec) => chatModel(spec, setup),
    imageModel: (spec) => ({ spec, generate: asking('generate', spec, setup) }),
    embeddingModel: (spec) => ({ spec, embed: asking('embed', spec, setup) }),
    transcriptionModel: (spec) => ({ spec, transcribe: asking('transcribe', spec, setup) }),
    speechModel: (spec) => ({
      spec,
      speak: asking('speak', spec, setup),
      stream: speaking(spec, setup),
    }),
    alias(name, spec) {
      if (spec === undefined) aliases.delete(name);
      else aliases.set(name, checkedMeaning(`aliases.${name}`, spec));
    },
    resolver(resolver) {
      checkChanges({ resolvers: [resolver] });
      resolvers.push(resolver);
    },
    resolve: function resolve(spec, options) {
      return rejectWithCallSite(callSite(resolve), majordomo([]).resolve(spec, options));
    },
    loadEnv(env) {
      checkChanges({ env });
      models.clear();
      return registry.load(env);
    },
    listModels: function listModels(id, options) {
      return rejectWithCallSite(callSite(listModels), listed(id, registry, transport(), options?.signal));
    },
    with(changes) {
      checkChanges(changes);
      const { env } = registry;
      const merged = { ...options, resolvers, env, ...changes, chain: { ...chain, ...changes.chain } };
      // Those of this view have been checked.
      const names = Object.hasOwn(changes, 'aliases') ? checkedAliases(changes.aliases) : new Map(aliases);
      const same = (changes.providers ?? changes.env) === undefined;
      return view(merged, names, shared, same ? backends : undefined);
    },
  };
}

/** Which providers there are, and the models that have been asked for: views with the same providers share them. */
interface Backends {
  readonly registry: Registry;
  readonly models: Models;
}

const backendsOf = ({ providers, env = NO_ENV }: MajordomoOptions): Backends => ({
  registry: new Registry(providers, env),
  models: new Map(),
});

type Models = Map<string, { readonly provider: Provider; readonly model: Model }>;

/** A model costs little, but its rules are matched once: kept per target, with a bound for ids that come and go. */
function modelAt(models: Models, { key, provider, modelId }: Target): Model {
  const known = models.get(key);
  if (known?.provider === provider) return known.model;
  if (models.size >= MOST_MODELS) models.clear();
  const model = provider.model(modelId);
  models.set(key, { provider, model });
  return model;
}

/** What a provider's backend lists. Throws `unsupported` where it cannot. */
async function listed(
  id: string,
  registry: Registry,
  transport: Pick<ModelContext, 'env' | 'fetch' | 'headers'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly ModelInfo[]> {
  checkCall({ signal });
  if (typeof id !== 'string')
    throw new LlmError('config', 'listModels takes the id of a provider, which is a text');
  const provider = registry.provider(id, { spec: id, offset: 0 });
  if (provider.listModels === undefined) {
    throw new LlmError('unsupported', `${provider.id} cannot list its models`, { target: provider.id });
  }
  const own = derivedSignal(signal);
  try {
    return await provider.listModels({ target: provider.id, signal: own.signal, ...transport });
  } finally {
    own.release();
  }
}

/** What a spec means for a call with these options, without making one. */
async function resolved(
  spec: string,
  setup: ModelSetup,
  options: ResolveOptions = {},
  path: readonly string[] = [],
): Promise<readonly ResolvedTarget[]> {
  checkCall(options);
  if (options.request !== undefined) validate(options.request);
  const { request, tenant, metadata = {}, signal = new AbortController().signal } = options;
  const call = { id: crypto.randomUUID(), spec, operation: 'chat', tenant, metadata } as const;
  try {
    const places = await abortable(setup.resolve(spec, call, request, { signal }, path), signal);
    const health = setup.deps.health.snapshot();
    return places.map((place) => told(place, setup.modelAt(place), health));
  } catch (cause) {
    if (signal.aborted) throw new LlmError('aborted', 'the call was aborted', {}, { cause });
    throw asLlmError(cause, spec);
  }
}

const told = (
  { key, modelId, provider }: Target,
  { capabilities }: Model,
  health: Readonly<Record<string, TargetHealth>>,
): ResolvedTarget => ({
  target: key,
  vendor: provider.vendor,
  billing: provider.billing,
  model: modelId,
  capabilities,
  health: Object.hasOwn(health, key) ? health[key] : undefined,
});
