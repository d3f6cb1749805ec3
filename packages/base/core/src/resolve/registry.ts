import { mergePolicies } from '../errors/policy.ts';
import { LlmError } from '../types/llm-error.ts';
import type { TargetSettings } from '../types/majordomo.ts';
import type { DataHandling, Env, Provider } from '../types/provider.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { definedMembers, mergeTimeouts } from '../util/options.ts';
import { dsnError, checkDsn, dsnEntries, dsnName, dsnProvider, dsnVariable } from './dsn.ts';

/** Spec that contains a name, and the index of the name's first character in the spec. */
interface SpecPosition {
  readonly spec: string;
  readonly offset: number;
}

/** Registered providers, and providers that were created from `LLM_*` variables, by name. */
export class Registry {
  private readonly registered = new Map<string, Provider>();
  private readonly built = new Map<string, Provider>();
  /** Data handling from DSNs, by the provider that was built from the DSN. */
  private readonly dsnData = new WeakMap<Provider, DataHandling>();
  private readonly schemes = new Map<string, NonNullable<Provider['schemes']>[string]>();
  private variables: Env;

  /** @param env environment variables; `NO_ENV` if the application passed none */
  constructor(providers: readonly Provider[], env: object) {
    for (const provider of providers) this.register(provider);
    this.variables = env === NO_ENV ? NO_ENV : strings(env);
  }

  get env(): Env {
    return this.variables;
  }

  /** Returns the provider. Throws `config` for an unknown name. The error names the known providers and the missing variable. */
  provider(name: string, position: SpecPosition): Provider {
    return this.registered.get(name) ?? this.fromVariable(name, position);
  }

  /** Registered providers, without those from variables. */
  get providers(): readonly Provider[] {
    return [...this.registered.values()];
  }

  /** Returns the declared data handling of a target. Members that a DSN declares replace those of the provider. */
  dataOf(provider: Provider, modelId: string): DataHandling | undefined {
    const declared = declaredData(provider, modelId, this.variables);
    const own = this.dsnData.get(provider);
    return own === undefined ? declared : { ...declared, ...own };
  }

  /** Adds environment variables. Returns an error for each invalid DSN. */
  load(env: object): readonly LlmError[] {
    this.variables = { ...this.variables, ...strings(env) };
    // A variable may have a new value. The next call that needs a provider of another variable creates it again.
    this.built.clear();
    const errors: LlmError[] = [];
    for (const [variable, value] of dsnEntries(strings(env))) {
      try {
        this.build(variable, value);
      } catch (error) {
        if (!LlmError.is(error)) throw error;
        errors.push(error);
      }
    }
    return errors;
  }

  private register(provider: Provider): void {
    const { id, spi } = provider;
    if ((spi as number) !== 1) {
      throw new LlmError(
        'config',
        `provider "${id}" implements version ${spi} of the provider interface, but this version of @majordomo/core requires version 1; install matching versions`,
      );
    }
    if (this.registered.has(id)) {
      throw new LlmError('config', `two providers have the id "${id}"; set another id for one of them`);
    }
    this.registered.set(id, provider);
    for (const [scheme, make] of Object.entries(provider.schemes ?? {})) this.schemes.set(scheme, make);
  }

  private fromVariable(name: string, position: SpecPosition): Provider {
    const built = this.built.get(dsnName(name));
    if (built !== undefined) return built;
    const variable = dsnVariable(name);
    const value = this.variables[variable];
    if (value !== undefined) return this.build(variable, value);
    const names = [...this.registered.keys(), ...dsnEntries(this.variables).map(([key]) => dsnProvider(key))];
    throw unknownProviderError(name, position, this.variables === NO_ENV, names);
  }

  private build(variable: string, value: string): Provider {
    const dsn = checkDsn(variable, value);
    const make = this.schemes.get(dsn.scheme);
    if (make === undefined) throw unknownSchemeError(variable, value, dsn.scheme, [...this.schemes.keys()]);
    const provider = make(dsn);
    this.built.set(dsn.name, provider);
    if (dsn.data !== undefined) this.dsnData.set(provider, dsn.data);
    return provider;
  }
}

/** Returns the data handling that a provider declares for a model. */
export const declaredData = ({ data }: Provider, modelId: string, env: Env): DataHandling | undefined =>
  typeof data === 'function' ? data(modelId, env) : data;

/** Returns the members of an environment that are strings. On Workers, an environment also contains bindings. */
function strings(env: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function unknownSchemeError(
  variable: string,
  value: string,
  scheme: string,
  known: readonly string[],
): LlmError {
  const schemes = known.length === 0 ? 'no scheme is registered' : `served: ${known.join(', ')}`;
  const problem = `no registered provider serves the scheme "${scheme}" (${schemes})${didYouMean(scheme, known)}`;
  const remedy = 'add the provider of this scheme to providers';
  return dsnError(variable, problem, value.length - value.trimStart().length, remedy);
}

/** Maximum number of registered providers in an error. */
const MAX_NAMES = 8;

function unknownProviderError(
  name: string,
  { spec, offset }: SpecPosition,
  hasNoEnv: boolean,
  known: readonly string[],
): LlmError {
  const near = didYouMean(name, known);
  const more = known.length - MAX_NAMES;
  const others = more > 0 ? ` and ${more} more` : '';
  const registered =
    known.length === 0
      ? 'none is registered'
      : `registered: ${known.slice(0, MAX_NAMES).join(', ')}${others}`;
  const begin = `unknown provider "${name}" in "${spec}"${near === '' ? ': not' : `${near} Not`}`;
  const remedies = [
    ...(near === '' ? ['add the provider to providers'] : []),
    ...(hasNoEnv ? ['pass `env` to createMajordomo'] : []),
  ];
  const remedy = remedies.length === 0 ? '' : `; ${remedies.join(', or ')}`;
  const variable = `${dsnVariable(name)} ${hasNoEnv ? 'was not read' : 'is not set'}`;
  const message = `${begin} registered (${registered}) and ${variable}${remedy}`;
  return new LlmError('config', message, { code: 'unknown-provider', path: String(offset) });
}

/** Merges the settings of nested names field by field. The settings of the outer name take precedence. */
export function mergeSettings(
  inner: TargetSettings | undefined,
  outer: TargetSettings | undefined,
): TargetSettings | undefined {
  if (inner === undefined || outer === undefined) return inner ?? outer;
  return {
    ...inner,
    ...definedMembers(outer),
    extra: { ...inner.extra, ...outer.extra },
    timeouts: mergeTimeouts(inner.timeouts, outer.timeouts),
    policy: mergePolicies(inner.policy, outer.policy),
  };
}

/** Environment of an application that passed no `env`. With this environment, errors about missing variables suggest `env`. */
export const NO_ENV: Env = Object.freeze({});
