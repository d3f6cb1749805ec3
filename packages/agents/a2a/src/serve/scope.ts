import type { ServerCallContext } from '@a2a-js/sdk/server';

/** Part of keys that separates callers and tenants, which have any length: the SHA-256 of both. The client chooses the tenant. */
export type Scope = string & { readonly scope: true };

export async function scopeOf({ tenant = '', user }: ServerCallContext): Promise<Scope> {
  const bytes = new TextEncoder().encode(JSON.stringify([tenant, user?.userName ?? '']));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('') as Scope;
}
