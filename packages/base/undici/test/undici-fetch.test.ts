import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { undiciFetch } from '@majordomo/undici';
import { Agent, MockAgent, type Dispatcher } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { withBytes, withHttp } from './support/behaviors.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const send = undiciFetch();

describe('a body', () => {
  it('delivers one read of the socket as one chunk', async () => {
    const events = Array.from({ length: 500 }, (_, at) => `data: ${at}\n\n`);
    const chunked = events.map((event) => `${event.length.toString(16)}\r\n${event}\r\n`).join('');
    const bytes = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked}0\r\n\r\n`;
    await withBytes(bytes, async (url) => {
      const { body } = await send(url);
      const chunks: string[] = [];
      for await (const chunk of (body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()))
        chunks.push(chunk);
      expect(chunks.join('')).toBe(events.join(''));
      expect(chunks.length).toBeLessThan(events.length / 20);
    });
  });

  it('leaves no listener on the signal once it is read', async () => {
    await withHttp(
      (_, response) => response.end('ok'),
      async (url) => {
        const { signal } = new AbortController();
        for (let call = 0; call < 20; call += 1) await (await send(url, { signal })).text();
        expect(getEventListeners(signal, 'abort')).toEqual([]);
      },
    );
  });

  it.each([
    ['a response without content', 204, 'GET'],
    ['the response to HEAD', 200, 'HEAD'],
  ])('leaves no listener on the signal after %s', async (_, status, method) => {
    await withHttp(
      (_request, response) => response.writeHead(status).end(),
      async (url) => {
        const { signal } = new AbortController();
        expect((await send(url, { signal, method })).body).toBeNull();
        while (getEventListeners(signal, 'abort').length > 0) await turn();
      },
    );
  });

  it('accepts a status text outside Latin-1', async () => {
    const text = Buffer.from('服务不可用').toString('latin1');
    await withBytes(`HTTP/1.1 503 ${text}\r\n\r\nbusy`, async (url) => {
      const response = await send(url);
      expect([response.status, await response.text()]).toEqual([503, 'busy']);
    });
  });
});

describe('an unread response', () => {
  /** Response of a server that never ends it, and whether its connection was closed. */
  async function dropping(drop: (response: Response) => void): Promise<() => boolean> {
    let isClosed = false;
    const server = createServer((_, response) => {
      response.on('close', () => (isClosed = true)).write('some');
    });
    server.listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
    drop(await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    return () => isClosed;
  }

  it.each<[string, (response: Response) => void]>([
    ['is dropped', () => undefined],
    ['is dropped with its clone', (response) => response.clone()],
  ])('closes its connection when it %s', async (_, drop) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const isClosed = await dropping(drop);
    while (!isClosed()) {
      collect();
      await turn();
    }
    expect(isClosed()).toBe(true);
  });

  it('stays open while its body is referenced', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let body: ReadableStream<Uint8Array> | null = null;
    const isClosed = await dropping((response) => (body = response.body));
    for (let times = 0; times < 20; times += 1) {
      collect();
      await turn();
    }
    expect(isClosed()).toBe(false);
    const { value } = await (body as unknown as ReadableStream<Uint8Array>).getReader().read();
    expect(new TextDecoder().decode(value)).toBe('some');
  });

  it('is not collected while a reader waits for it', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let finish = (): void => undefined;
    await withHttp(
      (_, response) => {
        response.flushHeaders();
        finish = () => void response.end('late');
      },
      async (url) => {
        const reading = (async () => (await send(url)).text())();
        for (let times = 0; times < 20; times += 1) {
          collect();
          await turn();
        }
        finish();
        expect(await reading).toBe('late');
      },
    );
  });
});

describe('a dispatcher', () => {
  /** Dispatcher that records the options of its requests. */
  function recording(): { dispatcher: Dispatcher; options: Dispatcher.DispatchOptions[] } {
    const agent = new Agent();
    const options: Dispatcher.DispatchOptions[] = [];
    const dispatcher = agent.compose((dispatch) => (given, handler) => {
      options.push(given);
      return dispatch(given, handler);
    });
    return { dispatcher, options };
  }

  it('sends the requests, without timeouts and without following redirects', async () => {
    const { dispatcher, options } = recording();
    await withHttp(
      (_, response) => response.writeHead(307, { location: '/there' }).end(),
      async (url) => {
        const response = await undiciFetch({ dispatcher })(url, { redirect: 'follow' });
        expect([response.status, response.headers.get('location')]).toEqual([307, '/there']);
      },
    );
    expect(options).toMatchObject([{ headersTimeout: 0, bodyTimeout: 0, maxRedirections: 0 }]);
  });

  it('may be a MockAgent of an application’s tests', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    dispatcher.get('http://vendor.test').intercept({ path: '/v1', method: 'POST' }).reply(200, { ok: true });
    const response = await undiciFetch({ dispatcher })('http://vendor.test/v1', {
      method: 'POST',
      body: '{}',
    });
    expect(await response.json()).toEqual({ ok: true });
  });

  it('that is closed fails the request like a connection', async () => {
    const dispatcher = new Agent();
    await dispatcher.close();
    const { signal } = new AbortController();
    await expect(undiciFetch({ dispatcher })('http://127.0.0.1:9', { signal })).rejects.toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      cause: { code: 'UND_ERR_DESTROYED' },
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('proxies of the environment', () => {
  /** Requests of a tunnel that a proxy gets; it refuses them. */
  async function tunnelsOf(proxy: 'environment' | undefined): Promise<readonly string[]> {
    const tunnels: string[] = [];
    const server = createServer((_, response) => response.end('direct'));
    server.on('connect', ({ url = '' }, socket) => {
      tunnels.push(url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    server.listen(0, '127.0.0.1').unref();
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    vi.stubEnv('http_proxy', `http://127.0.0.1:${port}`);
    vi.stubEnv('no_proxy', '');
    const sending = undiciFetch({ proxy })(`http://127.0.0.1:${port}/path`);
    if (proxy === undefined) expect(await (await sending).text()).toBe('direct');
    else await expect(sending).rejects.toThrow('fetch failed');
    return tunnels.map((address) => address.replace(String(port), 'PORT'));
  }

  it('are used on request', async () => {
    expect(await tunnelsOf('environment')).toEqual(['127.0.0.1:PORT']);
  });

  it('are not used by default', async () => {
    expect(await tunnelsOf(undefined)).toEqual([]);
  });
});
