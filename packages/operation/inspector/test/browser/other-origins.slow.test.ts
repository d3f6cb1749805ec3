import { describeWith } from '@majordomo/services';
import { serveFetch } from '@majordomo/test-support/fetch-server';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { pagesInBrowser } from './support/pages.ts';
import { HEAD, startInspector, type ServedInspector } from './support/world.ts';

/** Markup that runs a script if it is rendered as HTML. */
const MARKUP = `<img src=x onerror="window.ran=1"><svg onload="window.ran=1"></svg><script>window.ran=1</script>`;

describeWith('chromium', 'untrusted content and pages of other origins', () => {
  const openPage = pagesInBrowser();

  it('shows markup in prompts, responses, tenants, errors and URLs as text', async () => {
    // The clock does not advance, so no call exceeds its timeout on a busy machine.
    await using testInspector = await startInspector({ content: true }, fakeClock());
    testInspector.head.push({ text: `answer ${MARKUP}` });
    await testInspector.requestJson(`prompt ${MARKUP}`, `tenant ${MARKUP}`);
    testInspector.head.push({ failure: 'invalid', message: `failure ${MARKUP}` });
    await testInspector.requestJson('and again', `tenant ${MARKUP}`).catch(() => undefined);
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    for (const [row, labels] of [
      [1, ['prompt', 'answer']],
      [0, ['failure']],
    ] as const) {
      await page.locator('.row').nth(row).click();
      for (const label of labels) await page.getByText(`${label} ${MARKUP}`).first().waitFor();
    }
    await page.getByRole('link', { name: 'Resolve' }).click();
    await page.getByLabel('Spec or name').fill(MARKUP);
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.goto(`${testInspector.server.origin}/inspector#${encodeURIComponent(MARKUP)}`);
    await page.getByRole('link', { name: 'Health' }).waitFor();
    expect(await page.evaluate('[window.ran, document.images.length]')).toEqual([undefined, 0]);
    expect(wrong.filter((text) => !text.includes('422'))).toEqual([]);
  });

  // Browsers send a cookie to every port of its host. Only the second host is rejected for more than a missing cookie.
  it.each(['localhost', '127.0.0.1'])(
    'a page on another port of %s can neither read the inspector nor bench targets',
    async (host) => {
      await using testInspector = await startInspector();
      await using openedPage = await openPage(testInspector.address);
      await using otherServer = await serveFetch(() =>
        Promise.resolve(new Response('<title>evil</title>', { headers: { 'content-type': 'text/html' } })),
      );
      const otherPage = await openedPage.page.context().newPage();
      await otherPage.goto(otherServer.origin.replace('127.0.0.1', host));
      expect(await otherPage.evaluate(attempts(testInspector))).toEqual([
        'failed',
        'failed',
        'failed',
        'failed',
        'failed',
        'blocked',
      ]);
      expect(testInspector.majordomo.health.snapshot()).toEqual({});
    },
  );
});

const attempts = ({ server: { origin } }: ServedInspector): string => `Promise.all([
  fetch('${origin}/inspector/steer', {
    method: 'POST', mode: 'no-cors', credentials: 'include', body: JSON.stringify({ target: '${HEAD}', ms: 1000 }),
  }).then((r) => r.type, () => 'failed'),
  fetch('${origin}/inspector/limits', { credentials: 'include' }).then((r) => r.text(), () => 'failed'),
  fetch('${origin}/inspector/steer', {
    method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: '${HEAD}', ms: 1000 }),
  }).then((r) => r.text(), () => 'failed'),
  new Promise((resolve) => {
    const events = new EventSource('${origin}/inspector/events', { withCredentials: true });
    events.onopen = () => resolve('open');
    events.onerror = () => { events.close(); resolve('failed'); };
  }),
  new Promise((resolve) => {
    const socket = new WebSocket('${origin.replace('http', 'ws')}/inspector/events');
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('failed');
  }),
  new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.onload = () => {
      try {
        resolve(frame.contentDocument?.body?.textContent || 'blocked');
      } catch {
        resolve('blocked');
      }
    };
    frame.src = '${origin}/inspector';
    document.body.append(frame);
  }),
])`;
