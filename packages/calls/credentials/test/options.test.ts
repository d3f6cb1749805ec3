import { expect, it } from 'vitest';
import { memoryVault, oauth, pooled, vaultKey } from '../src/index.ts';
import { fileVault, keychainVault } from '../src/node.ts';

const invalid = 1 as never;
const create = (): never => {
  throw new Error('must not be called');
};

it.each<[string, () => unknown]>([
  ['fileVault: path must be a string', () => fileVault({ path: invalid })],
  ['fileVault: onCorrupt must be a function', () => fileVault({ onCorrupt: invalid })],
  ['keychainVault: service must be a string', () => keychainVault({ service: invalid })],
  ['vaultKey: vault', () => vaultKey(invalid, 'a')],
  ['vaultKey: vault is missing', () => vaultKey(undefined as never, 'a')],
  ['vaultKey: name must be a string', () => vaultKey(memoryVault(), invalid)],
  ['vaultKey: name is missing', () => vaultKey(memoryVault(), undefined as never)],
  ['pooled: create must be a function', () => pooled(invalid, { keys: ['a'] })],
  ['pooled: create is missing', () => pooled(undefined as never, { keys: ['a'] })],
  ['pooled: keys is missing', () => pooled(create, {} as never)],
])('rejects a wrong argument: %s', (message, run) => {
  expect(run).toThrow(message);
});

const validOptions = { vault: memoryVault(), name: 'a', clientId: 'b', issuer: 'https://a.test' };
const HTTPS = 'must be https; only loopback addresses may receive tokens without encryption';
const NAME = 'name: must not be empty; pass the name of the vault entry';
const CLIENT = 'clientId: must not be empty; register your application with the vendor';

it.each<[object, path: string, message: string]>([
  [{ vault: undefined }, 'vault', 'oauth: vault is missing; it must be an object with update'],
  [{ vault: {} }, 'vault', 'oauth: vault must be an object with update, not one without'],
  [{ name: undefined }, 'name', 'oauth: name is missing; it must be a string'],
  [{ name: 5 }, 'name', 'oauth: name must be a string, not a number'],
  [{ name: '' }, 'name', `oauth: ${NAME}`],
  [{ name: ' ' }, 'name', `oauth: ${NAME}`],
  [{ clientId: undefined }, 'clientId', 'oauth: clientId is missing; it must be a string'],
  [{ clientId: 5 }, 'clientId', 'oauth: clientId must be a string, not a number'],
  [{ clientId: '' }, 'clientId', `oauth: ${CLIENT}`],
  [{ clientId: ' ' }, 'clientId', `oauth: ${CLIENT}`],
  [{ clientId: ' ', dialect: 'codex' }, 'clientId', `oauth: ${CLIENT}`],
  [{ clientSecret: 5 }, 'clientSecret', 'oauth: clientSecret must be a string, not a number'],
  [{ issuer: 5 }, 'issuer', 'oauth: issuer must be a string, not a number'],
  [{ issuer: undefined }, 'issuer', 'oauth: issuer: is required; pass an issuer, or endpoints'],
  [{ issuer: 'a' }, 'issuer', 'oauth: issuer: must be a URL'],
  [{ issuer: 'http://a.test' }, 'issuer', `oauth: issuer: ${HTTPS}`],
  [{ endpoints: 5 }, 'endpoints', 'oauth: endpoints must be an object, not a number'],
  [{ endpoints: { token: 'a' } }, 'endpoints.token', 'oauth: endpoints.token: must be a URL'],
  [{ endpoints: { token: 5 } }, 'endpoints.token', 'oauth: endpoints.token: must be a URL'],
  [
    { endpoints: { token: 'https://a.test', revoke: 'http://a.test' } },
    'endpoints.revoke',
    `oauth: endpoints.revoke: ${HTTPS}`,
  ],
  [{ scopes: 'a' }, 'scopes', 'oauth: scopes must be an array, not a string'],
  [{ extra: 5 }, 'extra', 'oauth: extra must be an object, not a number'],
  [{ fetch: 5 }, 'fetch', 'oauth: fetch must be a function, not a number'],
  [{ clock: {} }, 'clock', 'oauth: clock must be an object with now, not one without'],
])('oauth rejects %o with the path %s and the message "%s"', (options, path, message) => {
  expect(() => oauth({ ...validOptions, ...options })).toThrow(
    expect.objectContaining({
      kind: 'config',
      message,
      details: expect.objectContaining({ path }) as object,
    }) as Error,
  );
});

it.each([
  {},
  { issuer: undefined, endpoints: { token: 'https://a.test', device: undefined } },
  { issuer: 'http://127.0.0.1:8080', endpoints: { token: 'http://[::1]' } },
  { clientId: '', dialect: 'openrouter' as const },
  { scopes: [], extra: {}, clientSecret: 's', fetch: globalThis.fetch },
])('oauth accepts %j', (options) => {
  expect(() => oauth({ ...validOptions, ...options })).not.toThrow();
});
