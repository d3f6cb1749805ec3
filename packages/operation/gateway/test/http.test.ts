import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

const HOST = 'gateway.example:4141';
const AUTH = `Authorization: Bearer ${KEY}`;
const CHAT = JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hi' }] });

/** Sends lines over a new connection and returns everything that the server sends until it closes the connection. */
const exchangeRaw = ({ url }: TestGateway, ...lines: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(lines.join('\r\n'));
    });
    socket.setEncoding('utf8').on('error', reject);
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('close', () => {
      resolve(text);
    });
  });

const sendRaw = (
  testGateway: TestGateway,
  requestLine: string,
  ...lines: readonly string[]
): Promise<string> =>
  exchangeRaw(testGateway, requestLine, `Host: ${HOST}`, AUTH, 'Connection: close', ...lines);

const post = (target: string): readonly [string, ...string[]] => [
  `POST ${target} HTTP/1.1`,
  `Content-Length: ${CHAT.length}`,
  '',
  CHAT,
];

it('accepts an absolute URL as the target, as proxies receive it', async () => {
  await using testGateway = await startGateway();
  expect(await sendRaw(testGateway, ...post(`http://${HOST}/v1/chat/completions?a=b`))).toMatch(
    /^HTTP\/1\.1 200 /,
  );
  expect(await sendRaw(testGateway, 'OPTIONS * HTTP/1.1', '', '')).toMatch(/^HTTP\/1\.1 204 /);
});

it.each([
  'http://other.example/v1/chat/completions',
  `http://${HOST}@other.example/v1/chat/completions`,
  `ftp://${HOST}/v1/chat/completions`,
])('refuses the URL of another server: %s', async (target) => {
  await using testGateway = await startGateway();
  expect(await sendRaw(testGateway, ...post(target))).toMatch(/^HTTP\/1\.1 400 /);
  expect(testGateway.openai.requests).toHaveLength(0);
});

it('responds to HEAD with the headers of GET and without a body', async () => {
  await using testGateway = await startGateway();
  const [getResponse = '', headResponse = ''] = await Promise.all(
    ['GET', 'HEAD'].map((method) => sendRaw(testGateway, `${method} /v1/models HTTP/1.1`, '', '')),
  );
  const lengthOf = (text: string): string | undefined => /content-length: (\d+)/.exec(text)?.[1];
  expect(headResponse).toMatch(/^HTTP\/1\.1 200 /);
  expect(lengthOf(headResponse)).toBe(lengthOf(getResponse));
  expect(headResponse.split('\r\n\r\n')[1]).toBe('');
});

it.each([
  ['HEAD', '/v1/chat/completions', 'POST'],
  ['POST', '/v1/models', 'GET, HEAD'],
])('refuses %s %s and names the allowed methods %s', async (method, path, allowed) => {
  await using testGateway = await startGateway();
  const response = await sendRaw(testGateway, `${method} ${path} HTTP/1.1`, 'Content-Length: 0', '', '');
  expect(response).toMatch(/^HTTP\/1\.1 405 /);
  expect(response).toContain(`\r\nallow: ${allowed}\r\n`);
  expect(response.endsWith('\r\n\r\n')).toBe(method === 'HEAD');
});

it('accepts chunk extensions and trailers, and ignores their headers', async () => {
  const authorizationHeaders: unknown[] = [];
  const authorize = ({ headers }: Request): object => {
    authorizationHeaders.push(headers.get('authorization'));
    return {};
  };
  await using testGateway = await startGateway({ gateway: { authorize } });
  const chunk = `${CHAT.length.toString(16)};part=1`;
  const trailer = 'Authorization: Bearer another';
  const requestHead = ['POST /v1/chat/completions HTTP/1.1', 'Transfer-Encoding: chunked', ''] as const;
  expect(await sendRaw(testGateway, ...requestHead, chunk, CHAT, '0', trailer, '', '')).toMatch(
    /^HTTP\/1\.1 200 /,
  );
  expect(authorizationHeaders).toEqual([`Bearer ${KEY}`]);
});

it('compares the content encoding case-insensitively', async () => {
  await using testGateway = await startGateway();
  const [requestLine, ...rest] = post('/v1/chat/completions');
  expect(await sendRaw(testGateway, requestLine, 'Content-Encoding: Identity', ...rest)).toMatch(
    /^HTTP\/1\.1 200 /,
  );
});

it('responds to pipelined requests in order, also after a refused request', async () => {
  await using testGateway = await startGateway({ gateway: { maxBodyBytes: 200 } });
  const largeBody = 'x'.repeat(1000);
  const [requestLine, ...rest] = post('/v1/chat/completions');
  const text = await exchangeRaw(
    testGateway,
    ...['POST /v1/embeddings HTTP/1.1', `Host: ${HOST}`, AUTH, `Content-Length: ${largeBody.length}`, ''],
    ...[`${largeBody}${requestLine}`, `Host: ${HOST}`, AUTH, ...rest.slice(0, -1)],
    ...[`${CHAT}GET /health HTTP/1.1`, `Host: ${HOST}`, 'Connection: close', '', ''],
  );
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200', 'HTTP/1.1 200']);
  expect(text).toContain('hello');
});

/** Program that sends concurrent requests and reports the number of successful responses. */
const CALLERS = `
  const { parentPort, workerData: { url, key, sentCount } } = require('node:worker_threads');
  const request = 'GET /v1/models HTTP/1.1\\r\\nHost: a\\r\\nAuthorization: Bearer ' + key + '\\r\\nConnection: close\\r\\n\\r\\n';
  const countSent = () => {
    Atomics.add(sentCount, 0, 1);
    Atomics.notify(sentCount, 0);
  };
  const sendRequest = () => new Promise((resolve) => {
    const socket = require('node:net').connect(new URL(url).port, '127.0.0.1', () => socket.write(request, countSent));
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text.startsWith('HTTP/1.1 200 ')));
  });
  Promise.all(Array.from({ length: 50 }, sendRequest)).then((results) => {
    parentPort.postMessage(results.filter(Boolean).length);
  });
`;

it('responds to requests that arrived before `close`', async () => {
  await using testGateway = await startGateway();
  const sentCount = new Int32Array(new SharedArrayBuffer(4));
  const callers = new Worker(CALLERS, {
    eval: true,
    workerData: { url: testGateway.url, key: KEY, sentCount },
  });
  await once(callers, 'online');
  // Blocks this thread until every client has sent its request.
  for (let count = 0; count < 50; count = Atomics.load(sentCount, 0))
    expect(Atomics.wait(sentCount, 0, count, 60_000)).not.toBe('timed-out');
  const [[answeredCount]] = await Promise.all([once(callers, 'message'), testGateway.close()]);
  expect(answeredCount).toBe(50);
});

it('closes at once despite idle connections', async () => {
  await using testGateway = await startGateway();
  const idleSocket = connect(Number(new URL(testGateway.url).port), '127.0.0.1');
  await once(idleSocket, 'connect');
  // The response proves that the server has accepted the idle connection, which is older.
  await (await fetch(`${testGateway.url}/health`)).text();
  const closed = once(idleSocket, 'close');
  await testGateway.close(120_000);
  await closed;
});
