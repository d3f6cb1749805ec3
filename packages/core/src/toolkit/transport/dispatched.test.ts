import { getEventListeners, once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dispatched, type Dispatcher } from './dispatched.ts';
import { patientFetch } from './patient-fetch.ts';

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  vi.unstubAllGlobals();
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listening(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const http = (listener: RequestListener): Promise<string> => listening(createHttp(listener));
/** A server that says these bytes to whatever it is asked, and hangs up. */
const saying = (bytes: string): Promise<string> =>
  listening(
    createTcp((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end(bytes, 'latin1')),
    ),
  );

/** An address where a server was. */
async function nobody(): Promise<string> {
  const server = createTcp();
  const url = await listening(server);
  await new Promise((done) => server.close(done));
  return url;
}

const manual = { redirect: 'manual' } as const;
/** As it is, and as Node's own does it. */
const both = <Result>(use: (send: typeof fetch) => Promise<Result>): Promise<[Result, Result]> =>
  Promise.all([use(patientFetch), use(fetch)]);

async function seen(response: Response): Promise<object> {
  const { status, statusText, url, ok, redirected, headers } = response;
  const { date: _, ...said } = Object.fromEntries(headers);
  return { status, statusText, url, ok, redirected, said, text: await response.text() };
}

async function failureOf(sending: Promise<Response>): Promise<unknown> {
  try {
    await (await sending).text();
  } catch (error) {
    const { name, message, cause } = error as Error;
    return { name, message, code: cause instanceof Error && 'code' in cause ? cause.code : undefined };
  }
  return undefined;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}

describe('the server sees what `fetch` would send', () => {
  it.each<[string, RequestInit]>([
    ['a GET', {}],
    [
      'a POST of JSON',
      { method: 'POST', body: '{"a":"ä"}', headers: { 'content-type': 'application/json' } },
    ],
    ['a text without a type', { method: 'POST', body: 'hi' }],
    ['bytes', { method: 'POST', body: new Uint8Array([104, 105]) }],
    ['a POST without a body', { method: 'POST' }],
    ['headers of its own', { headers: { Accept: 'text/event-stream', 'User-Agent': 'app/1', 'x-a': '1' } }],
    [
      'a list of headers',
      {
        headers: [
          ['X-A', '1'],
          ['x-a', '2'],
        ],
      },
    ],
    ['the length', { method: 'POST', body: 'hi', headers: new Headers({ 'content-length': '2' }) }],
  ])('%s', async (_, init) => {
    const url = await http((request, response) => {
      void textOf(request).then((text) => {
        const { method, url: path, headers } = request;
        response.end(JSON.stringify({ method, path, headers, text }));
      });
    });
    const [ours, platforms] = await both(async (send) => {
      const json = (await (await send(`${url}/v1/x?a=1&b=%20#c`, { ...init, ...manual })).json()) as {
        headers: object;
      };
      return { ...json, headers: { ...json.headers, 'accept-encoding': undefined } };
    });
    expect(ours).toEqual(platforms);
  });
});

describe('an answer is what `fetch` makes of it', () => {
  it.each<[string, RequestListener]>([
    ['JSON', (_, response) => response.setHeader('content-type', 'application/json').end('{}')],
    ['pieces', (_, response) => response.writeHead(201, 'Made').end('aä')],
    ['no content', (_, response) => response.writeHead(204).end()],
    ['nothing new', (_, response) => response.writeHead(304, { etag: '"a"' }).end()],
    ['an empty body', (_, response) => response.end()],
    ['a refusal', (_, response) => response.writeHead(429, { 'retry-after': '3' }).end('slow down')],
    ['a redirect', (_, response) => response.writeHead(307, { location: '/there' }).end('see there')],
    ['cookies', (_, response) => response.setHeader('set-cookie', ['a=1', 'b=2']).end('ok')],
    ['Latin-1', (_, response) => response.setHeader('x-a', 'é').end('ok')],
    ['gzip', (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('packed'))],
    [
      'deflate',
      (_, response) => response.setHeader('content-encoding', 'deflate').end(deflateSync('packed')),
    ],
    ['identity', (_, response) => response.setHeader('content-encoding', 'identity').end('bare')],
    [
      'hints before it',
      (_, response) => {
        response.writeEarlyHints({ link: '</a>; rel=preload' });
        response.end('ok');
      },
    ],
  ])('%s', async (_, listener) => {
    const url = await http(listener);
    const [ours, platforms] = await both(async (send) => seen(await send(url, manual)));
    expect(ours).toEqual(platforms);
  });

  it('but a header that no `Headers` takes is left out', async () => {
    const url = await saying('HTTP/1.1 200 OK\r\nx-b: 1\r\nx-a: \x01\r\ncontent-length: 2\r\n\r\nok');
    const response = await patientFetch(url, manual).catch((error: unknown) => error);
    // Node's parser may refuse it before.
    if (response instanceof Response) expect([...response.headers.keys()]).not.toContain('x-a');
    else expect(response).toMatchObject({ message: 'fetch failed' });
  });
});

describe('a failure is what `fetch` says', () => {
  it.each<[string, () => Promise<string>]>([
    ['nobody there', nobody],
    ['a server that hangs up', () => saying('')],
    ['half of the headers', () => saying('HTTP/1.1 200 OK\r\ncontent-')],
    ['half of a body', () => saying('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
    ['half of a chunk', () => saying('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal')],
    ['no HTTP', () => saying('SSH-2.0-OpenSSH_9.2\r\n')],
  ])('%s', async (_, start) => {
    const url = await start();
    const [ours, platforms] = await both((send) =>
      failureOf(send(url, { ...manual, method: 'POST', body: '{}' })),
    );
    expect(ours).toMatchObject({ name: 'TypeError' });
    expect(ours).toEqual(platforms);
  });

  it('a status that no `Response` can have', async () => {
    const url = await saying('HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\nno');
    expect(await failureOf(patientFetch(url, manual))).toMatchObject({ message: 'fetch failed' });
  });

  it('a dispatcher that throws', async () => {
    const failing: Dispatcher = {
      dispatch() {
        throw new Error('closed');
      },
    };
    const { signal } = new AbortController();
    await expect(dispatched(failing, { ...REQUEST, signal })).rejects.toMatchObject({
      message: 'fetch failed',
      cause: new Error('closed'),
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('an abort', () => {
  const hanging = (sockets: Socket[], start = ''): Promise<string> =>
    listening(
      createTcp((socket) => {
        sockets.push(socket.on('error', () => undefined));
        socket.once('data', () => socket.write(start));
      }),
    );

  it('before: nothing is sent', async () => {
    const sockets: Socket[] = [];
    const url = await hanging(sockets);
    const sending = patientFetch(url, { ...manual, signal: AbortSignal.abort(new Error('enough')) });
    await expect(sending).rejects.toThrow('enough');
    await turn();
    expect(sockets).toEqual([]);
  });

  it('while nothing has come: rejects with its reason, and hangs up', async () => {
    const sockets: Socket[] = [];
    const url = await hanging(sockets);
    const controller = new AbortController();
    const sending = patientFetch(url, { ...manual, signal: controller.signal });
    while (sockets.length === 0) await turn();
    controller.abort(new Error('enough'));
    await expect(sending).rejects.toThrow('enough');
    await once(sockets[0] as Socket, 'close');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('in the middle of a body: the reader hears its reason, and the server that nobody listens', async () => {
    const sockets: Socket[] = [];
    const url = await hanging(sockets, 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
    const controller = new AbortController();
    const { body } = await patientFetch(url, { ...manual, signal: controller.signal });
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('half');
    controller.abort(new Error('enough'));
    await expect(reader.read()).rejects.toThrow('enough');
    await once(sockets[0] as Socket, 'close');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('after the end: nobody listens to the signal any more', async () => {
    const url = await http((_, response) => response.end('ok'));
    const controller = new AbortController();
    await (await patientFetch(url, { ...manual, signal: controller.signal })).text();
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

const REQUEST = {
  method: 'GET',
  url: new URL('http://127.0.0.1:9'),
  headers: new Headers(),
  body: null,
  signal: null,
} as const;

interface Handler {
  onConnect(stop: () => void): void;
  onHeaders(status: number, raw: readonly Buffer[], resume: () => void, statusText: string): boolean;
  onData(chunk: Uint8Array): boolean;
  onComplete(): void;
}

/** A dispatcher that is played by hand. */
function played(): { dispatcher: Dispatcher; handler(): Handler } {
  let given: Handler | undefined;
  return {
    dispatcher: {
      dispatch(_options, handler) {
        given = handler as Handler;
        return true;
      },
    },
    handler: () => given as Handler,
  };
}

describe('the socket waits for the reader', () => {
  it('once 64 KiB are unread, until they are read', async () => {
    const { dispatcher, handler } = played();
    const answer = dispatched(dispatcher, REQUEST);
    const resume = vi.fn();
    handler().onConnect(vi.fn());
    handler().onHeaders(200, [], resume, 'OK');
    const reader = ((await answer).body as ReadableStream<Uint8Array>).getReader();
    await turn();
    const goesOn = Array.from({ length: 4 }, () => handler().onData(new Uint8Array(20_000)));
    expect(goesOn).toEqual([true, true, true, false]);
    resume.mockClear();
    await turn();
    expect(resume).not.toHaveBeenCalled();
    await reader.read();
    await turn();
    expect(resume).toHaveBeenCalled();
  });

  it('pieces that came together are one read', async () => {
    const { dispatcher, handler } = played();
    const answer = dispatched(dispatcher, REQUEST);
    handler().onConnect(vi.fn());
    handler().onHeaders(200, [], vi.fn(), 'OK');
    const reader = ((await answer).body as ReadableStream<Uint8Array>).getReader();
    for (const text of ['a', 'b', 'c']) handler().onData(Buffer.from(text));
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('abc');
    handler().onData(Buffer.from('d'));
    handler().onComplete();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('d');
    expect((await reader.read()).done).toBe(true);
  });

  it('a request that nobody wants any more is stopped when its connection comes', async () => {
    const { dispatcher, handler } = played();
    const controller = new AbortController();
    const answer = dispatched(dispatcher, { ...REQUEST, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    const stop = vi.fn();
    handler().onConnect(stop);
    expect(stop).toHaveBeenCalledOnce();
  });

  it('what comes after a cancelled body is nobody’s', async () => {
    const { dispatcher, handler } = played();
    const answer = dispatched(dispatcher, REQUEST);
    const stop = vi.fn();
    handler().onConnect(stop);
    handler().onHeaders(200, [], vi.fn(), 'OK');
    await (await answer).body?.cancel();
    expect(stop).toHaveBeenCalledOnce();
    expect(handler().onData(new Uint8Array(1))).toBe(true);
    handler().onComplete();
  });
});

it('a response that is forgotten unread gives its connection up', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const closed = vi.fn();
  const url = await http((_, response) => {
    response.on('close', closed).write('and so on');
  });
  const forget = async (): Promise<number> => (await patientFetch(url, manual)).status;
  expect(await forget()).toBe(200);
  while (closed.mock.calls.length === 0) {
    collect();
    await turn();
  }
});

describe('`fetch` itself is asked', () => {
  const asked = async (
    init: RequestInit,
    input: (url: string) => Parameters<typeof fetch>[0] = (url) => url,
  ) => {
    let packings: string | undefined;
    const url = await http(({ headers }, response) => {
      packings = headers['accept-encoding'];
      response.end('ok');
    });
    await (await patientFetch(input(url), init)).text();
    // It unpacks more than we do.
    return packings !== 'gzip';
  };

  it('never for a plain request', async () => {
    expect(await asked({ ...manual, method: 'POST', body: '{}' })).toBe(false);
  });

  it.each<[string, RequestInit]>([
    ['redirects to follow', {}],
    ['a form', { ...manual, method: 'POST', body: new FormData() }],
    ['a setting that only it knows', { ...manual, keepalive: true }],
    ['another method', { ...manual, method: 'DELETE' }],
  ])('for %s', async (_, init) => {
    expect(await asked(init)).toBe(true);
  });

  it('for a request that is made', async () => {
    expect(await asked(manual, (url) => new Request(url))).toBe(true);
  });

  it('where the app has put its own in its place', async () => {
    const own = vi.fn(() => Promise.resolve(new Response('own')));
    vi.stubGlobal('fetch', own);
    expect(await (await patientFetch('http://127.0.0.1:9', manual)).text()).toBe('own');
    expect(own).toHaveBeenCalledOnce();
  });

  it('for what is wrong: an address with a password, no address, a GET with a body', async () => {
    for (const url of ['http://user:pass@127.0.0.1:9', 'nowhere', 'file:///x'])
      await expect(patientFetch(url, manual)).rejects.toThrow(TypeError);
    await expect(patientFetch('http://127.0.0.1:9', { ...manual, body: 'x' })).rejects.toThrow('GET/HEAD');
  });
});
