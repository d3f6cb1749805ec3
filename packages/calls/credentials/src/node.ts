/**
 * Vaults in a file or in the system's keychain, for Node.
 * @module
 */
export { fileVault, type FileVaultOptions } from './node/file-vault.ts';
export { keychainVault, type KeychainVaultOptions, type Keyring } from './node/keychain-vault.ts';
export { defaultVaultPath } from './node/vault-path.ts';
