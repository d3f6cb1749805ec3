import { BACKENDS } from './backends.ts';
import { dsnEntries } from './dsns.ts';
import type { Known } from './known.ts';

/** Ids of providers that have a credential, a DSN or a place in the configuration. */
export function configuredIds({ env, providers }: Pick<Known, 'env' | 'providers'>): readonly string[] {
  const keyed = BACKENDS.filter(({ keyEnv }) => keyEnv.some((name) => (env[name] ?? '') !== ''));
  return [...new Set([...providers, ...keyed, ...dsnEntries(env)].map(({ id }) => id))];
}
