import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { systemClock, type Clock } from '@majordomo/core';
import {
  memoryVault,
  oauth,
  oauthPresets,
  secret,
  type OAuthOptions,
  type TokenSource,
  type Vault,
} from '../src/index.ts';
import { failureOf, requestToken } from './support/outcomes.ts';

/** Responses of a local authority by path. The last response of each list is repeated. */
type Script = Record<string, readonly [status: number, body: object][]>;

let origin: string;
let script: Script;
let requests: [path: string, type: string, body: string, accept: string | undefined][];
let stop: () => Promise<void>;
let vault: Vault;

beforeEach(async () => {
  [script, requests, vault] = [{}, [], memoryVault()];
  const server = createServer((incoming, answer) => {
    void (async () => {
      let body = '';
      for await (const chunk of incoming) body += String(chunk);
      const path = (incoming.url ?? '').split('?')[0] ?? '';
      const { 'content-type': type = '', accept } = incoming.headers;
      requests.push([path, type.split(';')[0] ?? '', body, accept]);
      const answers = script[path] ?? [[404, {}]];
      const [status, responseBody] = answers[0] ?? [404, {}];
      if (answers.length > 1) script[path] = answers.slice(1);
      answer
        .writeHead(status, { 'content-type': 'application/json', 'retry-after': '9' })
        .end(JSON.stringify(responseBody));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
});
afterEach(() => stop());

const sleeps: number[] = [];
const clock: Clock = {
  ...systemClock,
  sleep: (ms) => {
    sleeps.push(ms);
    return Promise.resolve();
  },
};
const localUrl = (address: string | undefined): string => origin + new URL(address ?? '').pathname;
const source = (
  name: 'codex' | 'githubModels' | 'openrouter',
  fetch?: OAuthOptions['fetch'],
): TokenSource => {
  const { endpoints, ...preset } = oauthPresets[name];
  return oauth({
    vault,
    name,
    clientId: name === 'openrouter' ? '' : 'my-client',
    clock,
    fetch,
    ...preset,
    issuer: undefined,
    endpoints: {
      authorize: localUrl(endpoints?.authorize),
      token: localUrl(endpoints?.token),
      device: endpoints?.device && localUrl(endpoints.device),
    },
  });
};
const follow = (url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(url, (answer) => resolve(answer.resume()))
      .on('error', reject)
      .end();
  });

it('the login of GitHub Models by device code requests its scope', async () => {
  const device = { device_code: 'd', user_code: 'ABCD', verification_uri: `${origin}/d`, expires_in: 900 };
  script['/login/device/code'] = [[200, device]];
  script['/login/oauth/access_token'] = [[200, { access_token: 'gh-1', token_type: 'bearer' }]];
  const login = source('githubModels');
  await login.login({ show: () => undefined }, 'device');
  expect(await requestToken(login)).toBe('gh-1');
  expect(new URLSearchParams(requests[0]?.[2]).get('scope')).toBe('read:user');
});

describe('the login of OpenRouter', () => {
  it('needs no client id and returns a key', async () => {
    script['/api/v1/auth/keys'] = [[200, { key: 'or-key-1', user_id: 'u' }]];
    const login = source('openrouter');
    let shownUrl = '';
    await login.login({
      show: ({ url }) => {
        shownUrl = url;
        const callback = new URL(new URL(url).searchParams.get('callback_url') ?? '');
        callback.searchParams.set('code', 'the-code');
        void follow(callback.href);
      },
    });
    const { searchParams, pathname } = new URL(shownUrl);
    expect([pathname, [...searchParams.keys()]]).toEqual([
      '/auth',
      ['callback_url', 'code_challenge', 'code_challenge_method'],
    ]);
    const [, type, body, accept] = requests[0] ?? [];
    expect([type, accept]).toEqual(['application/json', 'application/json']);
    expect(JSON.parse(body ?? '')).toEqual({
      code: 'the-code',
      code_verifier: expect.stringMatching(/^[\w-]{43,128}$/) as string,
      code_challenge_method: 'S256',
    });
    const { searchParams: callback } = new URL(searchParams.get('callback_url') ?? '');
    expect([...callback.keys(), callback.get('state')?.length]).toEqual(['state', 43]);
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect([await requestToken(login), await login.status()]).toEqual(['or-key-1', 'ok']);
  });

  it('rejects if the user refuses', async () => {
    script['/api/v1/auth/keys'] = [[403, { error: { message: 'no' } }]];
    const login = source('openrouter').login({
      show: ({ url }) => void follow(`${new URL(url).searchParams.get('callback_url') ?? ''}&code=x`),
    });
    expect((await failureOf(login)).details).toMatchObject({
      code: 'login-denied',
      status: 400,
    });
  });
});

describe('the login of Codex', () => {
  const deviceResponse = { device_auth_id: 'id-1', user_code: 'ABCD-1234', interval: '5' };
  const tokens = {
    access_token: 'access-1',
    refresh_token: 'refresh-1',
    token_type: 'bearer',
    expires_in: 3600,
    id_token: 'not.looked.at',
  };
  const storeExpiredLogin = (): Promise<unknown> =>
    vault.update('codex', () => ({
      kind: 'oauth',
      value: secret('old'),
      refresh: secret('r'),
      expiresAt: 1,
    }));

  it('polls while the authority answers 403 or 404, and exchanges the code with its verifier', async () => {
    script = {
      '/api/accounts/deviceauth/usercode': [[200, deviceResponse]],
      '/api/accounts/deviceauth/token': [
        [403, {}],
        [404, {}],
        [200, { authorization_code: 'code-1', code_challenge: 'c', code_verifier: 'verifier-1' }],
      ],
      '/oauth/token': [[200, tokens]],
    };
    const promptValues: unknown[] = [];
    const login = source('codex');
    const startedAt = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(startedAt);
    await login
      .login({ show: ({ url, code, expiresAt }) => void promptValues.push(url, code, expiresAt) }, 'device')
      .finally(() => {
        vi.restoreAllMocks();
      });
    expect(promptValues).toEqual([`${origin}/codex/device`, 'ABCD-1234', startedAt + 900_000]);
    expect(requests.map(([path, type, , accept]) => [path, type, accept])).toEqual([
      ['/api/accounts/deviceauth/usercode', 'application/json', 'application/json'],
      ...[1, 2, 3].map(() => ['/api/accounts/deviceauth/token', 'application/json', 'application/json']),
      ['/oauth/token', 'application/x-www-form-urlencoded', 'application/json'],
    ]);
    expect(JSON.parse(requests[0]?.[2] ?? '')).toEqual({ client_id: 'my-client' });
    expect(JSON.parse(requests[1]?.[2] ?? '')).toEqual({ device_auth_id: 'id-1', user_code: 'ABCD-1234' });
    expect(Object.fromEntries(new URLSearchParams(requests.at(-1)?.[2]))).toEqual({
      grant_type: 'authorization_code',
      client_id: 'my-client',
      code: 'code-1',
      code_verifier: 'verifier-1',
      redirect_uri: `${origin}/deviceauth/callback`,
    });
    const entry = await vault.get('codex');
    expect([entry?.value.reveal(), entry?.refresh?.reveal()]).toEqual(['access-1', 'refresh-1']);
  });

  it.each([
    [{ interval: '7' }, 7000],
    [{ interval: '1' }, 3000],
    [{}, 5000],
  ])('polls after the interval of %j, at least three seconds', async (interval, ms) => {
    script = {
      '/api/accounts/deviceauth/usercode': [[200, { device_auth_id: 'id-1', usercode: 'ABCD', ...interval }]],
      '/api/accounts/deviceauth/token': [[200, { authorization_code: 'c', code_verifier: 'v' }]],
      '/oauth/token': [[200, tokens]],
    };
    const login = source('codex');
    sleeps.length = 0;
    const codes: unknown[] = [];
    await login.login({ show: ({ code }) => void codes.push(code) }, 'device');
    expect([sleeps, codes]).toEqual([[ms], ['ABCD']]);
  });

  it.each(['/api/accounts/deviceauth/usercode', '/api/accounts/deviceauth/token'])(
    'is denied if the authority refuses %s',
    async (path) => {
      script = {
        '/api/accounts/deviceauth/usercode': [[200, deviceResponse]],
        '/api/accounts/deviceauth/token': [[200, { authorization_code: 'c', code_verifier: 'v' }]],
        '/oauth/token': [[200, tokens]],
        [path]: [[400, deviceResponse]],
      };
      const login = source('codex').login({ show: () => undefined }, 'device');
      expect((await failureOf(login)).details.code).toBe('login-denied');
    },
  );

  it.each([
    [429, 'rate-limit'],
    [499, 'auth'],
    [500, 'server'],
  ])('reports the status %d of its start', async (status, kind) => {
    script = { '/api/accounts/deviceauth/usercode': [[status, {}]] };
    const login = source('codex').login({ show: () => undefined }, 'device');
    expect((await failureOf(login)).kind).toBe(kind);
  });

  it.each([
    [401, { error: { code: 'refresh_token_reused' } }],
    [401, {}],
    [400, { error: 'refresh_token_reused' }],
  ] as const)('requires a new login if the response to a refresh is %d %j', async (status, body) => {
    script = { '/oauth/token': [[status, body]] };
    await storeExpiredLogin();
    const login = source('codex');
    expect((await failureOf(requestToken(login))).details.code).toBe('login-required');
    await failureOf(requestToken(login));
    expect([await login.status(), requests.length]).toEqual(['login-required', 1]);
  });

  it('cancels the body of a response that it replaces, so that its connection is free', async () => {
    await storeExpiredLogin();
    let cancelled = 0;
    const fetch = () => {
      const body = new ReadableStream({ cancel: () => void cancelled++ });
      return Promise.resolve(new Response(body, { status: 401 }));
    };
    expect((await failureOf(requestToken(source('codex', fetch)))).details.code).toBe('login-required');
    expect(cancelled).toBe(1);
  });

  it('stays valid if the quota of the plan is used up', async () => {
    script = {
      '/oauth/token': [
        [429, {}],
        [200, tokens],
      ],
    };
    await storeExpiredLogin();
    const login = source('codex');
    expect(await failureOf(requestToken(login))).toMatchObject({
      kind: 'quota',
      message: '"codex": the quota of the plan is used up; wait until it resets (the login is still valid)',
      details: { status: 429, retryAfterMs: 9000 },
    });
    expect(await requestToken(login)).toBe('access-1');
    expect((await vault.get('codex'))?.refresh?.reveal()).toBe('refresh-1');
  });
});

test('every preset uses https, has a dated source, and contains no client id', () => {
  for (const preset of Object.values(oauthPresets)) {
    expect(preset.source).toMatch(/\d{4}-\d{2}-\d{2}/);
    expect(preset.terms).not.toBe('');
    for (const address of [preset.issuer, ...Object.values(preset.endpoints ?? {})])
      expect(address ?? 'https://').toMatch(/^https:/);
    expect(Object.keys(preset)).not.toContain('clientId');
  }
});
