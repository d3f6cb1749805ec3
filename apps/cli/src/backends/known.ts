import type { ChainOptions, Env, Provider, Resolver } from '@majordomo/core';

/** What has to be known to open a provider: variables, names, and providers that a configuration brings. */
export interface Known {
  readonly env: Env;
  readonly aliases: Readonly<Record<string, string>>;
  readonly resolvers: readonly Resolver[];
  readonly providers: readonly Provider[];
  readonly chain: ChainOptions;
}
