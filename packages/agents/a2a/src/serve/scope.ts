import type { ServerCallContext } from '@a2a-js/sdk/server';
import { accountName } from '@majordomo/wire-kit/internal';

/** Part of keys that separates callers and tenants, which have any length: the SHA-256 of both. The client chooses the tenant. */
export type Scope = string & { readonly scope: true };

export const scopeOf = async ({ tenant = '', user }: ServerCallContext): Promise<Scope> =>
  (await accountName([tenant, user?.userName ?? ''])) as Scope;
