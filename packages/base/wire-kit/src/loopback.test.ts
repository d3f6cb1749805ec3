import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { listenForRedirect } from './loopback.ts';

/** Listens for a redirect and sends it. Returns the browser's connection. */
async function redirected() {
  const redirect = await listenForRedirect({ remedy: 'none', accepts: () => true });
  const { host, port, pathname } = new URL(redirect.url);
  const browser: Socket = connect(Number(port), '127.0.0.1');
  browser.write(`GET ${pathname}?code=1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  expect((await redirect.answer).get('code')).toBe('1');
  return { redirect, browser };
}

it('closes although the user has closed the browser before the result', async () => {
  const { redirect, browser } = await redirected();
  browser.destroy();
  await once(browser, 'close');
  await new Promise((resolve) => setImmediate(resolve));
  await redirect.close(true);
  await expect(fetch(redirect.url)).rejects.toThrow('fetch failed');
});

it.each([
  [true, 'HTTP/1.1 200 OK'],
  [false, 'HTTP/1.1 400 Bad Request'],
])('shows the result to the browser if the success of the login is %s', async (isDone, status) => {
  const { redirect, browser } = await redirected();
  const shown = once(browser, 'data') as Promise<[Buffer]>;
  await redirect.close(isDone);
  const [chunk] = await shown;
  expect(chunk.toString()).toContain(status);
});
