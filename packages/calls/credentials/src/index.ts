// Secrets and vaults.
export { secret, type Secret } from './secret.ts';
export { memoryVault } from './vault/memory-vault.ts';
export { vaultKey } from './vault/vault-key.ts';
export type { Change, StoredCredential, Vault, VaultEntry } from './vault/vault.ts';

// Pools.
export { pooled, type Pool, type PoolOptions } from './pool/pooled.ts';
export type { KeyState } from './pool/key-ring.ts';
export type { Strategy } from './pool/strategy.ts';

// Logins.
export { oauth } from './oauth/oauth.ts';
export { oauthPresets, type OAuthPreset } from './oauth/presets.ts';
export type { LoginIo, OAuthEndpoints, OAuthOptions, TokenSource } from './oauth/options.ts';
