// virtual keys
export { createKeys, type Keys, type KeysOptions } from './keys/create-keys.ts';
export { memoryKeyStore } from './keys/memory-key-store.ts';
export type { KeyRecord, KeyStore } from './keys/key-store.ts';
export type { IssuedKey, KeyCaller, KeyChange, KeyLimit, KeyQuery, NewKey, VirtualKey } from './keys/key.ts';

// admin API
export { createAdmin, type Admin, type AdminOptions } from './api/create-admin.ts';
export type { KeyChangeEvent } from './api/key-routes.ts';
export { remoteKeys, type RemoteKeysOptions } from './api/remote-keys.ts';

// types of the ledger that the public API uses
export type { Ledger, Limit } from '@majordomo/ledger';
