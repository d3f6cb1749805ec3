import { describeWith } from '@majordomo/services';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage } from '@majordomo/services/browser';
import { listen } from './support/listen.ts';
import { HEAD, world, type World } from './support/world.ts';

const LONG = 120_000;

/** Markup that runs a script if it is rendered as HTML. */
const MARKUP = `<img src=x onerror="window.ran=1"><svg onload="window.ran=1"></svg><script>window.ran=1</script>`;

describeWith('chromium', 'content and pages of others', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  it(
    'prompts, answers, tenants, errors and addresses are shown as text',
    async () => {
      await using w = await world({ content: true });
      w.head.push({ text: `answer ${MARKUP}` });
      await w.requestJson(`prompt ${MARKUP}`, `tenant ${MARKUP}`);
      w.head.push({ failure: 'invalid', message: `failure ${MARKUP}` });
      await w.requestJson('and again', `tenant ${MARKUP}`).catch(() => undefined);
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      for (const [row, told] of [
        [1, ['prompt', 'answer']],
        [0, ['failure']],
      ] as const) {
        await page.locator('.row').nth(row).click();
        for (const what of told) await page.getByText(`${what} ${MARKUP}`).first().waitFor();
      }
      await page.getByRole('link', { name: 'Resolve' }).click();
      await page.getByLabel('Spec or name').fill(MARKUP);
      await page.getByRole('button', { name: 'Resolve' }).click();
      await page.goto(`${w.server.url}/inspector#${encodeURIComponent(MARKUP)}`);
      await page.getByRole('link', { name: 'Health' }).waitFor();
      expect(await page.evaluate('[window.ran, document.images.length]')).toEqual([undefined, 0]);
      expect(wrong.filter((text) => !text.includes('422'))).toEqual([]);
    },
    LONG,
  );

  // Browsers send a cookie to every port of its host. Only the second host is rejected for more than a missing cookie.
  it.each(['localhost', '127.0.0.1'])(
    'a page on another port of %s can neither read the inspector nor bench targets',
    async (host) => {
      await using w = await world();
      await using opened = await openPage(browser, w.address);
      await using evil = await listen(() =>
        Promise.resolve(new Response('<title>evil</title>', { headers: { 'content-type': 'text/html' } })),
      );
      const other = await opened.page.context().newPage();
      await other.goto(evil.url.replace('127.0.0.1', host));
      expect(await other.evaluate(attempts(w))).toEqual(['failed', 'failed', 'failed', 'failed']);
      expect(w.majordomo.health.snapshot()).toEqual({});
    },
    LONG,
  );
});

const attempts = ({ server: { url } }: World): string => `Promise.all([
  fetch('${url}/inspector/limits', { credentials: 'include' }).then((r) => r.text(), () => 'failed'),
  fetch('${url}/inspector/steer', {
    method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: '${HEAD}', ms: 1000 }),
  }).then((r) => r.text(), () => 'failed'),
  new Promise((told) => {
    const events = new EventSource('${url}/inspector/events', { withCredentials: true });
    events.onopen = () => told('open');
    events.onerror = () => { events.close(); told('failed'); };
  }),
  new Promise((told) => {
    const socket = new WebSocket('${url.replace('http', 'ws')}/inspector/events');
    socket.onopen = () => told('open');
    socket.onerror = () => told('failed');
  }),
])`;
