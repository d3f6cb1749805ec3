import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientFetch } from './patient-fetch.ts';

const SLOW_MS = 1300;
const major = Number.parseInt(process.versions['undici'] ?? '');
const symbol = Symbol.for(`undici.globalDispatcher.${major >= 8 ? 2 : 1}`);

describe('a fetch without timers of its own', () => {
  let server: Server;
  let url: string;
  let before: unknown;

  beforeAll(async () => {
    server = createServer((_, response) => {
      setTimeout(() => {
        response.write('late headers, ');
        setTimeout(() => response.end('late body'), SLOW_MS);
      }, SLOW_MS);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // The platform's 300 s, made short: its timers have a resolution of about a second.
    Reflect.get(globalThis, 'Headers');
    before = Reflect.get(globalThis, symbol);
    const { constructor: Agent } = before as { constructor: new (options: object) => unknown };
    Reflect.set(globalThis, symbol, new Agent({ headersTimeout: 200, bodyTimeout: 200 }));
  });

  afterAll(() => {
    Reflect.set(globalThis, symbol, before);
    server.closeAllConnections();
    server.close();
  });

  it('waits where the platform gives up', async () => {
    const [impatient, patient] = await Promise.allSettled([
      fetch(url),
      patientFetch(url, { method: 'POST', body: '{}' }).then((response) => response.text()),
    ]);
    expect(impatient).toMatchObject({ reason: { cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } } });
    expect(patient).toMatchObject({ value: 'late headers, late body' });
  });

  it('ends at once when its signal does', async () => {
    const controller = new AbortController();
    const call = patientFetch(url, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

describe('a request that goes without `fetch`', () => {
  const manual = { redirect: 'manual' } as const;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(307, { location: '/there' }).end('moved');
      else if (request.method === 'POST') request.pipe(response);
      else response.end(request.url);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('tells the app’s dispatcher to follow no redirect, which would take the key along', async () => {
    const before = Reflect.get(globalThis, symbol) as {
      dispatch(options: object, handler: unknown): boolean;
    };
    const asked: object[] = [];
    // undici's own following of redirects goes by this option, with a default that apps set.
    const following = {
      dispatch(options: object, handler: unknown): boolean {
        asked.push(options);
        return before.dispatch(options, handler);
      },
    };
    Reflect.set(globalThis, symbol, following);
    try {
      expect((await patientFetch(`${url}/moved`, manual)).status).toBe(307);
      expect((await fetch(`${url}/moved`, manual)).status).toBe(307);
    } finally {
      Reflect.set(globalThis, symbol, before);
    }
    expect(asked).toMatchObject([{ maxRedirections: 0 }, { maxRedirections: 0 }]);
  });

  it('sends the bytes that it was given, whatever the app does with them afterwards', async () => {
    const body = new TextEncoder().encode('precious');
    const sending = patientFetch(url, { ...manual, method: 'POST', body });
    body.fill(120);
    expect(await (await sending).text()).toBe('precious');
  });

  it('asks for a path with an empty query as it is written, and leaves out the fragment', async () => {
    for (const end of ['/a?#b', '/a?', '/a#', '/?a=%20#b?c']) {
      const [ours, platforms] = [await patientFetch(url + end, manual), await fetch(url + end, manual)];
      expect([ours.url, await ours.text()]).toEqual([platforms.url, await platforms.text()]);
    }
  });

  it('rejects for what is wrong, and throws nothing', async () => {
    const sent = [
      () => patientFetch(url, { ...manual, headers: { 'bad name': '' } }),
      () => patientFetch(url, { ...manual, signal: {} as AbortSignal }),
      () => patientFetch('nowhere', null as unknown as RequestInit),
    ];
    for (const send of sent) {
      const sending = send();
      await expect(sending).rejects.toThrow(TypeError);
    }
  });
});
