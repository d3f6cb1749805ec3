import { expect, test } from 'vitest';
import { isSecretHeader, lowerCaseNames, secretsIn } from './http.ts';

test.each([
  'Authorization',
  'proxy-authorization',
  'api-key',
  'apikey',
  'x-key',
  'x-api-token',
  'x-goog-api-key',
  'ocp-apim-subscription-key',
  'x-functions-key',
  'x-portkey-virtual-key',
  'helicone-auth',
  'x-subscription',
  'cf-access-client-secret',
  'cf-access-client-id',
  'cf-aig-authorization',
  'x-vault',
  'x-access',
  'x-jwt',
  'x-user-password',
  'x-passwd',
  'x-pass',
  'x-license',
  'x-licence',
  'cookie',
  'set-cookie',
  'x-amz-security-token',
  'x-hub-signature',
  'session_id',
  'x-credential',
])('recognizes that %s contains a credential', (name) => {
  expect(isSecretHeader(name)).toBe(true);
  expect(secretsIn({ [name]: 'canary-1' })).toEqual(['canary-1']);
});

test.each([
  'content-type',
  'user-agent',
  'x-request-id',
  'openai-organization',
  'access-control-allow-origin',
  'x-ratelimit-remaining-tokens',
  'anthropic-ratelimit-tokens-reset',
  'x-amzn-bedrock-input-token-count',
  'x-bypass-cache',
  'x-passthrough',
  'traceparent',
])('recognizes that %s contains no credential', (name) => {
  expect(isSecretHeader(name)).toBe(false);
});

test('ignores a header that is undefined, and a header that is null has no secret', () => {
  const headers = { Authorization: null, 'X-Org': undefined, 'X-Team': 'a' } as never;
  expect(lowerCaseNames(headers)).toEqual({ authorization: null, 'x-team': 'a' });
  expect(secretsIn(headers)).toEqual([]);
});
