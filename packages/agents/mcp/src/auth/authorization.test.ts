import { systemClock } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { expect, it } from 'vitest';
import { authorizationFor } from './authorization.ts';
import { Secrets } from './secrets.ts';
import { StoredTokens } from './stored-tokens.ts';

const issuer = 'https://issuer.example';
const place = {
  url: 'https://mcp.example/mcp',
  auth: { grant: 'login', client: { clientId: 'app', issuer } },
} as const;

it('keeps a login that has ended after a request was sent without a token', async () => {
  const options = { name: 'files', place, records: memoryRecords() };
  const { signal } = new AbortController();
  const io = { label: 'mcp "files"', clock: systemClock, signal, pause: () => () => undefined };
  const authorization = authorizationFor(options, io);
  const tokens = new StoredTokens({ ...options, issuer }, new Secrets());
  await tokens.save({ access_token: 'new', token_type: 'Bearer' }, issuer, {});
  const fetchFn = (): Promise<Response> => Promise.reject(new Error('no request is necessary'));
  const provider = authorization?.provider(fetchFn, () => undefined);
  const response = new Response(null, { status: 401 });
  await provider?.onUnauthorized?.({ response, serverUrl: new URL(place.url), fetchFn });
  await tokens.reload();
  expect((await tokens.get())?.access_token).toBe('new');
});
