import { LlmError } from '../types/llm-error.ts';
import type { TargetSettings } from '../types/majordomo.ts';
import type { Env, Provider } from '../types/provider.ts';
import { didYouMean } from '../util/check.ts';
import { defined, mergeTimeouts } from '../util/options.ts';
import { badDsn, checkDsn, dsnEntries, dsnName, dsnProvider, dsnVariable } from './dsn.ts';

/** The spec that a name stands in, and the character at which it begins. */
interface Written {
  readonly spec: string;
  readonly offset: number;
}

/** Which provider a name means: a registered one, else one built from its `LLM_*` variable. */
export class Registry {
  private readonly registered = new Map<string, Provider>();
  private readonly built = new Map<string, Provider>();
  private readonly schemes = new Map<string, NonNullable<Provider['schemes']>[string]>();
  private variables: Env;

  /** `NO_ENV`: none was given. */
  constructor(providers: readonly Provider[], env: object) {
    for (const provider of providers) this.register(provider);
    this.variables = env === NO_ENV ? NO_ENV : strings(env);
  }

  get env(): Env {
    return this.variables;
  }

  /** Throws `config` naming both places that were searched, and `written`, where the name stands. */
  provider(name: string, written: Written): Provider {
    return this.registered.get(name) ?? this.fromVariable(name, written);
  }

  /** Adds variables; returns an error for each that looks like a DSN and cannot be used. */
  load(env: object): readonly LlmError[] {
    this.variables = { ...this.variables, ...strings(env) };
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
        `provider "${id}" speaks version ${spi} of the provider interface, this core 1: install matching versions`,
      );
    }
    if (this.registered.has(id)) {
      throw new LlmError(
        'config',
        `two providers have the id "${id}": give one of them another by its id option`,
      );
    }
    this.registered.set(id, provider);
    for (const [scheme, make] of Object.entries(provider.schemes ?? {})) this.schemes.set(scheme, make);
  }

  private fromVariable(name: string, written: Written): Provider {
    const known = this.built.get(dsnName(name));
    if (known !== undefined) return known;
    const variable = dsnVariable(name);
    const value = this.variables[variable];
    if (value !== undefined) return this.build(variable, value);
    const names = [...this.registered.keys(), ...dsnEntries(this.variables).map(([key]) => dsnProvider(key))];
    throw unknownProvider(
      name,
      written,
      this.variables === NO_ENV
        ? `${variable} is not looked for: no env was given`
        : `${variable} is not set`,
      names,
    );
  }

  private build(variable: string, value: string): Provider {
    const dsn = checkDsn(variable, value);
    const make = this.schemes.get(dsn.scheme);
    if (make === undefined) throw unknownScheme(variable, value, dsn.scheme, [...this.schemes.keys()]);
    const provider = make(dsn);
    this.built.set(dsn.name, provider);
    return provider;
  }
}

/** Environments may hold bindings and other objects besides strings. */
function strings(env: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function unknownScheme(variable: string, value: string, scheme: string, known: readonly string[]): LlmError {
  const served = known.length === 0 ? 'none serves any' : `served: ${known.join(', ')}`;
  const why = `no registered provider serves the scheme "${scheme}" (${served})${didYouMean(scheme, known)}`;
  return badDsn(variable, why, value.length - value.trimStart().length);
}

function unknownProvider(
  name: string,
  { spec, offset }: Written,
  missing: string,
  known: readonly string[],
): LlmError {
  const near = didYouMean(name, known);
  const registered = known.length === 0 ? 'none is registered' : `registered: ${known.join(', ')}`;
  const message = `unknown provider "${name}" in "${spec}": not registered (${registered}) and ${missing}${near}`;
  return new LlmError('config', message, { code: 'unknown-provider', path: String(offset) });
}

/** What names within names say together: the outer one has the say, member by member. */
export function mergedSettings(
  inner: TargetSettings | undefined,
  outer: TargetSettings | undefined,
): TargetSettings | undefined {
  if (inner === undefined || outer === undefined) return inner ?? outer;
  return {
    ...inner,
    ...defined(outer),
    extra: { ...inner.extra, ...outer.extra },
    timeouts: mergeTimeouts(inner.timeouts, outer.timeouts),
    policy: { ...inner.policy, ...defined(outer.policy ?? {}) },
  };
}

/** Stands for the `env` that an app did not give: what is missing in it is told in other words. */
export const NO_ENV: Env = Object.freeze({});
