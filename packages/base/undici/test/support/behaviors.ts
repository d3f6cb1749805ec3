import { once } from 'node:events';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';

type Fetch = typeof globalThis.fetch;

/** Behavior of a `fetch` that is compared with the platform's: the result is JSON. */
export interface Behavior {
  readonly name: string;
  /** First line of Node whose `fetch` behaves like this; earlier ones have a defect. @default all */
  readonly since?: number;
  run(send: Fetch): Promise<unknown>;
}

const manual = { redirect: 'manual' } as const;

async function withServer<Result>(server: Server, use: (url: string) => Promise<Result>): Promise<Result> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/** Runs `use` with the address of an HTTP server. */
export const withHttp = <Result>(
  listener: RequestListener,
  use: (url: string) => Promise<Result>,
): Promise<Result> => withServer(createHttp(listener), use);

/** Runs `use` with the address of a server that answers every request with these bytes, and closes the connection. */
export const withBytes = <Result>(bytes: string, use: (url: string) => Promise<Result>): Promise<Result> =>
  withServer(
    createTcp((socket) => socket.once('data', () => socket.end(bytes, 'latin1'))),
    use,
  );

/** Runs `use` with a server that resets the connection after the first bytes of a response. */
const withReset = <Result>(bytes: string, use: (url: string) => Promise<Result>): Promise<Result> =>
  withServer(
    createTcp((socket) =>
      socket.once('data', () => {
        if (bytes === '') socket.resetAndDestroy();
        else socket.write(bytes, () => setImmediate(() => socket.resetAndDestroy()));
      }),
    ),
    use,
  );

async function contentsOf(response: Response): Promise<unknown> {
  const { status, statusText, url, ok, redirected, headers } = response;
  const { date: _date, ...others } = Object.fromEntries(headers);
  const path = new URL(url).pathname;
  const cookies = headers.getSetCookie();
  const isResponse = response instanceof Response;
  return {
    status,
    statusText,
    path,
    ok,
    redirected,
    headers: others,
    cookies,
    isResponse,
    text: await response.text(),
  };
}

/** Name, message and the code of the cause, as far as they do not differ between versions of undici. */
async function failureOf(sending: Promise<Response>): Promise<unknown> {
  try {
    await (await sending).text();
  } catch (error) {
    const { name, message, cause } = error as Error;
    const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    // Node 24 and later name the parser's complaint, earlier ones do so for `fetch` only.
    return {
      name,
      message,
      code: String(code).replace(/^HPE_.*/, 'undefined'),
      isTypeError: error instanceof TypeError,
    };
  }
  return 'no failure';
}

/** Headers that differ on purpose: encodings, and what the platform adds for browsers. */
const OWN_HEADERS = new Set(['accept-encoding', 'accept-language', 'sec-fetch-mode']);

const sent = (name: string, init: RequestInit, path = '/v1/x?a=1&b=%20#c'): Behavior => ({
  name: `sends ${name}`,
  run: (send) =>
    withHttp(
      (request, response) => {
        void text(request).then((body) => {
          const headers = Object.entries(request.headers).filter(([key]) => !OWN_HEADERS.has(key));
          headers.sort();
          const { method, url } = request;
          response.end(JSON.stringify({ method, url, headers, body }).replaceAll(/-{4,}[\w-]+/g, 'BOUNDARY'));
        });
      },
      async (url) => {
        const { headers, ...rest } = (await (await send(url + path, { ...init, ...manual })).json()) as {
          headers: [string, string][];
        };
        // The length of a form depends on its random boundary.
        const isForm = init.body instanceof FormData;
        const shown = headers.filter(([key]) => key !== 'host' && !(isForm && key === 'content-length'));
        return { ...rest, headers: shown };
      },
    ),
});

const received = (name: string, listener: RequestListener, init: RequestInit = {}): Behavior => ({
  name: `receives ${name}`,
  run: (send) =>
    withHttp(listener, async (url) => contentsOf(await send(`${url}/path#hash`, { ...init, ...manual }))),
});

function form(): FormData {
  const data = new FormData();
  data.set('field', 'välue');
  data.set('file', new Blob(['bytes'], { type: 'audio/wav' }), 'a.wav');
  return data;
}

/** Responses in small chunks, some of them split within the compressed data. */
const inChunks =
  (encoding: 'gzip' | 'br', bytes: Buffer): RequestListener =>
  (_, response) => {
    response.setHeader('content-encoding', encoding);
    for (let start = 0; start < bytes.length; start += 7) response.write(bytes.subarray(start, start + 7));
    response.end();
  };

const TEXT = 'compressed text '.repeat(500);

/** Everything in which `undiciFetch` is like the platform's `fetch` with `redirect: 'manual'`. */
export const BEHAVIORS: readonly Behavior[] = [
  sent('a GET', {}),
  { ...sent('a path with an empty query', {}, '/a?#b'), since: 24 },
  sent('a POST of JSON', {
    method: 'POST',
    body: '{"a":"ä"}',
    headers: { 'content-type': 'application/json' },
  }),
  sent('a string without a type', { method: 'post', body: 'hi' }),
  sent('bytes', { method: 'POST', body: new Uint8Array([104, 105]) }),
  sent('a POST without a body', { method: 'POST' }),
  sent('a DELETE', { method: 'DELETE' }),
  sent('a form', { method: 'POST', body: form() }),
  sent('URL parameters', { method: 'POST', body: new URLSearchParams({ a: 'b c' }) }),
  sent('given headers', { headers: { Accept: 'text/event-stream', 'User-Agent': 'app/1', 'x-a': '1' } }),
  sent('repeated headers', {
    headers: [
      ['X-A', '1'],
      ['x-a', '2'],
    ],
  }),
  {
    name: 'sends a Request object',
    run: (send) =>
      withHttp(
        (request, response) => {
          void text(request).then((body) =>
            response.end(`${request.method} ${request.headers['x-a'] as string} ${body}`),
          );
        },
        async (url) =>
          (await send(new Request(url, { method: 'PUT', body: 'hi', headers: { 'x-a': '1' } }))).text(),
      ),
  },
  received('JSON', (_, response) => response.setHeader('content-type', 'application/json').end('{}')),
  received('a status text', (_, response) => response.writeHead(201, 'Made').end('aä')),
  received('no content', (_, response) => response.writeHead(204).end()),
  received('nothing new', (_, response) => response.writeHead(304, { etag: '"a"' }).end()),
  received('an empty body', (_, response) => response.end()),
  received('a HEAD', (_, response) => response.setHeader('x-a', '1').end(), { method: 'HEAD' }),
  received('a refusal', (_, response) => response.writeHead(429, { 'retry-after': '3' }).end('slow down')),
  received('a redirect, unfollowed', (_, response) =>
    response.writeHead(307, { location: '/there' }).end('x'),
  ),
  received('cookies', (_, response) =>
    response.setHeader('set-cookie', ['a=1', 'b=2']).setHeader('x-a', ['1', '2']).end('ok'),
  ),
  received('a Latin-1 header', (_, response) => response.setHeader('x-a', 'é').end('ok')),
  received('gzip', (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(TEXT))),
  received('brotli', (_, response) =>
    response.setHeader('content-encoding', 'br').end(brotliCompressSync(TEXT)),
  ),
  received('gzip in chunks', inChunks('gzip', gzipSync(TEXT))),
  received('brotli in chunks', inChunks('br', brotliCompressSync(TEXT))),
  received('identity', (_, response) => response.setHeader('content-encoding', 'identity').end('bare')),
  received('early hints', (_, response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.end('ok');
  }),
  {
    name: 'delivers compressed events when they arrive',
    run: (send) =>
      withHttp(
        (request, response) => {
          response.setHeader('content-encoding', 'gzip');
          const gzip = createGzip();
          gzip.pipe(response);
          gzip.write('first');
          gzip.flush();
          request.socket.once('end', () => gzip.destroy());
        },
        async (url) => {
          const { body } = await send(url, manual);
          const reader = (body as ReadableStream<Uint8Array>).getReader();
          const { value } = await reader.read();
          await reader.cancel();
          return new TextDecoder().decode(value);
        },
      ),
  },
  ...Object.entries({
    'a server that closes the connection': '',
    'half of the headers': 'HTTP/1.1 200 OK\r\ncontent-',
    'half of a body': 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
    'half of a chunk': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal',
    'a protocol that is not HTTP': 'SSH-2.0-OpenSSH_9.2\r\n',
    'invalid gzip': 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc',
  }).map(([name, bytes]): Behavior => ({
    name: `fails for ${name}`,
    run: (send) => withBytes(bytes, (url) => failureOf(send(url, { ...manual, method: 'POST', body: '{}' }))),
  })),
  {
    name: 'fails for a reset before the headers',
    run: (send) => withReset('', (url) => failureOf(send(url, manual))),
  },
  {
    name: 'fails for a reset in the body',
    run: (send) =>
      withReset('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', (url) => failureOf(send(url, manual))),
  },
  {
    name: 'fails where no server listens',
    run: async (send) => {
      const closed = await withHttp(
        () => undefined,
        (url) => Promise.resolve(url),
      );
      return failureOf(send(closed, manual));
    },
  },
  {
    name: 'rejects invalid requests with a TypeError',
    run: async (send) => {
      const { signal } = new AbortController();
      const attempts = [
        () => send('nowhere', manual),
        () => send('http://user:password@127.0.0.1:9', manual),
        () => send('http://127.0.0.1:9', { ...manual, headers: { 'bad name': '' }, signal }),
      ];
      return Promise.all(
        attempts.map((attempt) => attempt().catch((error: unknown) => error instanceof TypeError)),
      );
    },
  },
  {
    name: 'rejects with the reason of a signal that was aborted before',
    run: (send) => failureOf(send('http://127.0.0.1:9', { signal: AbortSignal.abort(new Error('enough')) })),
  },
  {
    name: 'rejects with the reason of an abort before the headers, and closes the connection',
    run: (send) => {
      let begin = (): void => undefined;
      let close = (): void => undefined;
      const begun = new Promise<void>((resolve) => (begin = resolve));
      const closed = new Promise<void>((resolve) => (close = resolve));
      return withHttp(
        ({ socket }) => {
          socket.once('close', close);
          begin();
        },
        async (url) => {
          const controller = new AbortController();
          const sending = failureOf(send(url, { ...manual, signal: controller.signal }));
          await begun;
          controller.abort(new Error('enough'));
          const failure = await sending;
          await closed;
          return failure;
        },
      );
    },
  },
  ...(['abort', 'cancel'] as const).map((way): Behavior => ({
    name: `closes the connection on ${way} in the body`,
    run: (send) => {
      let close = (): void => undefined;
      const closed = new Promise<void>((resolve) => (close = resolve));
      return withHttp(
        ({ socket }, response) => {
          socket.once('close', close);
          response.write('some');
        },
        async (url) => {
          const controller = new AbortController();
          const { body } = await send(url, { ...manual, signal: controller.signal });
          const reader = (body as ReadableStream<Uint8Array>).getReader();
          await reader.read();
          const reading = reader.read().catch((error: unknown) => String(error));
          if (way === 'abort') controller.abort(new Error('enough'));
          else await reader.cancel();
          const last = await reading;
          await closed;
          return last;
        },
      );
    },
  })),
  {
    name: 'discards what was not read at an abort',
    since: 24,
    run: (send) =>
      withHttp(
        (_, response) => response.end('all of it'),
        async (url) => {
          const controller = new AbortController();
          const response = await send(url, { ...manual, signal: controller.signal });
          controller.abort(new Error('enough'));
          return response.text().catch((error: unknown) => String(error));
        },
      ),
  },
  {
    name: 'makes the server wait while nobody reads',
    run: (send) => {
      let written = 0;
      const total = 256 * 1024 * 1024;
      const piece = Buffer.alloc(1024 * 1024);
      return withHttp(
        (_, response) => {
          const write = (): void => {
            while (written < total) {
              written += piece.length;
              if (!response.write(piece)) {
                response.once('drain', write);
                return;
              }
            }
            response.end();
          };
          write();
        },
        async (url) => {
          const { body } = await send(url, manual);
          const reader = (body as ReadableStream<Uint8Array>).getReader();
          await reader.read();
          // The server stops when the buffers of both sockets are full: two looks in a row see the same.
          for (let before = -1; before !== written;) {
            before = written;
            for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          }
          const isWaiting = written < total;
          let bytes = 0;
          for (
            let read = await reader.read();
            !read.done && bytes < 32 * 1024 * 1024;
            read = await reader.read()
          )
            bytes += read.value.length;
          await reader.cancel();
          return { isWaiting, continues: bytes >= 32 * 1024 * 1024 };
        },
      );
    },
  },
];
