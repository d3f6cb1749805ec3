import { createMajordomo, user, type CallEvent, type ChatRequest } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGateway, type Gateway, type GatewayOptions, type Mounted } from '../src/index.ts';
import { postTo } from './support/clients.ts';

const ORIGIN = 'http://127.0.0.1:4141';

const gatewayWith = (options: Partial<GatewayOptions>): Gateway =>
  createGateway({
    majordomo: createMajordomo({ providers: [fakeProvider({ id: 'fake', models: { x: ['hello'] } })] }),
    models: { x: 'fake/x' },
    authorize: ({ headers }) => ({ admin: headers.get('authorization') === 'Bearer admin' }),
    ...options,
  });

const chat = (gateway: Gateway): Promise<Response> =>
  postTo(gateway, '/v1/chat/completions', { model: 'x', messages: [{ role: 'user', content: 'hi' }] });

describe('mounted handlers', () => {
  const echo: Mounted = {
    path: '/echo',
    fetch: async (request, options) =>
      Response.json({
        body: await request.text(),
        admin: options?.admin,
        path: new URL(request.url).pathname,
      }),
  };

  it.each(['/echo', '/echo/', '/echo/below?a=b'])('receive requests at %s', async (path) => {
    const request = new Request(ORIGIN + path, { method: 'POST', body: 'body' });
    const response = await gatewayWith({ mounts: [echo] }).fetch(request);
    expect(await response.json()).toEqual({
      body: 'body',
      admin: false,
      path: new URL(request.url).pathname,
    });
  });

  it('do not receive requests at /echoes if they are mounted at /echo', async () => {
    expect((await gatewayWith({ mounts: [echo] }).fetch(new Request(`${ORIGIN}/echoes`))).status).toBe(404);
  });

  it('receive the events of calls with the request, also if another handler throws', async () => {
    const receivedEvents: (readonly [CallEvent['type'], ChatRequest | undefined])[] = [];
    const throwingHandler: Mounted = {
      ...echo,
      path: '/throwing',
      onEvent: () => {
        throw new Error('listener failed');
      },
    };
    const listeningHandler: Mounted = {
      ...echo,
      onEvent: ({ type }, request) => {
        receivedEvents.push([type, request]);
      },
    };
    const gateway = gatewayWith({ mounts: [throwingHandler, listeningHandler] });
    expect((await chat(gateway)).status).toBe(200);
    expect(receivedEvents).toContainEqual(['call-end', expect.objectContaining({ messages: [user('hi')] })]);
  });

  it('cause a 502 without details and a report to the operator if they reject', async () => {
    const reportedErrors: unknown[] = [];
    const error = new Error('secret of the handler');
    const failingHandler: Mounted = { path: '/failing', fetch: () => Promise.reject(error) };
    const gateway = gatewayWith({
      mounts: [failingHandler],
      onError: (reason) => reportedErrors.push(reason),
    });
    const response = await gateway.fetch(new Request(`${ORIGIN}/failing`));
    expect([response.status, reportedErrors]).toEqual([502, [error]]);
    expect(await response.text()).not.toContain('secret');
  });
});

describe('the option `inspector`', () => {
  afterEach(() => {
    vi.doUnmock('@majordomo/inspector');
  });

  const status = async (options: Partial<GatewayOptions>, path: string): Promise<number> => {
    const headers = { authorization: 'Bearer admin' };
    const response = await gatewayWith(options).fetch(new Request(ORIGIN + path, { headers }));
    return response.status;
  };

  it.each<[GatewayOptions['inspector'], string, number]>([
    [true, '/inspector', 200],
    [{}, '/inspector', 200],
    [{ path: '/calls' }, '/calls', 200],
    [{ path: '/calls' }, '/inspector', 404],
    [false, '/inspector', 404],
    [undefined, '/inspector', 404],
  ])('%j at %s results in %i', async (inspector, path, expected) => {
    expect(await status({ inspector }, path)).toBe(expected);
  });

  it('names the package to install if it is missing, and calls are still served', async () => {
    vi.doMock('@majordomo/inspector', () => {
      throw new Error('Cannot find package');
    });
    const reportedErrors: unknown[] = [];
    const gateway = gatewayWith({ inspector: true, onError: (error) => reportedErrors.push(error) });
    const response = await gateway.fetch(new Request(`${ORIGIN}/inspector`));
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('install @majordomo/inspector');
    expect(reportedErrors).toMatchObject([{ kind: 'config', details: { path: 'inspector' } }]);
    expect((await chat(gateway)).status).toBe(200);
  });

  it('reports an invalid option of the inspector', async () => {
    const reportedErrors: unknown[] = [];
    const gateway = gatewayWith({
      inspector: { token: 'short' },
      onError: (error) => reportedErrors.push(error),
    });
    const response = await gateway.fetch(new Request(`${ORIGIN}/inspector`));
    expect([response.status, await response.text()]).toEqual([502, expect.stringContaining('token')]);
    expect(reportedErrors).toMatchObject([{ kind: 'config', details: { path: 'inspector.token' } }]);
  });
});
