import { createMajordomo } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createInspector, type InspectorOptions } from '../src/index.ts';

const ORIGIN = 'http://inspector.test';
const TOKEN = 'a-token-of-the-tests-0123';

/** Creates an inspector with a fake model and an admin API that returns the facts of its requests. */
async function setUp(options: Partial<InspectorOptions> = {}) {
  const majordomo = createMajordomo({
    providers: [fakeProvider({ id: 'a', models: { x: ['Hello from x.'], broken: [] } })],
    chain: { attempts: 1 },
  });
  const admin: InspectorOptions['admin'] = {
    path: '/admin/v1',
    async fetch(request, access) {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const sent = [...headers.keys()].filter((name) => ['cookie', 'origin', 'authorization'].includes(name));
      return Response.json({ method, path: pathname + search, body: await request.text(), access, sent });
    },
  };
  const inspector = createInspector({ majordomo, models: { smart: 'a/x' }, admin, token: TOKEN, ...options });
  const tokenResponse = await inspector.fetch(new Request(`${ORIGIN}/inspector?token=${TOKEN}`));
  const cookie = tokenResponse.headers.get('set-cookie')?.split(';')[0] ?? '';
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    inspector.fetch(
      new Request(`${ORIGIN}/inspector${path}`, {
        method,
        headers: { cookie, origin: ORIGIN, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  return { inspector, majordomo, send };
}

describe('the admin API below the inspector', () => {
  it('receives requests of the page without its cookie and origin', async () => {
    const { send } = await setUp();
    const response = await send('POST', '/api/v1/keys?x=1', { name: 'a' });
    expect(await response.json()).toEqual({
      method: 'POST',
      path: '/admin/v1/keys?x=1',
      body: '{"name":"a"}',
      access: { admin: true, by: 'inspector' },
      sent: [],
    });
  });

  it.each([
    ['without a cookie', { cookie: '' }, 401],
    ['of another origin', { origin: 'https://evil.example' }, 403],
    ['of another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('is not reached by a request %s', async (_, headers, status) => {
    const { send } = await setUp();
    for (const method of ['POST', 'PATCH'])
      expect((await send(method, '/api/v1/keys', {}, headers)).status).toBe(status);
  });

  it('is not served without the option `admin`', async () => {
    const { send } = await setUp({ admin: undefined });
    expect((await send('GET', '/api/v1/keys')).status).toBe(404);
  });
});

describe('the playground', () => {
  const parseLines = async (response: Response): Promise<readonly unknown[]> =>
    (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  it('streams the text and the attempts of a call of a served name', async () => {
    const { send } = await setUp();
    const events = await parseLines(await send('POST', '/play', { model: 'smart', message: 'hi' }));
    const text = events.map((line) => (line as { text?: string }).text ?? '').join('');
    expect(text).toBe('Hello from x.');
    expect(events.at(-1)).toEqual({
      type: 'end',
      target: 'a/x',
      attempts: [{ target: 'a/x', outcome: 'finished' }],
    });
  });

  it('reports a failure', async () => {
    const { send } = await setUp();
    const events = await parseLines(await send('POST', '/play', { model: 'none/x', message: 'hi' }));
    expect(events).toMatchObject([{ type: 'end', error: expect.stringContaining('none') }]);
  });

  it.each([
    [{}, 400],
    [{ model: 'smart' }, 400],
    [{ model: 'smart', message: '' }, 400],
    [{ model: 'smart', message: 'x'.repeat(200_000) }, 413],
  ])('rejects %j', async (body, status) => {
    const { send } = await setUp();
    expect((await send('POST', '/play', body)).status).toBe(status);
  });

  it('is not served if `playground` is false', async () => {
    const { send } = await setUp({ playground: false });
    expect((await send('POST', '/play', { model: 'smart', message: 'hi' })).status).toBe(404);
  });

  it('uses the names that `update` sets', async () => {
    const { inspector, majordomo, send } = await setUp();
    inspector.update({ models: { other: 'a/x' }, majordomo });
    const events = await parseLines(await send('POST', '/play', { model: 'other', message: 'hi' }));
    expect(events.at(-1)).toMatchObject({ target: 'a/x' });
    expect(() => {
      inspector.update({ models: 3 as never });
    }).toThrow('models');
  });
});
