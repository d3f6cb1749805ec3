import type { ProviderOptions } from '@majordomo/core';
import { checkOptions } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { baseURLFromEnv, checkBaseURL, checkProviderOptions } from './options.ts';

interface Options extends ProviderOptions {
  readonly quirks?: object;
}
const check = (options: object) => (): void => {
  checkProviderOptions<Options>('acme', options, { quirks: 'object' });
};
const config = (path: string, message: string) =>
  expect.objectContaining({
    kind: 'config',
    message,
    details: expect.objectContaining({ path }) as object,
  }) as Error;

it.each([
  [{ apikey: 'k' }, 'apikey', 'acme: apikey is not an option; did you mean "apiKey"?'],
  [{ baseUrl: 'k' }, 'baseUrl', 'acme: baseUrl is not an option; did you mean "baseURL"?'],
  [{ quirk: {} }, 'quirk', 'acme: quirk is not an option; did you mean "quirks"?'],
])('suggests the name of a mistyped option: %o', (options, path, message) => {
  expect(check(options)).toThrow(config(path, message));
});

it.each([7, null, { value: 'k' }])(
  'rejects the key %j, which is neither a string nor a function',
  (apiKey) => {
    expect(check({ apiKey })).toThrow(
      config('apiKey', expect.stringContaining('acme: apiKey must be a string or function') as string),
    );
  },
);

it('rejects an unknown option with the names of the options', () => {
  expect(check({ apiKey: 'k', organization: 'x' })).toThrow(
    config(
      'organization',
      expect.stringMatching(
        /^acme: organization is not an option; the options are id, apiKey, baseURL, .*, quirks$/,
      ) as string,
    ),
  );
  expect(check({ apiKey: 'k', organization: undefined })).not.toThrow();
});

it.each([
  ['endpoint', 'baseURL'],
  ['key', 'apiKey'],
])('names the option that replaces %s', (name, replacement) => {
  expect(check({ [name]: 'x' })).toThrow(config(name, `acme: ${name} is not an option; use ${replacement}`));
});

it.each([
  [null, 'options', 'acme: options must be an object'],
  [{ id: ['sk-secret'] }, 'id', 'acme: id must be a string, not an array'],
  [{ id: 'lab', vendor: 5 }, 'vendor', 'lab: vendor must be a string, not a number'],
])('names the provider for invalid options: %o', (options, path, message) => {
  expect(check(options as object)).toThrow(config(path, message));
});

it.each([undefined, null, 'key'])('rejects %o as options', (options) => {
  expect(() => {
    checkOptions('acme', options, {});
  }).toThrow('acme: options must be an object');
});

it.each([
  ['localhost:8080', 'must begin with https:// or http://'],
  ['api.acme.example/v1', 'is not a URL; use for example https://host/v1'],
  ['', 'is not a URL; use for example https://host/v1'],
  ['https://host:99999/v1', 'is not a URL; use for example https://host/v1'],
  ['ftp://host/v1', 'must begin with https:// or http://'],
  ['https://user@host/v1', 'contains a user or a password; pass them in apiKey or in headers'],
  ['https://:sk-secret@host/v1', 'contains a user or a password; pass them in apiKey or in headers'],
  ['https://host/v1?key=sk-secret', 'must not contain ? or #, because each call appends its path'],
  ['https://host/v1#', 'must not contain ? or #, because each call appends its path'],
  [new URL('https://host/v1'), 'must be a string such as https://host/v1'],
])('rejects %s as a base URL', (value, problem) => {
  expect(() => {
    checkBaseURL(value, 'baseURL of acme');
  }).toThrow(config('baseURL', `baseURL of acme ${problem}`));
});

it.each(['https://host', 'http://127.0.0.1:8080/v1/', 'https://[::1]:1/v1', 'HTTPS://my_host.lan/a%20b'])(
  '%s is a base URL',
  (value) => {
    checkBaseURL(value, 'baseURL of acme');
  },
);

it('returns the base URL of the first variable that is set', () => {
  const env = { FIRST_BASE_URL: ' ', SECOND_BASE_URL: ' http://proxy.lan/v1 ', THIRD_BASE_URL: 'http://x' };
  expect(baseURLFromEnv(env, 'FIRST_BASE_URL', 'SECOND_BASE_URL', 'THIRD_BASE_URL')).toBe(
    'http://proxy.lan/v1',
  );
  expect(baseURLFromEnv(env, 'FIRST_BASE_URL', 'MISSING')).toBeUndefined();
});

it('names the variable whose base URL is invalid', () => {
  expect(() => baseURLFromEnv({ ACME_BASE_URL: 'ftp://host' }, 'ACME_BASE_URL')).toThrow(
    config('baseURL', 'ACME_BASE_URL must begin with https:// or http://'),
  );
});
