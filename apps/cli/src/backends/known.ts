import type { ChainOptions, Env, Provider, Resolver } from '@majordomo/core';
import type { StoredKeys } from '../vault/stored-keys.ts';
import type { Router } from '@majordomo/routing';

/** Variables, names and configured providers that are needed to open a provider. */
export interface Known {
  readonly env: Env;
  readonly aliases: Readonly<Record<string, string>>;
  readonly resolvers: readonly Resolver[];
  /** Routers, which receive the events of calls. Their resolvers are among `resolvers`. */
  readonly routers?: readonly Router[] | undefined;
  readonly providers: readonly Provider[];
  readonly chain: ChainOptions;
  /** Reads the user's vault on first use. */
  readonly vault?: (() => Promise<StoredKeys | undefined>) | undefined;
}
