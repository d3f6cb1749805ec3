import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createInspector } from '../src/index.ts';
import { ORIGIN, TOKEN, world } from './support/world.ts';

const ask = (path = '', init: RequestInit = {}, at = ORIGIN): Request =>
  new Request(`${at}/inspector${path}`, init);
const cookieOf = (response: Response): string => response.headers.get('set-cookie')!.split(';')[0]!;

describe('access', () => {
  it('sets a cookie that scripts cannot read for the token in the URL', async () => {
    const { inspector } = world();
    const opened = await inspector.fetch(ask(`?token=${TOKEN}`));
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/inspector']);
    const cookie = opened.headers.get('set-cookie')!;
    expect(cookie).toMatch(
      /^majordomo-[0-9a-f]{8}=[0-9a-f]{64}; Path=\/inspector; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain(TOKEN);
    const page = await inspector.fetch(ask('', { headers: { cookie: `other=1; ${cookieOf(opened)}` } }));
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('sets a Secure cookie behind TLS', async () => {
    const { inspector } = world();
    const direct = await inspector.fetch(ask(`?token=${TOKEN}`, {}, 'https://gate.example'));
    const proxied = await inspector.fetch(
      ask(`?token=${TOKEN}`, { headers: { 'x-forwarded-proto': 'https' } }),
    );
    for (const response of [direct, proxied]) expect(response.headers.get('set-cookie')).toMatch(/; Secure$/);
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
  ])('rejects other requests for %j', async (path) => {
    const refused = await world().inspector.fetch(ask(path));
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await refused.text()).not.toContain(TOKEN);
  });

  it.each([
    ['of another inspector', async () => cookieOf(await world().inspector.fetch(ask(`?token=${TOKEN}`)))],
    ['with the token as its value', async () => `majordomo=${TOKEN}`],
  ])('rejects a cookie %s', async (_, cookie) => {
    const refused = await world().inspector.fetch(ask('', { headers: { cookie: await cookie() } }));
    expect(refused.status).toBe(401);
  });

  it('gives access to admins only without a token, and describes how to get access', async () => {
    const { inspector } = world({}, { token: undefined });
    expect((await inspector.fetch(ask())).status).toBe(401);
    expect(await (await inspector.fetch(ask('?token=undefined'))).text()).toMatch(/wrong token/);
    expect(await (await inspector.fetch(ask())).text()).toMatch(/from authorize/);
    expect((await inspector.fetch(ask(), { admin: true })).status).toBe(200);
  });
});

describe('requests of other pages', () => {
  it.each([
    'http://evil.example:4141',
    'http://127.0.0.1.evil.example',
    'http://[::2]:4141',
    'http://localhost.:4141',
  ])('rejects a host name that resolves to this machine: %s', async (at) => {
    const { inspector } = world({}, { loopback: true });
    expect((await inspector.fetch(ask(`?token=${TOKEN}`, {}, at), { admin: true })).status).toBe(421);
  });

  it.each(['http://127.0.0.1:4141', 'http://localhost:80', 'http://[::1]:4141', 'http://127.8.9.1'])(
    'accepts the loopback host %s',
    async (at) => {
      const { inspector } = world({}, { loopback: true });
      expect((await inspector.fetch(ask('', {}, at), { admin: true })).status).toBe(200);
    },
  );

  it.each([
    ['no origin', {}],
    ['the origin of another page', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:9999' }],
    ['no page at all', { origin: 'null' }],
    ['what a browser calls foreign', { origin: ORIGIN, 'sec-fetch-site': 'same-site' }],
    ['the body of a form', { origin: ORIGIN, 'content-type': 'text/plain' }],
  ])('rejects a change of health with %s', async (_, headers) => {
    const { post, majordomo } = world();
    const refused = await post('/steer', { target: 'head/x', ms: 1000 }, headers);
    expect([403, 415]).toContain(refused.status);
    expect(majordomo.health.snapshot()).toEqual({});
  });

  it.each(['/events', '/limits', '/meaning?spec=head/x', '/content?id=1'])(
    '%s refuses other origins',
    async (path) => {
      const { get } = world();
      expect((await get(path, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    },
  );

  it('accepts links of other pages to the page', async () => {
    expect((await world().get('', { 'sec-fetch-site': 'cross-site' })).status).toBe(200);
  });

  it('allows only the script and origin of the page, and no frames', async () => {
    const { headers } = await world().get('');
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
  const { majordomo } = world();
  it.each<[string, object, string]>([
    ['a token that can be guessed', { token: 'short' }, 'inspector.token'],
    ['nothing to keep', { keep: 0 }, 'inspector.keep'],
    ['more than a page can hold', { keep: 10_001 }, 'inspector.keep'],
    ['half a call', { keep: 1.5 }, 'inspector.keep'],
    ['a path without its slash', { path: 'inspector' }, 'inspector.path'],
    ['a misspelt option', { contents: true }, 'contents'],
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
