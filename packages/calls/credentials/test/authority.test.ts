import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LlmError, systemClock, type Clock } from '@majordomo/core';
import {
  memoryVault,
  oauth,
  secret,
  type LoginIo,
  type OAuthOptions,
  type StoredCredential,
  type TokenSource,
  type Vault,
} from '../src/index.ts';
import { failureOf, requestToken } from './support/outcomes.ts';

type Answer = Response | Error;
type Sent = readonly [path: string, form: Record<string, string>];

const START = 1_000_000;
const TOKENS = {
  access_token: 'access-1',
  token_type: 'bearer',
  expires_in: 3600,
  refresh_token: 'refresh-1',
};
const DEVICE = {
  device_code: 'device-1',
  user_code: 'ABCD',
  verification_uri: 'https://a.test/enter',
  expires_in: 600,
};

let now: number;
let sleeps: number[];
let timers: number[];
let answers: Record<string, Answer[]>;
let sentForms: Sent[];
let requests: RequestInit[];
let vault: Vault;

beforeEach(() => {
  now = START;
  [sleeps, timers, answers, sentForms, requests, vault] = [[], [], {}, [], [], memoryVault()];
});

/** Clock whose time changes only by sleeping, and whose timers do not fire. */
const clock: Clock = {
  ...systemClock,
  now: () => now,
  timer: (ms) => {
    timers.push(ms);
    return () => undefined;
  },
  sleep: (ms) => {
    sleeps.push(ms);
    now += ms;
    return Promise.resolve();
  },
};

/** Returns the next response of the path. Fails if none exists. */
const fetch: typeof globalThis.fetch = async (input, init = {}) => {
  const { pathname, host } = new URL(input instanceof Request ? input.url : input);
  const path = host === 'a.test' ? pathname : `${host}${pathname}`;
  const { body } = init;
  sentForms.push([path, body instanceof URLSearchParams ? Object.fromEntries(body) : {}]);
  requests.push(init);
  const answer = answers[path]?.shift() ?? new TypeError(`no answer for ${path}`);
  if (answer instanceof Error) throw answer;
  return answer;
};

const sourceWith = (options: Partial<OAuthOptions> = {}): TokenSource =>
  oauth({
    vault,
    name: 'login',
    clientId: 'my-client',
    endpoints: {
      authorize: 'https://a.test/authorize',
      token: 'https://a.test/token',
      device: 'https://a.test/device',
      revoke: 'https://a.test/revoke',
    },
    fetch,
    clock,
    ...options,
  });
const refusal = (code: string, status = 400): Response => Response.json({ error: code }, { status });
const storeLogin = async (entry: Partial<StoredCredential> = {}): Promise<void> => {
  await vault.update('login', () => ({
    kind: 'oauth',
    value: secret('old'),
    refresh: secret('refresh-0'),
    ...entry,
  }));
};
/** Creates a user interface that pastes the redirect. Stores the shown addresses. */
const pasteLogin = (shownUrls: URL[] = []): LoginIo => ({
  show: ({ url }) => void shownUrls.push(new URL(url)),
  paste: () => Promise.resolve(`?code=code-1&state=${shownUrls.at(-1)?.searchParams.get('state') ?? ''}`),
});

describe('a login by device code', () => {
  const login = (options: Partial<OAuthOptions> = {}, io: Partial<LoginIo> = {}): Promise<void> =>
    sourceWith(options).login({ show: () => undefined, ...io }, 'device');

  it('sends the client, its secret, the scopes and the additional parameters', async () => {
    answers = { '/device': [Response.json(DEVICE)], '/token': [Response.json(TOKENS)] };
    const prompts: unknown[] = [];
    await login(
      { clientSecret: 'my-secret', scopes: ['one', 'two'], extra: { audience: 'api' } },
      { show: (prompt) => void prompts.push(prompt) },
    );
    const client = { client_id: 'my-client', client_secret: 'my-secret' };
    expect(sentForms).toEqual([
      ['/device', { ...client, scope: 'one two', audience: 'api' }],
      [
        '/token',
        {
          ...client,
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: 'device-1',
        },
      ],
    ]);
    expect(requests.map(({ redirect }) => redirect)).toEqual(['manual', 'manual']);
    expect(prompts).toEqual([{ url: 'https://a.test/enter', code: 'ABCD', expiresAt: START + 600_000 }]);
  });

  it('stores the tokens with their time, and retains the label', async () => {
    await storeLogin({ label: 'work', dead: 'revoked' });
    answers = { '/device': [Response.json(DEVICE)], '/token': [Response.json(TOKENS)] };
    await login();
    const { value, refresh, ...others } = (await vault.get('login'))!;
    expect([value.reveal(), refresh?.reveal(), others]).toEqual([
      'access-1',
      'refresh-1',
      { kind: 'oauth', issuedAt: START + 5000, expiresAt: START + 3_605_000, label: 'work' },
    ]);
    expect(sentForms[0]).toEqual(['/device', { client_id: 'my-client' }]);
  });

  it('stores a token without an end and without a refresh token', async () => {
    const answer = Response.json({ access_token: 'access-1', token_type: 'bearer' });
    answers = { '/device': [Response.json(DEVICE)], '/token': [answer] };
    await login();
    const entry = await vault.get('login');
    expect([entry?.refresh, entry?.expiresAt]).toEqual([undefined, undefined]);
  });

  it.each([
    [undefined, 5000],
    [0.5, 1000],
    [1, 1000],
    [7, 7000],
  ])('polls after an interval of %s s', async (interval, ms) => {
    const answer = Response.json({ ...DEVICE, interval });
    answers = { '/device': [answer], '/token': [Response.json(TOKENS)] };
    await login();
    expect(sleeps).toEqual([ms]);
  });

  it('polls more slowly after each failure of the authority or the connection', async () => {
    answers = {
      '/device': [Response.json(DEVICE)],
      '/token': [
        refusal('authorization_pending'),
        refusal('slow_down'),
        refusal('authorization_pending'),
        refusal('any', 429),
        refusal('any', 500),
        new TypeError('no connection'),
        new DOMException('late', 'TimeoutError'),
        Response.json(TOKENS),
      ],
    };
    await login();
    expect(sleeps.map((ms) => ms / 1000)).toEqual([5, 5, 10, 10, 15, 20, 25, 30]);
  });

  it.each([
    [5, 0],
    [6, 1],
  ])('with a code that is valid for %i s polls %i times', async (seconds, polls) => {
    const device = Response.json({ ...DEVICE, expires_in: seconds });
    answers = { '/device': [device], '/token': [refusal('authorization_pending')] };
    expect(await failureOf(login())).toMatchObject({
      kind: 'auth',
      message: 'oauth: the code expired before it was entered; start the login again',
      details: { code: 'login-expired' },
    });
    expect(sentForms.filter(([path]) => path === '/token')).toHaveLength(polls);
  });

  it.each([
    ['HTTPS://a.test/enter', undefined],
    ['http://a.test/enter', undefined],
    ['xhttp://a.test/', 'oauth: the login URL of the server does not begin with https:// or http://'],
    ['file:///etc', 'oauth: the login URL of the server does not begin with https:// or http://'],
    ['javascript:alert(1)', 'oauth: the login URL of the server does not begin with https:// or http://'],
  ])('with the address %s reports %s', async (address, message) => {
    const device = Response.json({ ...DEVICE, verification_uri: address });
    answers = { '/device': [device], '/token': [Response.json(TOKENS)] };
    const shownUrls: string[] = [];
    const show: LoginIo['show'] = ({ url }) => void shownUrls.push(url);
    const error = await login({}, { show }).catch((cause: unknown) => cause);
    expect(shownUrls).toHaveLength(message === undefined ? 1 : 0);
    expect(error).toEqual(
      message === undefined
        ? undefined
        : expect.objectContaining({
            kind: 'auth',
            message,
            details: expect.objectContaining({ code: 'login-failed' }) as object,
          }),
    );
  });

  it.each<[Response, string, string, string | undefined]>([
    [
      refusal('access_denied'),
      'auth',
      'oauth: the user or the server denied the login; start the login again',
      'login-denied',
    ],
    [
      refusal('expired_token'),
      'auth',
      'oauth: the login was not completed in time; start the login again',
      'login-expired',
    ],
    [
      refusal('invalid_client', 401),
      'auth',
      'the login: the authorization server returned 401 invalid_client',
      'login-failed',
    ],
    [
      refusal('a'.repeat(40)),
      'auth',
      `the login: the authorization server returned 400 ${'a'.repeat(40)}`,
      'login-failed',
    ],
    [refusal('a'.repeat(41)), 'auth', 'the login: the authorization server returned 400', 'login-failed'],
    [refusal('access-1'), 'auth', 'the login: the authorization server returned 400', 'login-failed'],
    [
      Response.json({ access_token: 'a\tb', token_type: 'bearer' }),
      'protocol',
      'oauth: the token is blank or cannot be sent in a header; report this problem to the vendor',
      undefined,
    ],
    [
      Response.json({ token_type: 'bearer' }),
      'protocol',
      'the login: the server sent an invalid OAuth response (OAUTH_INVALID_RESPONSE)',
      undefined,
    ],
  ])('ends with the reason of the authority (%#)', async (answer, kind, message, code) => {
    answers = { '/device': [Response.json(DEVICE)], '/token': [answer] };
    const error = await failureOf(login());
    expect([error.kind, error.message, error.details.code]).toEqual([kind, message, code]);
    expect(error.cause).toBeUndefined();
    expect(sentForms).toHaveLength(2);
  });

  it.each([
    [429, 'rate-limit', 'the login: the authorization server returned 429; try again later'],
    [500, 'server', 'the login: the authorization server returned 500; try again later'],
    [499, 'auth', 'the login: the authorization server returned 499'],
    [400, 'auth', 'the login: the authorization server returned 400'],
  ])('reports the status %i of its start', async (status, kind, message) => {
    answers = { '/device': [new Response('', { status, headers: { 'retry-after': '3' } })] };
    const error = await failureOf(login());
    expect([error.kind, error.message]).toEqual([kind, message]);
    expect(error.details).toMatchObject({ status, retryAfterMs: 3000 });
  });

  it.each<[Error, string, string]>([
    [new TypeError('failed'), 'network', 'the login: the connection to the server failed; check the network'],
    [new DOMException('late', 'TimeoutError'), 'timeout', 'the login: the server did not respond in 30 s'],
    [
      new DOMException('stopped', 'AbortError'),
      'protocol',
      'the login: the server sent an invalid OAuth response (20)',
    ],
    [new Error('other'), 'protocol', 'the login: the server sent an invalid OAuth response (unknown)'],
  ])('reports the failure of its start: %s', async (fault, kind, message) => {
    answers = { '/device': [fault] };
    const error = await failureOf(login());
    expect([error.kind, error.message]).toEqual([kind, message]);
  });

  it('waits 30 s for each response', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    try {
      await failureOf(login());
      expect(timeout.mock.calls).toEqual([[30_000]]);
    } finally {
      timeout.mockRestore();
    }
  });

  it.each([
    [2 ** 20, undefined],
    [2 ** 20 + 1, 'too-large'],
  ])('reads a response of %i bytes', async (bytes, code) => {
    const text = JSON.stringify(TOKENS).padEnd(bytes);
    const answer = new Response(text, { headers: { 'content-type': 'application/json' } });
    answers = { '/device': [Response.json(DEVICE)], '/token': [answer] };
    const error: unknown = await login().catch((cause: unknown) => cause);
    expect(LlmError.is(error) ? error.details.code : error).toBe(code);
  });

  it('ignores the ID token', async () => {
    const answer = Response.json({ ...TOKENS, id_token: 'not.a.token' });
    answers = { '/device': [Response.json(DEVICE)], '/token': [answer] };
    await login();
    expect((await vault.get('login'))?.value.reveal()).toBe('access-1');
  });
});

describe('a login in the browser', () => {
  it('opens an address with the parameters of the login, which `extra` does not replace', async () => {
    answers = { '/token': [Response.json(TOKENS)] };
    const shownUrls: URL[] = [];
    await sourceWith({
      scopes: ['one', 'two'],
      extra: { prompt: 'consent', state: 'mine', client_id: 'mine' },
    }).login(pasteLogin(shownUrls));
    const {
      redirect_uri: redirect,
      code_challenge: challenge,
      state,
      ...others
    } = Object.fromEntries(shownUrls[0]?.searchParams ?? []);
    expect(shownUrls[0]?.href.split('?')[0]).toBe('https://a.test/authorize');
    expect([redirect, challenge, state]).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      expect.stringMatching(/^[\w-]{43}$/),
      expect.stringMatching(/^[\w-]{43}$/),
    ]);
    expect(others).toEqual({
      prompt: 'consent',
      response_type: 'code',
      client_id: 'my-client',
      scope: 'one two',
      code_challenge_method: 'S256',
    });
    const [path, form] = sentForms[0] ?? [];
    expect([path, form]).toEqual([
      '/token',
      {
        client_id: 'my-client',
        grant_type: 'authorization_code',
        code: 'code-1',
        redirect_uri: redirect,
        code_verifier: expect.stringMatching(/^[\w-]{43}$/) as string,
      },
    ]);
  });

  it('has no scope by default', async () => {
    answers = { '/token': [Response.json(TOKENS)] };
    const shownUrls: URL[] = [];
    await sourceWith().login(pasteLogin(shownUrls));
    expect(shownUrls[0]?.searchParams.has('scope')).toBe(false);
  });

  const noClipboard = new Error('no clipboard');

  it.each<[what: string, paste: () => Promise<string>, message: string, cause: unknown]>([
    [
      'text of another login',
      () => Promise.resolve('abc123'),
      'the pasted URL does not belong to this login; paste the complete URL that the browser shows',
      undefined,
    ],
    [
      'no text',
      () => Promise.resolve(undefined as never),
      'the pasted URL does not belong to this login; paste the complete URL that the browser shows',
      undefined,
    ],
    ['a rejection', () => Promise.reject(noClipboard), '`paste` failed; see the cause', noClipboard],
    [
      'an error',
      () => {
        throw noClipboard;
      },
      '`paste` failed; see the cause',
      noClipboard,
    ],
  ])('reports %s of `paste`', async (_what, paste, message, cause) => {
    const error = await failureOf(sourceWith().login({ show: () => undefined, paste }));
    expect(error).toMatchObject({
      kind: 'auth',
      message: `oauth: ${message}`,
      details: { code: 'login-failed' },
    });
    expect(error.cause).toBe(cause);
  });

  it.each([
    [{}, 300_000, 'the login took longer than 300 s; start it again'],
    [{ timeoutMs: 1500 }, 1500, 'the login took longer than 1.5 s; start it again'],
  ])('with %j ends after %i ms', async (io, ms, message) => {
    let expire = (): void => undefined;
    let isCancelled = false;
    const timer: Clock['timer'] = (delayMs, run) => {
      timers.push(delayMs);
      expire = run;
      return () => void (isCancelled = true);
    };
    const show = (): void => {
      expire();
    };
    const login = sourceWith({ clock: { ...clock, timer } }).login({ ...io, show });
    expect(await failureOf(login)).toMatchObject({
      kind: 'auth',
      message: `oauth: ${message}`,
      details: { code: 'login-expired' },
    });
    expect([timers, isCancelled]).toEqual([[ms], true]);
  });

  it('does not start if its signal has aborted', async () => {
    const signal = AbortSignal.abort('cancelled');
    expect(await failureOf(sourceWith().login({ ...pasteLogin(), signal }))).toMatchObject({
      kind: 'aborted',
      message: 'oauth: the login was aborted',
      cause: 'cancelled',
    });
    expect(sentForms).toEqual([]);
  });
});

describe('the endpoints', () => {
  const discoveryResponse = (path: string): Response =>
    Response.json({ issuer: 'https://a.test', [path]: 'https://a.test/found' });
  const DISCOVERY = '/.well-known/openid-configuration';

  it('are discovered once, and again after a failure', async () => {
    const source = sourceWith({ issuer: 'https://a.test', endpoints: undefined });
    answers = {
      [DISCOVERY]: [new Response('', { status: 503 }), discoveryResponse('token_endpoint')],
      '/found': [Response.json(TOKENS), Response.json(TOKENS)],
    };
    await storeLogin({ expiresAt: 1 });
    expect((await failureOf(requestToken(source))).message).toBe(
      'discovery: the authorization server returned 503; try again later',
    );
    now += 10_000;
    expect([await requestToken(source), await requestToken(source, 'access-1')]).toEqual([
      'access-1',
      'access-1',
    ]);
    expect(sentForms.map(([path]) => path)).toEqual([DISCOVERY, DISCOVERY, '/found', '/found']);
  });

  it('in the options are used without discovery', async () => {
    answers = { '/token': [Response.json(TOKENS)] };
    await storeLogin({ expiresAt: 1 });
    expect(await requestToken(sourceWith({ issuer: 'https://other.test' }))).toBe('access-1');
    expect(sentForms).toEqual([
      ['/token', { client_id: 'my-client', grant_type: 'refresh_token', refresh_token: 'refresh-0' }],
    ]);
  });

  it('of an authority on another machine are not used over http', async () => {
    const source = sourceWith({ issuer: 'https://a.test', endpoints: undefined });
    answers = {
      [DISCOVERY]: [Response.json({ issuer: 'https://a.test', token_endpoint: 'http://a.test/found' })],
    };
    await storeLogin({ expiresAt: 1 });
    expect((await failureOf(requestToken(source))).kind).toBe('protocol');
    expect(sentForms.map(([path]) => path)).toEqual([DISCOVERY]);
  });

  it.each([
    [
      'browser',
      'oauth: the authorization server has no authorization endpoint; log in with the flow "device"',
    ],
    ['device', 'oauth: the authorization server has no device endpoint; log in with the flow "browser"'],
  ] as const)('that the flow %s requires are reported', async (flow, message) => {
    const login = sourceWith({ endpoints: { token: 'https://a.test/token' } }).login(pasteLogin(), flow);
    expect(await failureOf(login)).toMatchObject({ kind: 'config', message });
  });

  it.each([
    'http://127.0.0.1:8080',
    'http://127.255.1.2',
    'http://localhost:1',
    'http://[::1]:8080',
    'https://a.test',
  ])('accept the issuer %s', (issuer) => {
    expect(() => sourceWith({ issuer, endpoints: undefined })).not.toThrow();
  });

  it.each([
    [
      'http://127.0.0.1.a.test',
      'must be https; only loopback addresses may receive tokens without encryption',
    ],
    ['http://a.localhost', 'must be https; only loopback addresses may receive tokens without encryption'],
    ['ftp://127.0.0.1', 'must be https; only loopback addresses may receive tokens without encryption'],
    ['a.test', 'must be a URL'],
  ])('reject the issuer %s', (issuer, message) => {
    expect(() => sourceWith({ issuer, endpoints: undefined })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: `oauth: issuer: ${message}`,
        details: expect.objectContaining({ path: 'issuer' }) as object,
      }) as Error,
    );
  });
});

describe('a token', () => {
  it.each<[Partial<StoredCredential>, number]>([
    [{}, 0],
    [{ expiresAt: START + 60_001 }, 0],
    [{ expiresAt: START + 60_000 }, 1],
    [{ issuedAt: START - 30_000, expiresAt: START + 10_001 }, 0],
    [{ issuedAt: START - 30_000, expiresAt: START + 10_000 }, 1],
  ])('stored as %j is refreshed with %i requests', async (entry, count) => {
    await storeLogin(entry);
    answers = { '/token': [Response.json(TOKENS)] };
    expect(await requestToken(sourceWith())).toBe(count === 0 ? 'old' : 'access-1');
    expect(sentForms).toHaveLength(count);
  });

  it.each([
    [{}, 5000],
    [{ 'retry-after': '7' }, 7000],
  ])('that is valid is not refreshed again for a time after a failure with %j', async (headers, waitMs) => {
    const source = sourceWith();
    await storeLogin({ expiresAt: START + 20_000 });
    answers = { '/token': [new Response('', { status: 503, headers }), Response.json(TOKENS)] };
    const tokens: string[] = [];
    for (const at of [0, waitMs - 1, waitMs]) {
      now = START + at;
      tokens.push(await requestToken(source));
    }
    expect([tokens, sentForms.length]).toEqual([['old', 'old', 'access-1'], 2]);
  });

  it('is refreshed in time again after a refresh that has succeeded', async () => {
    const source = sourceWith();
    await storeLogin({ expiresAt: START + 20_000 });
    answers = {
      '/token': [
        new Response('', { status: 503, headers: { 'retry-after': '100' } }),
        Response.json({ ...TOKENS, expires_in: 40 }),
        Response.json({ ...TOKENS, access_token: 'access-2' }),
      ],
    };
    expect([await requestToken(source), await requestToken(source, 'old')]).toEqual(['old', 'access-1']);
    now += 35_000;
    expect(await requestToken(source)).toBe('access-2');
  });

  it.each([
    'invalid_grant',
    'invalid_token',
    'refresh_token_reused',
    'interaction_required',
    'login_required',
  ])('requires a new login after %s', async (code) => {
    await storeLogin({ expiresAt: START + 20_000, label: 'work' });
    answers = { '/token': [refusal(code)] };
    expect(await failureOf(requestToken(sourceWith()))).toMatchObject({
      kind: 'auth',
      message: `"login" needs a new login: the authorization server returned ${code}`,
      details: { code: 'login-required', status: 401 },
    });
    expect((await vault.get('login'))?.label).toBe('work');
  });

  it('stays stored after another error of the authority', async () => {
    await storeLogin({ expiresAt: START });
    answers = { '/token': [refusal('invalid_client', 401)] };
    expect(await failureOf(requestToken(sourceWith()))).toMatchObject({
      kind: 'auth',
      message: 'the refresh of "login": the authorization server returned 401 invalid_client',
      details: { code: 'login-failed', status: 401 },
    });
    expect(await sourceWith().status()).toBe('ok');
  });

  it('that is rejected during a refresh for another reason is refreshed separately', async () => {
    const source = sourceWith();
    await storeLogin({ expiresAt: START });
    answers = {
      '/token': ['access-1', 'access-2'].map((token) => Response.json({ ...TOKENS, access_token: token })),
    };
    const tokens = [
      requestToken(source),
      requestToken(source, 'access-1'),
      requestToken(source, 'access-1'),
      requestToken(source),
    ];
    expect([await Promise.all(tokens), sentForms.length]).toEqual([
      ['access-1', 'access-2', 'access-2', 'access-2'],
      2,
    ]);
  });

  it('reports the abort of a call with its reason', async () => {
    await storeLogin({ expiresAt: START });
    const { credential } = sourceWith();
    const run = typeof credential === 'string' ? undefined : credential;
    const call = Promise.resolve(run?.({ signal: AbortSignal.abort('cancelled'), rejected: undefined }));
    expect(await failureOf(call)).toMatchObject({
      kind: 'aborted',
      message: 'the call was aborted while its token was refreshed',
      cause: 'cancelled',
    });
    await expect.poll(() => sentForms.length).toBe(1);
  });

  it('without a login is reported', async () => {
    expect(await failureOf(requestToken(sourceWith()))).toMatchObject({
      kind: 'auth',
      message: 'no login is named "login"; call login first',
      details: { code: 'login-required', status: 401 },
    });
  });

  it.each<[Partial<StoredCredential>, string]>([
    [{}, 'ok'],
    [{ expiresAt: START + 1, refresh: undefined }, 'ok'],
    [{ expiresAt: START, refresh: undefined }, 'expired'],
    [{ expiresAt: START }, 'ok'],
    [{ dead: 'revoked' }, 'login-required'],
  ])('stored as %j has the status %s', async (entry, status) => {
    await storeLogin(entry);
    expect(await sourceWith().status()).toBe(status);
  });
});

describe('a logout', () => {
  it.each([
    [{}, 'refresh-0'],
    [{ refresh: undefined }, 'old'],
  ])('of an entry with %j revokes %s', async (entry, token) => {
    await storeLogin(entry);
    let isReleased = false;
    const body = new ReadableStream({ cancel: () => void (isReleased = true) });
    answers = { '/revoke': [new Response(body, { status: 503 })] };
    await sourceWith().logout();
    expect(isReleased).toBe(true);
    expect(sentForms).toEqual([['/revoke', { client_id: 'my-client', token }]]);
    expect(await vault.get('login')).toBeUndefined();
  });

  it('sends nothing without an entry or without a revocation endpoint', async () => {
    await sourceWith().logout();
    await storeLogin();
    await sourceWith({ endpoints: { token: 'https://a.test/token' } }).logout();
    expect([sentForms, await vault.get('login')]).toEqual([[], undefined]);
  });
});
