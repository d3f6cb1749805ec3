import { LlmError, type Env, type SpecElement } from '@majordomo/core';
import { backendForScheme, backendOf, type Backend } from './backends.ts';

/** What is known about names and ids when a spec is opened. */
export interface Known {
  /** What a name stands for. */
  meaning(name: string): string | undefined | Promise<string | undefined>;
  readonly env: Env;
  /** Ids of the providers that the configuration brings. */
  readonly providers: readonly string[];
  parse(spec: string): readonly SpecElement[];
}

/** The targets of a spec with its names expanded, each once; a name that nobody knows stays as it is. */
export async function expand(
  spec: string,
  known: Pick<Known, 'meaning' | 'parse'>,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = async (text: string): Promise<void> => {
    for (const element of known.parse(text)) {
      const meaning = element.kind === 'name' ? await known.meaning(element.text) : undefined;
      if (meaning === undefined) found.add(element.text);
      else if (!seen.has(element.text)) {
        seen.add(element.text);
        await visit(meaning);
      }
    }
  };
  await visit(spec);
  return [...found];
}

/** The DSN of a provider, `LLM_LAB_2` of `lab-2`: as core reads it. */
export const dsnOf = (id: string, env: Env): string | undefined => env[variableOf(id)];
const variableOf = (id: string): string => `LLM_${id.toUpperCase().replaceAll('-', '_')}`;

/**
 * The backends that must be loaded for these providers: those whose package serves the scheme of their DSN, else those
 * of their ids. Throws `config` for an id that is unknown.
 */
export function backendsFor(ids: readonly string[], known: Known): readonly Backend[] {
  const wanted = ids
    .filter((id) => !known.providers.includes(id))
    .map((id) => backendForScheme(dsnOf(id, known.env) ?? '') ?? backendOf(id) ?? unknown(id, known.env));
  return [...new Set(wanted)].filter((backend) => backend !== undefined);
}

/** A variable that is set but has a scheme of nobody's is left to the error that the call gives. */
function unknown(id: string, env: Env): undefined {
  if (dsnOf(id, env) !== undefined) return undefined;
  const message = `no provider is called "${id}", and ${variableOf(id)} is not set`;
  throw new LlmError('config', message, { code: 'unknown-provider' });
}

/** Ids of backends that have a credential, a DSN or a place in the configuration. */
export function configuredIds(all: readonly Backend[], known: Pick<Known, 'env' | 'providers'>): string[] {
  const keyed = all.filter(({ keyEnv }) => keyEnv.some((name) => (known.env[name] ?? '') !== ''));
  return [...new Set([...known.providers, ...keyed.map(({ id }) => id), ...dsnIds(known.env)])];
}

/** Ids of the providers that `LLM_*` variables describe. */
export const dsnIds = (env: Env): readonly string[] =>
  Object.entries(env)
    .filter(([name, value]) => name.startsWith('LLM_') && value?.includes('://') === true)
    .map(([name]) => name.slice('LLM_'.length).toLowerCase());
