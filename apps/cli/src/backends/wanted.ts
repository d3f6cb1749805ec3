import type { Env, SpecElement } from '@majordomo/core';
import { backendForScheme, backendOf, type Backend } from './backends.ts';

/** What is known about names and ids when a spec is opened. */
export interface Known {
  readonly aliases: Readonly<Record<string, string>>;
  readonly env: Env;
  /** Ids of the providers that the configuration brings. */
  readonly providers: readonly string[];
  parse(spec: string): readonly SpecElement[];
}

/** The targets of a spec with its aliases expanded, each once; a name that is no alias stays as it is. */
export function expand(spec: string, known: Pick<Known, 'aliases' | 'parse'>): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (text: string): void => {
    for (const element of known.parse(text)) {
      const alias =
        element.kind === 'name' && Object.hasOwn(known.aliases, element.text)
          ? known.aliases[element.text]
          : undefined;
      if (alias === undefined) found.add(element.text);
      else if (!seen.has(element.text)) {
        seen.add(element.text);
        visit(alias);
      }
    }
  };
  visit(spec);
  return [...found];
}

/** `LAB_2` of `lab-2`: as core reads it. */
const variableOf = (id: string): string => `LLM_${id.toUpperCase().replaceAll('-', '_')}`;

/**
 * The backends that must be loaded for these providers: those of their ids, else those whose package serves the
 * scheme of their DSN. An id of neither kind is left to the error that the call gives.
 */
export function backendsFor(ids: readonly string[], known: Known): readonly Backend[] {
  const wanted = ids
    .filter((id) => !known.providers.includes(id))
    .map((id) => backendOf(id) ?? backendForScheme(known.env[variableOf(id)] ?? ''));
  return [...new Set(wanted)].filter((backend) => backend !== undefined);
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
