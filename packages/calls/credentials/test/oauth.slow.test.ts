import { request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { deferred, testFolder } from '@majordomo/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { LlmError, systemClock, type Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { fakeClock } from '@majordomo/testing';
import {
  memoryVault,
  oauth,
  secret,
  type LoginIo,
  type OAuthOptions,
  type TokenSource,
  type Vault,
} from '../src/index.ts';
import { fileVault } from '../src/node.ts';
import { failureOf, requestToken } from './support/outcomes.ts';
import { CLIENT, startAuthority, type TestAuthority } from './support/authority.ts';
import { nextOutput, start, waitForExit, killAndWait } from './support/processes.ts';

let authority: TestAuthority;
let vault: Vault;
const consoleOutput: string[] = [];

beforeAll(async () => {
  for (const method of ['info', 'warn', 'error', 'log'] as const) {
    vi.spyOn(console, method).mockImplementation(
      (...values: unknown[]) => void consoleOutput.push(values.map(String).join(' ')),
    );
  }
  authority = await startAuthority();
});
afterAll(async () => {
  await authority.close();
});
beforeEach(() => {
  vault = memoryVault();
  authority.requestPaths.length = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
});

const sourceWith = (options: Partial<OAuthOptions> = {}): TokenSource =>
  oauth({
    vault,
    name: 'login',
    clientId: CLIENT,
    issuer: authority.issuer,
    scopes: ['openid', 'offline_access', 'api'],
    extra: { prompt: 'consent' },
    ...options,
  });
const follow = (url: string, pages: string[] = []): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, (answer) => {
      answer.on('data', (chunk: Buffer) => pages.push(chunk.toString()));
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
const browser = (isAllowed = true): LoginIo => ({
  show: ({ url }) => {
    void authority
      .browse(url, isAllowed)
      .then(follow)
      .catch(() => undefined);
  },
});
const tokenRequests = (): number => authority.requestPaths.filter((path) => path === '/token').length;
const expire = async (name = 'login'): Promise<void> => {
  await vault.update(name, (now) => now && { ...now, expiresAt: 1 });
};

describe.each(['browser', 'device'] as const)('a login with the flow %s', (flow) => {
  it('reports a prompt that fails as an error of the application', async () => {
    const show = (): never => {
      throw new Error('no window');
    };
    const { kind, message, details } = await failureOf(sourceWith().login({ show }, flow));
    expect([kind, details.code, message]).toEqual([
      'auth',
      'login-failed',
      'oauth: `show` failed to show the prompt; see the cause',
    ]);
  });

  it('ends with its signal while the prompt is pending', async () => {
    const controller = new AbortController();
    const show = async (): Promise<void> => {
      queueMicrotask(() => {
        controller.abort();
      });
      await new Promise(() => undefined);
    };
    expect((await failureOf(sourceWith().login({ show, signal: controller.signal }, flow))).kind).toBe(
      'aborted',
    );
  });
});

describe('a login in the browser', () => {
  it('stores a token and frees its port', async () => {
    const source = sourceWith();
    expect(await source.status()).toBe('absent');
    let shownUrl = '';
    await source.login({
      show: ({ url }) => {
        shownUrl = url;
        void authority.browse(url).then(follow);
      },
    });
    const url = new URL(shownUrl);
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    const redirect = new URL(url.searchParams.get('redirect_uri') ?? '');
    expect([redirect.hostname, redirect.pathname]).toEqual(['127.0.0.1', '/callback']);
    await expect(follow(redirect.href)).rejects.toThrow('ECONNREFUSED');
    expect(await source.status()).toBe('ok');
    const entry = await vault.get('login');
    expect(await requestToken(source)).toBe(entry?.value.reveal());
    expect((entry?.expiresAt ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    expect(tokenRequests()).toBe(1);
  });

  it('rejects requests with another path, host, method or state', async () => {
    const source = sourceWith();
    const statuses: number[] = [];
    const pages: string[] = [];
    await source.login({
      show: async ({ url }) => {
        const redirect = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
        statuses.push(
          await follow(`${redirect.origin}/`),
          await follow(`${redirect.origin}/callback/x?code=a`),
          await follow(`${redirect.href}?code=a&state=wrong`, pages),
          await follow(`${redirect.href}?code=a`),
          await withHost(redirect, 'evil.example'),
        );
        void authority.browse(url).then(follow);
      },
    });
    expect(statuses).toEqual([404, 404, 400, 400, 403]);
    expect(pages.join('')).toContain('This request belongs to another login.');
    expect(await source.status()).toBe('ok');
  });

  it('accepts a pasted address or query, but not that of another login', async () => {
    for (const form of [
      (url: string) => url,
      (url: string) => new URL(url).search,
      (url: string) => ` ${new URL(url).search.slice(1)}\n`,
    ]) {
      const source = sourceWith();
      const { promise: url, resolve: onUrl } = deferred<string>();
      await source.login({
        show: (prompt) => {
          onUrl(prompt.url);
        },
        paste: async () => form(await authority.browse(await url)),
      });
      expect(await source.status()).toBe('ok');
    }
    for (const pasted of ['abc123', 'code=abc&state=other', 'http://127.0.0.1:1/callback?code=a', '']) {
      const error = await failureOf(
        sourceWith().login({ show: () => undefined, paste: () => Promise.resolve(pasted) }),
      );
      expect(error.details.code).toBe('login-failed');
    }
  });

  it('rejects if the user refuses, and shows the failure in the browser', async () => {
    const pages: Promise<number>[] = [];
    const show: LoginIo['show'] = async ({ url }) => {
      pages.push(follow(await authority.browse(url, false)));
    };
    expect((await failureOf(sourceWith().login({ show }))).details.code).toBe('login-denied');
    expect(await Promise.all(pages)).toEqual([400]);
    expect(await sourceWith().status()).toBe('absent');
  });

  it('ends at its time limit and frees its port', async () => {
    const clock = fakeClock();
    let redirect = '';
    const login = failureOf(
      sourceWith({ clock }).login({
        timeoutMs: 5000,
        show: ({ url }) => {
          redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
        },
      }),
    );
    await expect.poll(() => redirect).not.toBe('');
    await clock.advance(5000);
    expect((await login).details.code).toBe('login-expired');
    await expect(follow(redirect)).rejects.toThrow('ECONNREFUSED');
  });

  it('ends at its time limit if the transport fails with another error', async () => {
    const clock = fakeClock();
    let requests = 0;
    const fetch: typeof globalThis.fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        requests++;
        init?.signal?.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    const login = failureOf(sourceWith({ clock, fetch }).login({ timeoutMs: 5000, show: () => undefined }));
    await expect.poll(() => requests).toBe(1);
    await clock.advance(5000);
    expect((await login).details.code).toBe('login-expired');
  });

  it('ends immediately when it is aborted, and frees its port', async () => {
    const controller = new AbortController();
    let redirect = '';
    const login = failureOf(
      sourceWith().login({
        signal: controller.signal,
        show: ({ url }) => {
          redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
        },
      }),
    );
    await expect.poll(() => redirect).not.toBe('');
    controller.abort();
    expect((await login).kind).toBe('aborted');
    await expect(follow(redirect)).rejects.toThrow('ECONNREFUSED');
    expect(
      (await failureOf(sourceWith().login({ signal: controller.signal, show: () => undefined }))).kind,
    ).toBe('aborted');
  });

  it('ends immediately when it is aborted while the vault is locked, and stores nothing', async () => {
    const controller = new AbortController();
    let unlock: (entry: undefined) => void = () => undefined;
    const holding = vault.update('login', () => new Promise((resolve) => (unlock = resolve)));
    const update = vi.spyOn(vault, 'update');
    const login = failureOf(sourceWith().login({ ...browser(), signal: controller.signal }));
    await expect.poll(() => update.mock.calls.length).toBe(1);
    controller.abort();
    expect((await login).kind).toBe('aborted');
    unlock(undefined);
    await holding;
    await expect(update.mock.results[0]?.value).rejects.toThrow('aborted');
    expect(await vault.get('login')).toBeUndefined();
  });

  it('retains the stored token if the token endpoint refuses', async () => {
    await vault.update('login', () => ({ kind: 'oauth', value: secret('before') }));
    authority.fail('/token', { status: 400, body: { error: 'invalid_grant' } });
    expect((await failureOf(sourceWith().login(browser()))).details.code).toBe('login-failed');
    expect((await vault.get('login'))?.value.reveal()).toBe('before');
  });
});

describe('a login by device code', () => {
  const pollingClock = (clock: Clock): { readonly clock: Clock; readonly sleeps: number[] } => {
    const sleeps: number[] = [];
    return {
      sleeps,
      clock: {
        ...clock,
        now: () => clock.now(),
        timer: (...all) => systemClock.timer(...all),
        sleep: (ms, signal) => {
          sleeps.push(ms);
          signal.throwIfAborted();
          return Promise.resolve();
        },
      },
    };
  };

  it('shows a code and polls until it is entered', async () => {
    const { clock, sleeps } = pollingClock(systemClock);
    const source = sourceWith({ clock });
    authority.fail(
      '/token',
      { status: 400, body: { error: 'authorization_pending' } },
      { status: 400, body: { error: 'slow_down' } },
      { status: 503 },
      { status: 429, headers: { 'retry-after': '1' } },
    );
    await source.login(
      {
        show: async ({ url, code, expiresAt }) => {
          expect(url).toBe(`${authority.issuer}/device`);
          expect(expiresAt).toBeGreaterThan(Date.now());
          await authority.enter(code ?? '');
        },
      },
      'device',
    );
    expect(await source.status()).toBe('ok');
    // Default interval of RFC 8628, and five more seconds for each `slow_down`.
    expect(sleeps).toEqual([5000, 5000, 10_000, 15_000, 20_000]);
  });

  it('leaves no timer', async () => {
    let timers = 0;
    const timer: Clock['timer'] = (ms, run, options) => {
      timers++;
      const cancel = systemClock.timer(ms, run, options);
      return () => {
        timers--;
        cancel();
      };
    };
    await sourceWith({ clock: { ...systemClock, timer } }).login(browser());
    expect(timers).toBe(0);
  });

  it('ends immediately when it is aborted', async () => {
    const controller = new AbortController();
    const login = sourceWith().login(
      {
        signal: controller.signal,
        show: () => {
          controller.abort();
        },
      },
      'device',
    );
    expect((await failureOf(login)).kind).toBe('aborted');
  });
});

describe('a token of a login', () => {
  const loggedIn = async (options: Partial<OAuthOptions> = {}): Promise<TokenSource> => {
    const source = sourceWith(options);
    await source.login(browser());
    authority.requestPaths.length = 0;
    return source;
  };

  it('is refreshed once for ten calls, and the new refresh token is stored', async () => {
    const source = await loggedIn();
    const before = await vault.get('login');
    await expire();
    const tokens = await Promise.all(Array.from({ length: 10 }, () => requestToken(source)));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(before?.value.reveal());
    expect((await vault.get('login'))?.refresh?.reveal()).not.toBe(before?.refresh?.reveal());
    expect(tokenRequests()).toBe(1);
    await expire();
    await requestToken(source);
    expect(tokenRequests()).toBe(2);
  });

  it('is refreshed once for all calls that were rejected with it', async () => {
    const source = await loggedIn();
    const old = await requestToken(source);
    const tokens = await Promise.all(Array.from({ length: 5 }, () => requestToken(source, old)));
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(old);
    expect(await requestToken(source, old)).toBe(tokens[0]);
    expect(tokenRequests()).toBe(1);
  });

  it.each([-300_000, 300_000])('uses the local clock even if it is wrong by %d ms', async (skew) => {
    const clock: Clock = {
      ...systemClock,
      now: () => Date.now() + skew,
      sleep: (...all) => systemClock.sleep(...all),
      timer: (...all) => systemClock.timer(...all),
    };
    const source = await loggedIn({ clock });
    await requestToken(source);
    expect(tokenRequests()).toBe(0);
    expect(await source.status()).toBe('ok');
  });

  it('that the authority has revoked requires a new login, and is not refreshed again', async () => {
    const source = await loggedIn();
    await expire();
    authority.fail('/token', { status: 400, body: { error: 'invalid_grant' } });
    const failures = await Promise.all(Array.from({ length: 10 }, () => failureOf(requestToken(source))));
    for (const { kind, details } of failures)
      expect([kind, details.code]).toEqual(['auth', 'login-required']);
    expect(await source.status()).toBe('login-required');
    await failureOf(requestToken(sourceWith()));
    expect(tokenRequests()).toBe(1);
    await source.login(browser());
    expect(await source.status()).toBe('ok');
  });

  it.each([
    [{ status: 429, headers: { 'retry-after': '7' } }, 'rate-limit', 7000],
    [{ status: 500 }, 'server', undefined],
    [{ status: 503, body: 'nonsense' }, 'server', undefined],
    [{ status: 200, body: '{"access_tok' }, 'protocol', undefined],
    [{ status: 200, body: { token_type: 'bearer' } }, 'protocol', undefined],
    [{ status: 201, body: { token_type: 'bearer', access_token: 'a' } }, 'protocol', undefined],
    [{ status: 200, body: { token_type: 'bearer', access_token: 'a\r\nx: b' } }, 'protocol', undefined],
    [{ status: 200, body: { token_type: 'bearer', access_token: ' ' } }, 'protocol', undefined],
    [{ status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }, 'protocol', undefined],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'protocol', undefined],
  ] as const)('stays stored if the authority answers %j', async (fault, kind, retryAfterMs) => {
    const source = await loggedIn();
    await expire();
    authority.fail('/token', fault);
    const error = await failureOf(requestToken(source));
    expect([error.kind, error.details.retryAfterMs]).toEqual([kind, retryAfterMs]);
    expect(await source.status()).toBe('ok');
    expect(await requestToken(source)).not.toBe('');
  });

  it.each([
    ['application/json', 'OAUTH_PARSE_ERROR'],
    ['text/html', 'OAUTH_RESPONSE_IS_NOT_JSON'],
  ])('rejects with the reason if the authority answers with invalid %s', async (type, reason) => {
    const source = await loggedIn();
    await expire();
    authority.fail('/token', { status: 200, body: '<html>', headers: { 'content-type': type } });
    expect((await failureOf(requestToken(source))).message).toBe(
      `the refresh of "login": the server sent an invalid OAuth response (${reason})`,
    );
  });

  it('rejects with a timeout if the authority does not answer', async () => {
    await loggedIn();
    await expire();
    const fetch = (): Promise<never> => Promise.reject(new DOMException('late', 'TimeoutError'));
    const { kind, message } = await failureOf(requestToken(sourceWith({ fetch })));
    expect([kind, message]).toEqual(['timeout', expect.stringContaining('did not respond in')]);
  });

  it('is not used again after a rejection while the authority fails', async () => {
    const source = await loggedIn();
    const token = await requestToken(source);
    authority.fail('/token', { status: 503 });
    expect((await failureOf(requestToken(source, token))).kind).toBe('server');
  });

  it('is refreshed once for two sources if it is valid for less than a minute', async () => {
    const clock = fakeClock(Date.now());
    const sources = [await loggedIn({ clock }), sourceWith({ clock })];
    await expire();
    authority.fail('/token', {
      status: 200,
      body: { token_type: 'bearer', access_token: 'short', expires_in: 45 },
    });
    const tokens: string[] = [];
    for (let call = 0; call < 10; call++)
      for (const source of sources) tokens.push(await requestToken(source));
    expect([new Set(tokens), tokenRequests()]).toEqual([new Set(['short']), 1]);
    await clock.advance(40_000);
    expect(await requestToken(sources[0]!)).not.toBe('short');
  });

  it('is not read from a response that is too large', async () => {
    const source = await loggedIn();
    await expire();
    authority.fail('/token', { status: 200, body: `{"access_token":"${'x'.repeat(3 * 2 ** 20)}"}` });
    expect(await failureOf(requestToken(source))).toMatchObject({
      kind: 'protocol',
      message: expect.stringContaining("the authority's answer") as string,
      details: { code: 'too-large' },
    });
    expect(await source.status()).toBe('ok');
  });

  it.each([false, true])(
    'is stored later if the vault fails after the refresh (rejected: %s)',
    async (isRejected) => {
      await loggedIn();
      await expire();
      const before = await vault.get('login');
      let failures = 1;
      const update: Vault['update'] = (name, change) =>
        vault.update(name, async (now) => {
          const next = await change(now);
          if (failures-- > 0) throw new LlmError('config', 'the disk is full');
          return next;
        });
      const source = sourceWith({ vault: { ...vault, update } });
      expect((await failureOf(requestToken(source))).message).toBe('the disk is full');
      const token = await requestToken(source, isRejected ? before?.value.reveal() : undefined);
      expect(tokenRequests()).toBe(1);
      const stored = await vault.get('login');
      expect(stored?.value.reveal()).toBe(token);
      expect(stored?.refresh?.reveal()).not.toBe(before?.refresh?.reveal());
      await requestToken(source, token);
      expect(tokenRequests()).toBe(2);
    },
  );

  it('requires a new login if the response with a rotated refresh token is lost', async () => {
    const source = await loggedIn();
    await expire();
    authority.fail('/token', 'cut');
    expect((await failureOf(requestToken(source))).kind).toBe('network');
    expect((await failureOf(requestToken(source))).details.code).toBe('login-required');
    await failureOf(requestToken(source));
    expect(tokenRequests()).toBe(2);
  });

  it('is used once if it ends immediately', async () => {
    const source = await loggedIn();
    await expire();
    authority.fail('/token', {
      status: 200,
      body: { token_type: 'bearer', access_token: 'short', expires_in: 0 },
    });
    expect(await requestToken(source)).toBe('short');
  });

  it('retains its refresh token if the response has none', async () => {
    const source = await loggedIn();
    await expire();
    const before = await vault.get('login');
    authority.fail('/token', {
      status: 200,
      body: { access_token: 'fresh-token', token_type: 'bearer', expires_in: 60 },
    });
    expect(await requestToken(source)).toBe('fresh-token');
    expect((await vault.get('login'))?.refresh?.reveal()).toBe(before?.refresh?.reveal());
  });

  it('is refreshed for other callers if one aborts', async () => {
    const source = await loggedIn();
    await expire();
    const controller = new AbortController();
    const abortedCall = failureOf(requestToken(source, undefined, controller.signal));
    const otherCall = requestToken(source);
    controller.abort();
    expect((await abortedCall).kind).toBe('aborted');
    expect(await otherCall).not.toBe('');
    expect(tokenRequests()).toBe(1);
  });

  it.each([true, false])(
    'shares a discovery with an aborted login (login first: %s)',
    async (isLoginFirst) => {
      await loggedIn();
      await expire();
      const { promise: discovery, resolve: endDiscovery } = deferred();
      let calls = 0;
      const source = sourceWith({
        async fetch(url, init) {
          if (++calls === 1) await abortable(discovery, init?.signal as AbortSignal);
          return fetch(url, init);
        },
      });
      const controller = new AbortController();
      let token: Promise<string> | undefined;
      if (!isLoginFirst) token = requestToken(source).catch(String);
      const show = vi.fn();
      const login = failureOf(source.login({ show, signal: controller.signal }));
      await expect.poll(() => calls).toBe(1);
      token ??= requestToken(source).catch(String);
      await new Promise(setImmediate);
      controller.abort();
      expect((await login).kind).toBe('aborted');
      endDiscovery();
      expect(await token).toBe((await vault.get('login'))?.value.reveal());
    },
  );

  it('is used until it expires if it cannot be refreshed', async () => {
    let now = 3_599_999;
    const source = sourceWith({ clock: { ...systemClock, now: () => now } });
    const value = secret('last');
    await vault.update('login', () => ({ kind: 'oauth', value, issuedAt: 0, expiresAt: 3_600_000 }));
    expect(await requestToken(source)).toBe('last');
    expect(await source.status()).toBe('ok');
    now += 1;
    expect(await failureOf(requestToken(source))).toMatchObject({
      message: '"login" needs a new login: the token has expired, and no refresh token exists',
      details: { code: 'login-required' },
    });
    expect(authority.requestPaths).toEqual([]);
  });

  it('requires a login if the vendor rejects it and it cannot be refreshed', async () => {
    await vault.update('login', () => ({ kind: 'oauth', value: secret('refused') }));
    const { details, message } = await failureOf(requestToken(sourceWith(), 'refused'));
    expect([details.code, message]).toEqual([
      'login-required',
      '"login" needs a new login: the vendor rejected the token, and no refresh token exists',
    ]);
  });
});

test('four processes with five calls each refresh an expired token once, also after a kill', async () => {
  const root = testFolder();
  const path = join(root, 'v', 'vault.json');
  vault = fileVault({ path });
  await sourceWith().login(browser());
  await expire();
  authority.requestPaths.length = 0;
  const holder = start('holder-process.ts', path);
  await nextOutput(holder);
  const children = Array.from({ length: 4 }, () =>
    start('refresh-process.ts', path, authority.issuer, CLIENT, '5'),
  );
  for (const child of children) await nextOutput(child);
  const tokens = children.map((child) => nextOutput(child));
  for (const child of children) child.stdin?.write('go\n');
  await killAndWait(holder);
  expect(new Set((await Promise.all(tokens)).flatMap((text) => text.trim().split(' '))).size).toBe(1);
  await Promise.all(children.map(waitForExit));
  expect(tokenRequests()).toBe(1);
}, 60_000);

test('a logout revokes and removes the token', async () => {
  const source = sourceWith();
  await source.login(browser());
  await source.logout();
  expect(await source.status()).toBe('absent');
  expect(authority.requestPaths).toContain('/token/revocation');
});

test('no log, error or address contains a token', async () => {
  const source = sourceWith();
  const errors: unknown[] = [];
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    urls.push(input instanceof Request ? input.url : String(input));
    return globalThis.fetch(input, init);
  };
  const recordedSource = sourceWith({ fetch });
  await recordedSource.login(browser());
  const entry = await vault.get('login');
  const tokens = [entry?.value.reveal(), entry?.refresh?.reveal()].filter((token) => token !== undefined);
  for (const fault of [
    { status: 500, body: { echoed: tokens } },
    { status: 200, body: `{"access_token":"${tokens.join()}"` },
    { status: 400, body: { error: tokens[1], error_description: tokens.join() } },
    'cut',
    { status: 401, body: { error: 'invalid_grant', error_description: tokens.join() } },
  ] as const) {
    await expire();
    authority.fail('/token', fault);
    errors.push(await failureOf(requestToken(recordedSource)));
  }
  errors.push(await source.status(), source, entry);
  const output = [
    inspect(errors, { depth: Infinity, showHidden: true }),
    JSON.stringify(errors),
    ...urls,
    ...consoleOutput,
  ].join('\n');
  expect(tokens.length).toBe(2);
  for (const token of tokens) expect(output).not.toContain(token.slice(0, 16));
});

async function withHost(redirect: URL, host: string): Promise<number> {
  const socket = connect(Number(redirect.port), '127.0.0.1');
  socket.write(`GET /callback HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(chunk.toString().split(' ')[1]);
}
