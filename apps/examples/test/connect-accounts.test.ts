import { defineTool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { serveMcp } from '@majordomo/mcp';
import { memoryRecords } from '@majordomo/records';
import { authorizationServer, fakeProvider, type Turn } from '@majordomo/testing';
import { serveFetch } from '@majordomo/test-support/fetch-server';
import { expect, it, onTestFinished } from 'vitest';
import { accountsApp } from '../src/connect-accounts.ts';
import { encryptedRecords } from '../src/encrypted-records.ts';

const CALLBACK = 'https://team.example/calendar/callback';
const CLIENT = { clientId: 'team', clientSecret: 'secret-of-the-team' };

/** Calendar service: an authorization server, and an MCP server that returns the free hours of the user of a token. */
async function calendarService(hours: Readonly<Record<string, string>>) {
  const authority = await authorizationServer({ clients: [{ ...CLIENT, redirectUris: [CALLBACK] }] });
  onTestFinished(() => authority.close());
  const { origin, close } = await serveFetch(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/.well-known/oauth-protected-resource'))
      return Response.json({ resource: `${origin}/mcp`, authorization_servers: [authority.issuer] });
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    const user = authority.check(token)?.user;
    if (user === undefined) return new Response(null, { status: 401 });
    const freeHours = defineTool({
      name: 'free_hours',
      description: 'Lists free hours',
      parameters: { type: 'object' },
      run: () => hours[user] ?? 'none',
    });
    return serveMcp({ name: 'calendar', version: '1.0.0', tools: [freeHours] }).fetch(request);
  });
  onTestFinished(close);
  return { authority, url: `${origin}/mcp` };
}

const turns: readonly Turn[] = [
  {
    toolCalls: [
      { id: 'c1', name: 'ann_free_hours', args: {} },
      { id: 'c2', name: 'bob_free_hours', args: {} },
    ],
  },
  'Meet at 11.',
];

it('connect-accounts: two users connect calendars, and one agent uses both', async () => {
  const { authority, url } = await calendarService({ ann: '9, 11', bob: '11, 15' });
  const vendor = fakeProvider({ id: 'f', models: { m: turns } });
  const records = memoryRecords();
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const app = accountsApp({
    model: createMajordomo({ providers: [vendor] }).model('f/m'),
    calendar: {
      place: { url },
      client: { ...CLIENT, issuer: authority.issuer },
      redirectUrl: CALLBACK,
      records: encryptedRecords(records, key),
    },
    userOf: (request) => request.headers.get('x-user') ?? undefined,
  });
  const as = (user: string, address: string, init: RequestInit = {}): Promise<Response> =>
    Promise.resolve(app.request(address, { ...init, headers: { 'x-user': user } }));
  const meet = (): Promise<Response> =>
    as('ann', '/meetings', { method: 'POST', body: JSON.stringify({ colleague: 'bob' }) });
  const callbackFor = async (user: string): Promise<string> => {
    const page = (await as(user, '/calendar/connect')).headers.get('location') ?? '';
    return authority.approve(page, { user });
  };

  expect((await app.request('/calendar/connect')).status).toBe(401);
  await as('ann', await callbackFor('ann'));
  expect(await (await meet()).text()).toBe('bob must connect a calendar first');
  const callback = await callbackFor('bob');
  expect((await as('ann', callback)).status).toBe(403);
  await as('bob', await callbackFor('bob'));
  expect(await (await meet()).text()).toBe('Meet at 11.');
  const results = vendor.requests.at(-1)?.request.messages.filter(({ role }) => role === 'tool');
  expect(JSON.stringify(results)).toMatch(/9, 11.*11, 15/);
  const stored = await records.list('mcp', { limit: 99 });
  expect(stored.filter(({ value }) => value.includes('access_token'))).toEqual([]);
  expect((await as('bob', '/calendar/disconnect', { method: 'POST' })).status).toBe(204);
  expect((await meet()).status).toBe(409);
});
