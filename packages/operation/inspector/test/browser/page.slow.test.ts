import { LlmError } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import { serveFetch } from '@majordomo/test-support/fetch-server';
import { fakeClock } from '@majordomo/testing';
import type { Page } from '@majordomo/services/browser';
import { expect, it } from 'vitest';
import { pagesInBrowser } from './support/pages.ts';
import { eventsOf, HEAD, TAIL, startInspector } from './support/world.ts';

/** Number of calls in a long list. With SOAK=1, as in the nightly run, 10,000. */
const MANY_CALLS = process.env['SOAK'] === undefined ? 2_000 : 10_000;

describeWith('chromium', 'the inspector in a browser', () => {
  const openPage = pagesInBrowser();

  it('lists calls that arrive before the first frame of a slow page', async () => {
    await using testInspector = await startInspector();
    for (let n = 1; n <= 6; n++)
      for (const event of eventsOf(n, overloadedError)) testInspector.inspector.onEvent(event);
    await using openedPage = await openPage(testInspector.address, {}, LATE_FRAMES);
    await openedPage.page.locator('.row').nth(5).waitFor();
  });

  it('updates the attempts of a stream that fails over', async () => {
    // The stream stalls until the page has shown its attempt, however long that takes.
    const clock = fakeClock();
    await using testInspector = await startInspector({}, clock);
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    await page.getByText('No call yet.').waitFor();
    testInspector.head.push({ fault: 'stall', at: { content: 2 } });
    const stream = testInspector.majordomo
      .model('house')
      .stream(
        { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }], maxTokens: 50 },
        { afterCommit: 'restart', attempts: 1, timeouts: { idleMs: 1500 } },
      );
    let hasContent = false;
    const consumeStream = (async () => {
      for await (const { type } of stream) hasContent ||= type === 'text-delta';
    })();
    const row = page.locator('.row').first();
    await row.locator('.outcome.running').waitFor();
    await row.click();
    const attempts = page.locator('.waterfall li');
    await attempts.filter({ hasText: HEAD }).locator('.outcome.running').waitFor();
    await expect.poll(() => hasContent).toBe(true);
    await clock.advance(1500);
    await attempts.filter({ hasText: HEAD }).locator('.outcome.failed').waitFor();
    await attempts.filter({ hasText: TAIL }).locator('.outcome.finished').waitFor();
    await consumeStream;
    await page.getByRole('heading', { name: TAIL }).waitFor();
    await row.locator('.outcome.finished').waitFor();
    expect(await attempts.filter({ hasText: HEAD }).textContent()).toMatch(/timeout idle after/);
    expect(wrong).toEqual([]);
  });

  it('reconnects and lists the calls of the interruption', async () => {
    await using testInspector = await startInspector();
    await testInspector.requestJson('before');
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    await page.locator('.row').first().waitFor();
    await testInspector.server.close();
    await page.getByText('Reconnecting').waitFor();
    for (let n = 1; n <= 300; n++)
      for (const event of eventsOf(n, overloadedError)) testInspector.inspector.onEvent(event);
    await using restartedServer = await serveFetch(
      (request) => testInspector.inspector.fetch(request),
      testInspector.server.port,
    );
    expect(restartedServer.port).toBe(testInspector.server.port);
    await page.getByText('Live', { exact: true }).waitFor();
    await waitForListedCalls(page, 301);
  });

  it(`renders one page of ${MANY_CALLS} calls, and the next page on request`, async () => {
    await using testInspector = await startInspector({ keep: MANY_CALLS });
    for (let n = 1; n <= MANY_CALLS; n++)
      for (const event of eventsOf(n, overloadedError)) testInspector.inspector.onEvent(event);
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    await waitForListedCalls(page, MANY_CALLS);
    expect(await page.locator('.row').count()).toBe(50);
    await page.getByRole('button', { name: 'Older' }).click();
    await page.locator('.row').nth(99).waitFor();
    expect(await page.locator('.row').count()).toBe(100);
    await page.getByLabel('Search calls').fill('no such id');
    await page.getByText('No call matches the filter.').waitFor();
    expect(wrong).toEqual([]);
  });

  it('filters by tenant, model, outcome and id without an admin API', async () => {
    await using testInspector = await startInspector();
    for (let n = 1; n <= 40; n++)
      for (const event of eventsOf(n, overloadedError)) testInspector.inspector.onEvent(event);
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    await waitForListedCalls(page, 40);
    expect(await page.getByRole('navigation', { name: 'Views' }).getByRole('link').allTextContents()).toEqual(
      ['Calls', 'Spending', 'Limits', 'Health', 'Resolve', 'Playground'],
    );
    await page.getByLabel('Tenant').selectOption('acme');
    await waitForListedCalls(page, 10);
    expect(page.url()).toContain('#/calls?tenant=acme');
    await page.getByLabel('Outcome').selectOption('failed');
    await waitForListedCalls(page, 0);
    await page.getByLabel('Outcome').selectOption('all');
    await page.getByLabel('Model').selectOption('house');
    await waitForListedCalls(page, 10);
    await page.getByLabel('Search calls').fill('000000000020');
    await waitForListedCalls(page, 1);
  });

  it('is usable with the keyboard only', async () => {
    await using testInspector = await startInspector();
    for (let n = 1; n <= 100; n++)
      for (const event of eventsOf(n, overloadedError)) testInspector.inspector.onEvent(event);
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.locator('.row a').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('figure', { name: 'Attempts' }).waitFor();
    expect(page.url()).toContain('#/calls/00000000-0000-4000-8000-000000000098');
    await page.getByRole('link', { name: 'Health' }).focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('group', { name: `Bench or release ${TAIL}` })
      .getByText('15 min')
      .focus();
    await page.keyboard.press('Enter');
    await page.getByText(`${TAIL} is benched, 15 min.`).waitFor();
    await page.getByText('Benched for 15 min').waitFor();
    expect(testInspector.majordomo.health.snapshot()[TAIL]?.state).toBe('benched');
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    await page.getByText('Benched for').waitFor({ state: 'detached' });
    expect(testInspector.majordomo.health.snapshot()[TAIL]?.state ?? 'healthy').toBe('healthy');
  });

  it('removes the token from the URL, and hides the cookie from scripts', async () => {
    await using testInspector = await startInspector();
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    expect(page.url()).toBe(`${testInspector.server.origin}/inspector`);
    expect(await page.evaluate('document.cookie')).toBe('');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/inspector' });
  });
});

const overloadedError = new LlmError('overloaded', `${HEAD} answered 529: overloaded`, {
  target: HEAD,
  status: 529,
});

/** Delays frames and timers, and thereby the effects of the page, until the feed has sent the calls. */
const LATE_FRAMES = `{
  const { requestAnimationFrame: frame, setTimeout: timer } = window;
  window.requestAnimationFrame = (run) => timer(() => frame(run), 1000);
  window.setTimeout = (run, ms = 0, ...rest) => timer(run, ms + 1000, ...rest);
}`;

/** Waits until the page lists this number of calls. */
const waitForListedCalls = (page: Page, calls: number): Promise<void> =>
  page
    .locator('.figure')
    .filter({ hasText: 'listed' })
    .getByText(calls.toLocaleString('en'), { exact: true })
    .waitFor();
