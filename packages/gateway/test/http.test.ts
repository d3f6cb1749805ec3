import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

const HOST = 'gateway.example:4141';
const AUTH = `Authorization: Bearer ${KEY}`;
const CHAT = JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'hi' }] });

/** Sends raw bytes and returns the response until the server closes the connection. */
const said = ({ url }: TestGateway, ...lines: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(lines.join('\r\n'));
    });
    socket.setEncoding('utf8').on('error', reject);
    socket.on('data', (piece: string) => {
      text += piece;
    });
    socket.on('close', () => {
      resolve(text);
    });
  });

const asked = (at: TestGateway, line: string, ...more: readonly string[]): Promise<string> =>
  said(at, line, `Host: ${HOST}`, AUTH, 'Connection: close', ...more);

const post = (target: string): readonly [string, ...string[]] => [
  `POST ${target} HTTP/1.1`,
  `Content-Length: ${CHAT.length}`,
  '',
  CHAT,
];

it('accepts an absolute URL as the target, as proxies receive it', async () => {
  await using at = await startGateway();
  expect(await asked(at, ...post(`http://${HOST}/v1/chat/completions?a=b`))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await asked(at, 'OPTIONS * HTTP/1.1', '', '')).toMatch(/^HTTP\/1\.1 204 /);
});

it.each([
  'http://other.example/v1/chat/completions',
  `http://${HOST}@other.example/v1/chat/completions`,
  `ftp://${HOST}/v1/chat/completions`,
])('refuses the URL of another server: %s', async (target) => {
  await using at = await startGateway();
  expect(await asked(at, ...post(target))).toMatch(/^HTTP\/1\.1 400 /);
  expect(at.openai.requests).toHaveLength(0);
});

it('responds to HEAD like to GET, without a body', async () => {
  await using at = await startGateway();
  const [got = '', head = ''] = await Promise.all(
    ['GET', 'HEAD'].map((method) => asked(at, `${method} /v1/models HTTP/1.1`, '', '')),
  );
  const lengthOf = (text: string): string | undefined => /content-length: (\d+)/.exec(text)?.[1];
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  expect(lengthOf(head)).toBe(lengthOf(got));
  expect(head.split('\r\n\r\n')[1]).toBe('');
});

it.each([
  ['HEAD', '/v1/chat/completions', 'POST'],
  ['GET', '/v1/responses', 'POST'],
  ['PUT', '/v1/messages', 'POST'],
  ['GET', '/v1/messages/count_tokens', 'POST'],
  ['DELETE', '/v1/embeddings', 'POST'],
  ['GET', '/v1/audio/transcriptions', 'POST'],
  ['HEAD', '/v1/audio/speech', 'POST'],
  ['POST', '/v1/models', 'GET, HEAD'],
  ['DELETE', '/v1/models/gpt', 'GET, HEAD'],
  ['POST', '/health', 'GET, HEAD'],
  ['PUT', '/ready', 'GET, HEAD'],
])('names the allowed methods: not %s of %s', async (method, path, allowed) => {
  await using at = await startGateway();
  const head = await asked(at, `${method} ${path} HTTP/1.1`, 'Content-Length: 0', '', '');
  expect(head).toMatch(/^HTTP\/1\.1 405 /);
  expect(head).toContain(`\r\nallow: ${allowed}\r\n`);
  expect(head.endsWith('\r\n\r\n')).toBe(method === 'HEAD');
});

it('accepts chunk extensions and trailers, and ignores their headers', async () => {
  const seen: unknown[] = [];
  const authorize = ({ headers }: Request): object => {
    seen.push(headers.get('authorization'));
    return {};
  };
  await using at = await startGateway({ gateway: { authorize } });
  const chunk = `${CHAT.length.toString(16)};part=1`;
  const trailer = 'Authorization: Bearer another';
  const head = ['POST /v1/chat/completions HTTP/1.1', 'Transfer-Encoding: chunked', ''] as const;
  expect(await asked(at, ...head, chunk, CHAT, '0', trailer, '', '')).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen).toEqual([`Bearer ${KEY}`]);
});

it('compares the content encoding case-insensitively', async () => {
  await using at = await startGateway();
  const [line, ...rest] = post('/v1/chat/completions');
  expect(await asked(at, line, 'Content-Encoding: Identity', ...rest)).toMatch(/^HTTP\/1\.1 200 /);
});

it('responds to pipelined requests in order, also after a refused one', async () => {
  await using at = await startGateway({ gateway: { maxBodyBytes: 200 } });
  const large = 'x'.repeat(1000);
  const [line, ...rest] = post('/v1/chat/completions');
  const text = await said(
    at,
    ...['POST /v1/embeddings HTTP/1.1', `Host: ${HOST}`, AUTH, `Content-Length: ${large.length}`, ''],
    ...[`${large}${line}`, `Host: ${HOST}`, AUTH, ...rest.slice(0, -1)],
    ...[`${CHAT}GET /health HTTP/1.1`, `Host: ${HOST}`, 'Connection: close', '', ''],
  );
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200', 'HTTP/1.1 200']);
  expect(text).toContain('hello');
});

/** Sends concurrent requests and returns the number of responses. */
const CALLERS = `
  const [url, key, count] = process.argv.slice(1);
  const ask = () => new Promise((resolve) => {
    const socket = require('node:net').connect(new URL(url).port, '127.0.0.1', () =>
      socket.write('GET /v1/models HTTP/1.1\\r\\nHost: a\\r\\nAuthorization: Bearer ' + key + '\\r\\nConnection: close\\r\\n\\r\\n'));
    let text = '';
    socket.on('data', (piece) => (text += piece));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text.startsWith('HTTP/1.1 200 ')));
  });
  process.send('ready', async () => {
    const answered = await Promise.all(Array.from({ length: Number(count) }, ask));
    process.send(answered.filter(Boolean).length, () => process.disconnect());
  });
`;

it('responds to requests that arrived before `close`', async () => {
  await using at = await startGateway();
  const callers = spawn(process.execPath, ['-e', CALLERS, at.url, KEY, '50'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(callers, 'message');
  // Blocks the process until every client has sent its request.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  const [[answered]] = await Promise.all([once(callers, 'message'), at.close()]);
  expect(answered).toBe(50);
});

it('closes at once despite idle connections', async () => {
  await using at = await startGateway();
  const silent = connect(Number(new URL(at.url).port), '127.0.0.1');
  await once(silent, 'connect');
  // What is answered came behind it.
  await (await fetch(`${at.url}/health`)).text();
  const left = once(silent, 'close');
  await at.close(120_000);
  await left;
});
