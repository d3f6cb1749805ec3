import { createServer, type RequestListener } from 'node:http';
import { listen } from '@majordomo/test-support';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fetchAt } from './http.ts';

const LOOPBACK = { address: '127.0.0.1', family: 4 };

/** Starts a server until the end of the test. Returns its port. */
const serve = async (listener: RequestListener): Promise<string> =>
  new URL(await listen(createServer(listener))).port;

it('sends the request to the address, for the host of the URL', async () => {
  const port = await serve((request, response) => {
    void request.toArray().then((chunks: readonly Buffer[]) => {
      const { method, url, headers } = request;
      const body = Buffer.concat(chunks).toString();
      response.end(JSON.stringify([method, url, headers.host, headers['x-a'], body]));
    });
  });
  // No name server knows this host.
  const host = `checked.invalid:${port}`;
  const response = await fetchAt(LOOPBACK)(`http://${host}/token?a=1`, {
    method: 'POST',
    headers: { 'x-a': 'b' },
    body: new URLSearchParams({ c: 'd' }),
  });
  expect(await response.json()).toEqual(['POST', '/token?a=1', host, 'b', 'c=d']);
});

it('does not send a request to another host after a redirect', async () => {
  const hosts: unknown[] = [];
  const port = await serve(({ headers }, response) => {
    hosts.push(headers.host);
    response.writeHead(302, { location: `http://other.invalid:${port}/` }).end();
  });
  const sent = fetchAt(LOOPBACK)(`http://checked.invalid:${port}/`);
  await expect(sent).rejects.toMatchObject({
    cause: { message: `other.invalid:${port} is not the checked host checked.invalid:${port}` },
  });
  expect(hosts).toEqual([`checked.invalid:${port}`]);
});

it('uses the fetch that the application has replaced', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('replaced')));
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(await (await fetchAt(LOOPBACK)('https://checked.invalid')).text()).toBe('replaced');
});
