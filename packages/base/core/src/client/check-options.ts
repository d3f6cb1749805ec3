import { atLeast } from '../util/checks.ts';
import { ERROR_POLICY } from '../errors/policy.ts';
import { isRecord } from '../util/values.ts';
import { checkCache } from '../prepare/cache.ts';
import { EFFORTS } from '../prepare/settings.ts';
import type { CallOptions, ChainOptions, Decision } from '../types/call-options.ts';
import type { HealthOptions } from '../types/health.ts';
import type { Gate } from '../types/gate.ts';
import { LlmError } from '../types/llm-error.ts';
import type { MajordomoOptions, NamedSpec, ResolveOptions, TargetSettings } from '../types/majordomo.ts';
import {
  checkKind,
  checkKinds,
  checkNumber,
  configError,
  type Kinds,
  type KindsOf,
  rejectUnknownOptions,
  TIMEOUT_KINDS,
} from '../util/options.ts';
import { OTHER_CALL_NAMES, OTHER_MAJORDOMO_NAMES, refuseAll, refuseMembers } from './other-names.ts';

const DECISION_KINDS: KindsOf<Decision> = {
  retry: 'boolean',
  advance: 'boolean',
  bench: 'boolean',
  accept: 'boolean',
};

const POLICY: Kinds = Object.fromEntries(Object.keys(ERROR_POLICY).map((kind) => [kind, DECISION_KINDS]));

const CHAIN_KINDS: KindsOf<ChainOptions> = {
  attempts: atLeast(1),
  backoff: { baseMs: atLeast(0), capMs: atLeast(0) },
  retryAfterCapMs: atLeast(0),
  timeouts: TIMEOUT_KINDS,
  policy: POLICY,
  afterCommit: ['error', 'restart', 'continue'],
  hedgeAfterMs: atLeast(0),
  leastCharsPerSecond: atLeast(0),
  slowWindowMs: atLeast(0),
  whenAllBenched: ['fail', 'probe', 'try-soonest', 'wait'],
  classify: 'function',
  order: 'function',
};

/** Options of a call that the option `chain` of `createMajordomo` does not have. */
const ONE_CALL_KINDS: KindsOf<Omit<CallOptions, keyof ChainOptions>> = {
  signal: 'object with addEventListener',
  tenant: 'string',
  metadata: 'object',
  onEvent: 'function',
  onRawResponse: 'function',
  key: 'string',
  repairs: atLeast(0),
  waitUntil: 'function',
};

/** Kinds of the option `chain` of `createMajordomo`, with the names that belong elsewhere. */
const GENERAL_CHAIN_KINDS: Kinds = {
  ...OTHER_CALL_NAMES,
  ...CHAIN_KINDS,
  ...refuseAll(Object.keys(ONE_CALL_KINDS), 'pass it to each call'),
  chain: 'refused: pass its members instead',
};

/** Kinds of the options of a call. */
export const CALL_KINDS: Kinds = { ...GENERAL_CHAIN_KINDS, ...ONE_CALL_KINDS };

const HEALTH_KINDS: KindsOf<HealthOptions> = {
  threshold: atLeast(1),
  cooldownMs: atLeast(0),
  cooldownCapMs: atLeast(0),
  retryAfterCapMs: atLeast(0),
};

const TARGET_KINDS: KindsOf<TargetSettings> = {
  maxTokens: atLeast(1),
  temperature: atLeast(0),
  topP: atLeast(0),
  stop: 'array',
  seed: 'number',
  reasoning: EFFORTS,
  // `checkCache` checks this option.
  cache: true,
  extra: 'object',
  timeouts: TIMEOUT_KINDS,
  policy: POLICY,
};

const MAJORDOMO_KINDS: KindsOf<MajordomoOptions> & Kinds = {
  ...refuseMembers('health', HEALTH_KINDS),
  ...refuseMembers('chain', CHAIN_KINDS),
  ...OTHER_MAJORDOMO_NAMES,
  providers: 'array',
  // `parseAliases` checks this option.
  aliases: true,
  resolvers: 'array',
  suggestModel: 'function',
  env: 'object',
  fetch: 'function',
  headers: 'object',
  chain: GENERAL_CHAIN_KINDS,
  health: HEALTH_KINDS,
  gates: 'array',
  media: 'object with fit',
  files: 'object with refer',
  classification: 'function',
  onEvent: 'function',
  around: 'function',
  clock: 'object with now',
  random: 'function',
  waitUntil: 'function',
};

/** Throws `config` with the path of the first invalid option of `createMajordomo`. */
export function checkMajordomoOptions(options: MajordomoOptions): void {
  checkChanges(options);
  if (!Array.isArray(options.providers))
    throw configError('providers', 'must be an array of providers, as the create… functions return');
}

/** Throws `config` for an invalid option of `majordomo.with`, which has no required option. */
export function checkChanges(options: Partial<MajordomoOptions>): void {
  if (!isRecord(options)) throw configError('options', 'must be an object, such as { providers }');
  checkKinds(options, MAJORDOMO_KINDS);
  rejectUnknownOptions(options, MAJORDOMO_KINDS);
  const { providers, resolvers, gates } = options;
  providers?.forEach(checkProvider);
  resolvers?.forEach((resolver, index) => {
    checkKind(resolver, 'function', `resolvers[${index}]`);
  });
  gates?.forEach((gate: unknown, index) => {
    const path = `gates[${index}]`;
    // `checkKind` accepts `undefined`, which means an absent option.
    checkKind(gate ?? null, 'object with admit', path);
    checkNumber((gate as Gate).timeoutMs, 0, `${path}.timeoutMs`);
    checkKind((gate as Gate).precheck, 'function', `${path}.precheck`);
  });
}

/** Spec of each alias, by the name of the alias. */
export type Aliases = Map<string, string | NamedSpec>;

/** Returns a copy of the aliases. Throws `config` for a name whose value is not a spec. */
export function parseAliases(aliases: MajordomoOptions['aliases'] = {}): Aliases {
  checkKind(aliases, 'object', 'aliases');
  const parsed: Aliases = new Map();
  for (const name in aliases) parsed.set(name, parseNamedSpec(`aliases.${name}`, aliases[name]));
  return parsed;
}

/** Returns the value of an alias. Throws `config` with the path if the value is not valid. */
export function parseNamedSpec(path: string, value: unknown): string | NamedSpec {
  if (typeof value === 'string') return value;
  if (!isNamedSpec(value)) throw configError(path, 'must be a spec string or { spec, with }');
  const { with: settings, arm } = value;
  if (arm !== undefined && typeof arm !== 'string') throw configError(`${path}.arm`, 'must be a string');
  checkKind(settings, TARGET_KINDS, `${path}.with`);
  checkCache(settings?.cache, 'config', `${path}.with.cache`);
  return value;
}

const isNamedSpec = (value: unknown): value is NamedSpec =>
  isRecord(value) && typeof value['spec'] === 'string';

/** Throws `config` for an invalid option of a call. */
export function checkCall(options: CallOptions | undefined, kinds: Kinds = CALL_KINDS): void {
  if (options === undefined) return;
  if (!isRecord(options)) throw configError('options', 'must be an object');
  checkKinds(options, kinds);
}

/** Options of `Majordomo.resolve`. `validate` checks the request. */
const RESOLVE_KINDS: Kinds = { ...CALL_KINDS, request: true };

/** Throws `config` for an invalid option of `Majordomo.resolve`. */
export const checkResolve = (options: ResolveOptions | undefined): void => {
  checkCall(options, RESOLVE_KINDS);
};

/** Returns the options of a call, or the error if they are not valid, for functions that leave the error to the call. */
export function validOptions(options: CallOptions | undefined): {
  readonly options?: CallOptions | undefined;
  readonly error?: LlmError;
} {
  try {
    checkCall(options);
    return { options };
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return { error };
  }
}

/** Pattern of a provider's id. Excludes slashes, commas and spaces, which specs use. The CLI also has ids such as `openai://`. */
const PROVIDER_ID = /^[^/,\s]+(?::\/\/)?$/;

function checkProvider(provider: unknown, index: number): void {
  const path = `providers[${index}]`;
  if (typeof provider === 'function') {
    throw configError(path, 'must be a provider, not a function; call the function and pass its result');
  }
  if (!isRecord(provider)) throw configError(path, 'must be a provider, as the create… functions return');
  const { id } = provider as { id?: unknown };
  if (typeof id !== 'string' || !PROVIDER_ID.test(id)) {
    throw configError(`${path}.id`, `must be a name without slash, comma or space, not "${String(id)}"`);
  }
}
