import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LlmError } from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchMedia, type FetchMediaOptions } from '../src/index.ts';
import { bytesOf, photo } from './pictures.ts';

const png = await bytesOf(photo(30, 20).png());
const allow = ['127.0.0.1', 'pictures.test'];
const requests: IncomingMessage[] = [];
let closed: Promise<void> = Promise.resolve();
let server: Server;
let origin = '';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const redirect =
  (to: () => string): Answer =>
  (response) =>
    response.writeHead(302, { location: to() }).end();

const answers: Readonly<Record<string, Answer>> = {
  '/cat.jpg': (response) => response.writeHead(200, { 'content-type': 'image/jpeg; charset=x' }).end(png),
  '/My%20report.pdf': (response) => response.writeHead(200).end('%PDF-1.4\n%%EOF'),
  '/a%0d%0aX:%20y%00.pdf': (response) => response.writeHead(200).end('%PDF-1.4\n%%EOF'),
  '/..%5c..%5cevil%E2%80%AEfdp.exe': (response) => response.writeHead(200).end('MZ'),
  '/%2F..': (response) => response.writeHead(200).end('%PDF-1.4\n%%EOF'),
  '/notes': (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('hello'),
  '/long': (response) => response.writeHead(200, { 'content-length': '5000' }).end(Buffer.alloc(5000)),
  '/endless': (response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1000)));
    };
    response.on('drain', more);
    more();
  },
  '/silent': (response) => {
    response.writeHead(200);
    response.write('x');
  },
  '/packed': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('x', () => response.destroy());
  },
  '/once': redirect(() => '/cat.jpg'),
  '/loop': redirect(() => '/loop'),
  '/inside': redirect(() => 'http://169.254.169.254/latest/meta-data'),
  '/file': redirect(() => 'file:///etc/passwd'),
  '/nowhere': (response) => response.writeHead(302).end(),
  '/gone': (response) => response.writeHead(404).end(),
  '/busy': (response) => response.writeHead(503).end(),
};

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request);
    closed = new Promise((resolve) => response.on('close', resolve));
    (answers[request.url ?? ''] ?? answers['/gone'])?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const failureAt = (path: string, options: FetchMediaOptions = {}): Promise<LlmError> =>
  failureOf(fetchMedia(path.includes(':') ? path : origin + path, { allow, ...options }));

describe('fetchMedia', () => {
  test.each([
    ['/cat.jpg', 'an image with its actual type', { type: 'image', mediaType: 'image/png' }],
    ['/once', 'an image after a redirect', { type: 'image', mediaType: 'image/png' }],
    [
      '/My%20report.pdf',
      'a PDF with its name',
      { type: 'file', mediaType: 'application/pdf', name: 'My report.pdf' },
    ],
    [
      '/a%0d%0aX:%20y%00.pdf',
      'a PDF with a name without line breaks',
      { type: 'file', mediaType: 'application/pdf', name: 'aX: y.pdf' },
    ],
    [
      '/..%5c..%5cevil%E2%80%AEfdp.exe',
      'an unchanged file whose name is not a path',
      { type: 'file', name: 'evilfdp.exe' },
    ],
    ['/notes', 'text with its declared type', { type: 'file', mediaType: 'text/plain', name: 'notes' }],
  ])('returns for %s %s', async (path, _, expected) => {
    expect(await fetchMedia(origin + path, { allow })).toMatchObject(expected);
  });

  test('returns a file without a name for a path without one', async () => {
    expect(await fetchMedia(`${origin}/%2F..`, { allow })).not.toHaveProperty('name');
  });

  test('requests uncompressed bytes under the host of the URL', async () => {
    const fetched = await fetchMedia(`http://pictures.test:${new URL(origin).port}/cat.jpg`, {
      allow,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    expect(fetched.bytes).toEqual(png);
    expect(requests.at(-1)?.headers).toMatchObject({
      'accept-encoding': 'identity',
      host: `pictures.test:${new URL(origin).port}`,
    });
  });
});

describe('fetchMedia rejects a URL', () => {
  const expectRejection = async (url: string, options: FetchMediaOptions = {}): Promise<void> => {
    const before = requests.length;
    const error = await failureAt(url, { allow: [], ...options });
    expect([error.kind, error.details.code]).toEqual(['invalid-request', 'private-address']);
    expect(requests.length).toBe(before);
  };

  test.each([
    'http://127.0.0.1:80/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://10.1.2.3/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://168.63.129.16/machine?comp=goalstate',
    'http://[::ffff:168.63.129.16]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://0.0.0.0/',
  ])('of %s', (url) => expectRejection(url));

  test('of a name with any private address', () =>
    expectRejection('http://sly.test/', {
      resolve: async () => [
        { address: '93.184.215.14', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ],
    }));

  test('of a redirect to a private host', async () => {
    const error = await failureAt('/inside');
    expect([error.kind, error.details.code]).toEqual(['invalid-request', 'private-address']);
  });

  test('after it resolves the name once, and connects to the checked address', async () => {
    let lookups = 0;
    const resolve = async (): Promise<{ address: string; family: number }[]> => {
      lookups += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    await fetchMedia(`http://pictures.test:${new URL(origin).port}/cat.jpg`, { allow, resolve });
    expect(lookups).toBe(1);
  });

  test.each([
    ['ftp://example.com/x', /http or https, not ftp:/],
    ['data:image/png;base64,AA==', /http or https, not data:/],
    ['http://user:secret@example.com/', /user or password/],
    [':', /not a URL/],
  ])('%s', async (url, message) => {
    const error = await failureAt(url);
    expect(error.kind).toBe('invalid-request');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('secret');
  });

  test.each([
    ['/file', /http or https, not file:/],
    ['/loop', /redirects more than 3 times/],
  ])('a redirect: %s', async (path, message) => {
    expect((await failureAt(path)).message).toMatch(message);
  });
});

describe('limits', () => {
  test.each(['/long', '/endless'])(
    'ends the download of %s at the first byte above the limit, and closes the connection',
    async (path) => {
      const error = await failureAt(path, { maxBytes: 4999 });
      expect([error.kind, error.details.code]).toEqual(['unsupported', 'too-large']);
      await closed;
    },
  );

  test('accepts a body of exactly the limit', async () => {
    expect((await fetchMedia(`${origin}/long`, { allow, maxBytes: 5000 })).bytes.length).toBe(5000);
  });

  test('ends with a timeout if the server is silent, and closes the connection', async () => {
    const error = await failureAt('/silent', { timeoutMs: 50 });
    expect([error.kind, error.details.phase]).toEqual(['timeout', 'total']);
    await closed;
  });

  test.each([Infinity, 2 ** 40, 60_000.5])('accepts a timeout of %d ms', async (timeoutMs) => {
    expect((await fetchMedia(`${origin}/long`, { allow, timeoutMs })).bytes.length).toBe(5000);
  });

  test('rejects with the reason of an abort and closes the connection', async () => {
    const controller = new AbortController();
    const fetching = fetchMedia(`${origin}/silent`, { allow, signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(fetching).rejects.toBe(reason);
    await expect(fetchMedia(origin, { allow, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('failures', () => {
  test.each([
    ['/gone', 'not-found'],
    ['/busy', 'overloaded'],
    ['/packed', 'unsupported'],
    ['/cut', 'network'],
    ['/nowhere', 'protocol'],
    ['http://no-such-host.invalid/', 'network'],
    ['http://127.0.0.1:1/', 'network'],
  ])('of %s have the kind %s', async (path, kind) => {
    expect((await failureAt(path)).kind).toBe(kind);
  });
});
