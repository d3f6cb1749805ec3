import { createServer, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { listen } from '@majordomo/test-support';
import { expect, test } from 'vitest';
import { limitBody } from './bounded-body.ts';
import { directFetch } from './http.ts';

const urlOf = async (listener: RequestListener): Promise<string> => listen(createServer(listener));

const direct = directFetch(fetch, 'p/m');

test.each([301, 302, 303, 307, 308])('rejects a redirect (%d) and names its location', async (status) => {
  let requestCount = 0;
  const other = await urlOf((_request, response) => {
    requestCount++;
    response.end('{}');
  });
  const url = await urlOf((_request, response) => {
    response.writeHead(status, { location: `${other}/v2?key=secret` }).end();
  });
  const sent = direct(url, { method: 'POST', body: 'prompt', headers: { 'x-api-key': 'key' } });
  await expect(sent).rejects.toMatchObject({
    kind: 'protocol',
    message: `p/m: the server redirects to ${other}/v2, which was not followed; if the location is correct, set baseURL to it`,
    details: { target: 'p/m', status, code: 'redirect' },
  });
  expect(requestCount).toBe(0);
});

test('returns a 3xx without a location and a 200', async () => {
  const url = await urlOf(({ url: path }, response) => {
    response.writeHead(path === '/304' ? 304 : 200).end('');
  });
  expect((await direct(`${url}/304`)).status).toBe(304);
  expect((await direct(url)).status).toBe(200);
});

test('limits the unpacked size of a complete body, but not of a stream', async () => {
  const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024, 32));
  const url = await urlOf(({ url: path }, response) => {
    const type = path === '/stream' ? 'text/event-stream' : 'application/json';
    response
      .writeHead(path === '/error' ? 500 : 200, { 'content-type': type, 'content-encoding': 'gzip' })
      .end(bomb);
  });
  for (const path of ['/', '/error']) {
    const response = await direct(url + path);
    await expect(response.text()).rejects.toMatchObject({ kind: 'protocol', details: { code: 'too-large' } });
  }
  expect((await (await direct(`${url}/stream`)).arrayBuffer()).byteLength).toBe(65 * 1024 * 1024);
});

test('preserves status, headers and URL of a body within the limit', async () => {
  const url = await urlOf((_request, response) => {
    response.writeHead(201, 'Made', { 'content-type': 'text/plain', 'x-a': 'b' }).write('he');
    response.end('llo');
  });
  const response = await fetch(url);
  const bounded = limitBody(response, 'p/m', 5);
  expect([bounded.status, bounded.headers.get('x-a'), bounded.url]).toEqual([201, 'b', response.url]);
  expect(await bounded.text()).toBe('hello');
  await expect(limitBody(await fetch(url), 'p/m', 4).text()).rejects.toThrow(
    'p/m answered with more than 4 bytes',
  );
});

test('closes the connection of a cancelled body', async () => {
  let closed = (): void => undefined;
  const isClosed = new Promise<void>((resolve) => (closed = resolve));
  const url = await urlOf((_request, response) => {
    response.on('close', closed);
    response.writeHead(200, { 'content-type': 'application/json' }).write('[');
  });
  await (await direct(url)).body?.cancel();
  await isClosed;
});

test('ends a request when the signal of the attempt aborts, and not with the signal of the SDK', async () => {
  const url = await urlOf((_request, response) => response.write('{'));
  const attempt = new AbortController();
  const init = { attemptSignal: attempt.signal, signal: AbortSignal.abort() };
  const response = await direct(url, init);
  const reading = response.text();
  attempt.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
});
