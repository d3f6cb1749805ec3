import { LlmError } from '../contract/llm-error.ts';
import type { Env, Provider } from '../contract/provider.ts';
import { badDsn, dsnName, dsnVariable, parseDsn } from './dsn.ts';

const PREFIX = 'LLM_';

/** Which provider a name means: a registered one, else one built from its `LLM_*` variable. */
export class Registry {
  private readonly registered = new Map<string, Provider>();
  private readonly built = new Map<string, Provider>();
  private readonly schemes = new Map<string, NonNullable<Provider['schemes']>[string]>();
  private variables: Record<string, string>;
  /** Goes up when variables change what names mean. */
  version = 0;

  constructor(providers: readonly Provider[], env: object) {
    for (const provider of providers) this.register(provider);
    this.variables = strings(env);
  }

  get env(): Env {
    return this.variables;
  }

  /** Throws `config` naming both places that were searched. */
  provider(name: string, spec: string): Provider {
    return this.registered.get(name) ?? this.fromVariable(name, spec);
  }

  /** Adds variables; returns an error for each that looks like a DSN and cannot be used. */
  load(env: object): readonly LlmError[] {
    this.variables = { ...this.variables, ...strings(env) };
    this.built.clear();
    this.version++;
    const errors: LlmError[] = [];
    for (const [variable, value] of Object.entries(strings(env))) {
      // LLM_MODEL=gpt-x and its like belong to others: no DSN until somebody asks for it.
      if (!variable.startsWith(PREFIX) || !value.includes('://')) continue;
      try {
        this.build(variable, dsnName(variable.slice(PREFIX.length)), value);
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

  private fromVariable(name: string, spec: string): Provider {
    const id = dsnName(name);
    const known = this.built.get(id);
    if (known !== undefined) return known;
    const variable = dsnVariable(name);
    const value = this.variables[variable];
    if (value === undefined) throw unknownProvider(name, spec, variable, [...this.registered.keys()]);
    return this.build(variable, id, value);
  }

  private build(variable: string, id: string, value: string): Provider {
    const dsn = parseDsn(variable, id, value);
    const make = this.schemes.get(dsn.scheme);
    if (make === undefined) {
      const known = [...this.schemes.keys()].join(', ') || 'none';
      throw badDsn(variable, `no registered provider serves the scheme "${dsn.scheme}" (known: ${known})`);
    }
    const provider = make(dsn);
    this.built.set(id, provider);
    return provider;
  }
}

/** Environments may hold bindings and other objects besides strings. */
function strings(env: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function unknownProvider(
  name: string,
  spec: string,
  variable: string,
  registered: readonly string[],
): LlmError {
  const known = registered.length === 0 ? 'none is registered' : `registered: ${registered.join(', ')}`;
  const message = `unknown provider "${name}" in "${spec}": not registered (${known}) and ${variable} is not set`;
  return new LlmError('config', message, { code: 'unknown-provider' });
}
