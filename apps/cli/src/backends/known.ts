import type { ChainOptions, Env, Provider, Resolver } from '@majordomo/core';
import type { StoredKeys } from '../vault/stored-keys.ts';
import type { Router } from '@majordomo/routing';

/** Configuration that is required to create a majordomo: variables, names, providers and chain options. */
export interface Known {
  readonly env: Env;
  readonly aliases: Readonly<Record<string, string>>;
  readonly resolvers: readonly Resolver[];
  /** Routers that receive the events of calls. `resolvers` contains the resolvers of these routers. */
  readonly routers?: readonly Router[] | undefined;
  readonly providers: readonly Provider[];
  readonly chain: ChainOptions;
  /** Function that returns the user's vault, which is read at the first call. */
  readonly vault?: (() => Promise<StoredKeys | undefined>) | undefined;
}
