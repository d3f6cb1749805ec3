import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createInspector } from '../src/index.ts';
import { ORIGIN, TOKEN, createTestInspector } from './support/world.ts';

const createRequest = (path = '', init: RequestInit = {}, origin = ORIGIN): Request =>
  new Request(`${origin}/inspector${path}`, init);
const cookieOf = (response: Response): string => response.headers.get('set-cookie')!.split(';')[0]!;

describe('access', () => {
  it('exchanges the token in the URL for a cookie that scripts cannot read', async () => {
    const { inspector } = createTestInspector();
    const tokenResponse = await inspector.fetch(createRequest(`?token=${TOKEN}`));
    expect([tokenResponse.status, tokenResponse.headers.get('location')]).toEqual([303, '/inspector']);
    const cookie = tokenResponse.headers.get('set-cookie')!;
    expect(cookie).toMatch(
      /^majordomo-[0-9a-f]{8}=[0-9a-f]{64}; Path=\/inspector; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain(TOKEN);
    const pageResponse = await inspector.fetch(
      createRequest('', { headers: { cookie: `other=1; ${cookieOf(tokenResponse)}` } }),
    );
    expect([pageResponse.status, pageResponse.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
  });

  it('sets a Secure cookie behind TLS', async () => {
    const { inspector } = createTestInspector();
    const tlsResponse = await inspector.fetch(createRequest(`?token=${TOKEN}`, {}, 'https://gate.example'));
    const proxyResponse = await inspector.fetch(
      createRequest(`?token=${TOKEN}`, { headers: { 'x-forwarded-proto': 'https' } }),
    );
    for (const response of [tlsResponse, proxyResponse])
      expect(response.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it.each([
    '',
    '?token=',
    '?token=wrong',
    `?token=${TOKEN}x`,
    `?token=${TOKEN.slice(1)}`,
    '/events',
    '/costs?ids=a',
    '/nothing',
  ])('rejects a request for %j without a cookie', async (path) => {
    const response = await createTestInspector().inspector.fetch(createRequest(path));
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await response.text()).not.toContain(TOKEN);
  });

  it('names its own path in the rejection of a request without a cookie', async () => {
    const { inspector } = createTestInspector({}, { path: '/ops/calls' });
    const response = await inspector.fetch(new Request(`${ORIGIN}/ops/calls`));
    expect(await response.json()).toEqual({
      error: 'the inspector requires access; add the token to its address, as in /ops/calls?token=…',
    });
  });

  it.each([
    [
      'of another inspector',
      async () => cookieOf(await createTestInspector().inspector.fetch(createRequest(`?token=${TOKEN}`))),
    ],
    ['with the token as its value', async () => `majordomo=${TOKEN}`],
  ])('rejects a cookie %s', async (_, cookie) => {
    const response = await createTestInspector().inspector.fetch(
      createRequest('', { headers: { cookie: await cookie() } }),
    );
    expect(response.status).toBe(401);
  });

  it('admits only admins if it has no token, and describes how to get access', async () => {
    const { inspector } = createTestInspector({}, { token: undefined });
    expect((await inspector.fetch(createRequest())).status).toBe(401);
    expect(await (await inspector.fetch(createRequest('?token=undefined'))).text()).toMatch(/wrong token/);
    expect(await (await inspector.fetch(createRequest())).text()).toMatch(/from authorize/);
    expect((await inspector.fetch(createRequest(), { admin: true })).status).toBe(200);
  });
});

describe('requests of other pages', () => {
  it.each([
    'http://evil.example:4141',
    'http://127.0.0.1.evil.example',
    'http://[::2]:4141',
    'http://localhost.:4141',
  ])('rejects a host name that is not a loopback host: %s', async (origin) => {
    const { inspector } = createTestInspector({}, { loopback: true });
    expect(
      (await inspector.fetch(createRequest(`?token=${TOKEN}`, {}, origin), { admin: true })).status,
    ).toBe(421);
  });

  it.each(['http://127.0.0.1:4141', 'http://localhost:80', 'http://[::1]:4141', 'http://127.8.9.1'])(
    'accepts the loopback host %s',
    async (origin) => {
      const { inspector } = createTestInspector({}, { loopback: true });
      expect((await inspector.fetch(createRequest('', {}, origin), { admin: true })).status).toBe(200);
    },
  );

  it.each([
    ['no origin', {}],
    ['the origin of another page', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:9999' }],
    ['an opaque origin', { origin: 'null' }],
    ['a cross-origin request of the same site', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
    ['the body of a form', { origin: ORIGIN, 'content-type': 'text/plain' }],
  ])('rejects a change of health with %s', async (_, headers) => {
    const { post, majordomo } = createTestInspector();
    const response = await post('/steer', { target: 'head/x', ms: 1000 }, headers);
    expect([403, 415]).toContain(response.status);
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it.each(['/events', '/limits', '/meaning?spec=head/x', '/content?id=1'])(
    '%s refuses other origins',
    async (path) => {
      const { get } = createTestInspector();
      expect((await get(path, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    },
  );

  it('accepts navigation from other pages', async () => {
    expect((await createTestInspector().get('', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });

  it('allows only the script and origin of the page, and no frames', async () => {
    const { headers } = await createTestInspector().get('');
    const policy = headers.get('content-security-policy')!.split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.find((rule) => rule.startsWith('script-src'))).toMatch(/^script-src 'sha256-[\w+/]{43}='$/);
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('options', () => {
  const { majordomo } = createTestInspector();
  it.each<[string, object, string]>([
    ['a token that can be guessed', { token: 'short' }, 'inspector.token'],
    ['a `keep` of zero', { keep: 0 }, 'inspector.keep'],
    ['a `keep` above the maximum', { keep: 10_001 }, 'inspector.keep'],
    ['a fractional `keep`', { keep: 1.5 }, 'inspector.keep'],
    ['a path without a leading slash', { path: 'inspector' }, 'inspector.path'],
    ['an unknown option', { contents: true }, 'contents'],
  ])('rejects %s without repeating the value', (_, options, path) => {
    try {
      createInspector({ majordomo, ...options });
    } catch (error) {
      if (!LlmError.is(error, 'config')) throw error;
      expect(error.details.path).toBe(path);
      expect(error.message).not.toContain('short');
      return;
    }
    throw new Error('it was not refused');
  });
});
