import { LlmError } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage } from '@majordomo/services/browser';
import { listen } from './support/listen.ts';
import { eventsOf, HEAD, TAIL, world } from './support/world.ts';

const LONG = 120_000;

describeWith('chromium', 'the inspector in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  it(
    'calls that arrive before the first frame of a slow page are listed',
    async () => {
      await using w = await world();
      for (let n = 1; n <= 6; n++) for (const event of eventsOf(n, overloaded)) w.inspector.onEvent(event);
      await using opened = await openPage(browser, w.address, {}, LATE_FRAMES);
      await opened.page.locator('.row').nth(5).waitFor();
    },
    LONG,
  );

  it(
    'shows a failover of a stream without a reload',
    async () => {
      await using w = await world();
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      await page.getByText('No call yet.').waitFor();
      w.head.push({ fault: 'stall', at: { content: 2 } });
      const running = w.majordomo
        .model('house')
        .stream(
          { messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }], maxTokens: 50 },
          { afterCommit: 'restart', attempts: 1, timeouts: { idleMs: 1500 } },
        );
      const read = (async () => {
        for await (const _ of running);
      })();
      const row = page.locator('.row').first();
      await row.locator('.outcome.running').waitFor();
      await row.click();
      const attempts = page.locator('.waterfall li');
      await attempts.filter({ hasText: HEAD }).locator('.outcome.running').waitFor();
      await attempts.filter({ hasText: HEAD }).locator('.outcome.failed').waitFor();
      await attempts.filter({ hasText: TAIL }).locator('.outcome.finished').waitFor();
      await read;
      await page.getByRole('heading', { name: TAIL }).waitFor();
      await row.locator('.outcome.finished').waitFor();
      expect(await attempts.filter({ hasText: HEAD }).textContent()).toMatch(/timeout idle after/);
      expect(wrong).toEqual([]);
    },
    LONG,
  );

  it(
    'reconnects and misses no call',
    async () => {
      await using w = await world();
      await w.requestJson('before');
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
      await page.locator('.row').first().waitFor();
      await w.server.close();
      await page.getByText('Reconnecting').waitFor();
      for (let n = 1; n <= 300; n++) for (const event of eventsOf(n, overloaded)) w.inspector.onEvent(event);
      await using again = await listen((request) => w.inspector.fetch(request), w.server.port);
      expect(again.port).toBe(w.server.port);
      await page.getByText('Live', { exact: true }).waitFor();
      await listed(page, 301);
    },
    LONG,
  );

  it(
    'renders one page of 10,000 calls, and the next page on request',
    async () => {
      await using w = await world({ keep: 10_000 });
      for (let n = 1; n <= 10_000; n++)
        for (const event of eventsOf(n, overloaded)) w.inspector.onEvent(event);
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      await listed(page, 10_000);
      expect(await page.locator('.row').count()).toBe(50);
      await page.getByRole('button', { name: 'Older' }).click();
      await page.locator('.row').nth(99).waitFor();
      expect(await page.locator('.row').count()).toBe(100);
      await page.getByLabel('Search calls').fill('no such id');
      await page.getByText('No call matches the filter.').waitFor();
      expect(wrong).toEqual([]);
    },
    LONG,
  );

  it(
    'filters by tenant, model, outcome and id without an admin API',
    async () => {
      await using w = await world();
      for (let n = 1; n <= 40; n++) for (const event of eventsOf(n, overloaded)) w.inspector.onEvent(event);
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
      await listed(page, 40);
      expect(
        await page.getByRole('navigation', { name: 'Views' }).getByRole('link').allTextContents(),
      ).toEqual(['Calls', 'Spending', 'Limits', 'Health', 'Resolve', 'Playground']);
      await page.getByLabel('Tenant').selectOption('acme');
      await listed(page, 10);
      expect(page.url()).toContain('#/calls?tenant=acme');
      await page.getByLabel('Outcome').selectOption('failed');
      await listed(page, 0);
      await page.getByLabel('Outcome').selectOption('all');
      await page.getByLabel('Model').selectOption('house');
      await listed(page, 10);
      await page.getByLabel('Search calls').fill('000000000020');
      await listed(page, 1);
    },
    LONG,
  );

  it(
    'is usable with the keyboard only',
    async () => {
      await using w = await world();
      for (let n = 1; n <= 100; n++) for (const event of eventsOf(n, overloaded)) w.inspector.onEvent(event);
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
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
      expect(w.majordomo.health.snapshot()[TAIL]?.state).toBe('benched');
      await page.getByRole('button', { name: 'Release', exact: true }).click();
      await page.getByText('Benched for').waitFor({ state: 'detached' });
      expect(w.majordomo.health.snapshot()[TAIL]?.state ?? 'healthy').toBe('healthy');
    },
    LONG,
  );

  it(
    'the token leaves the address, and no script can read the cookie',
    async () => {
      await using w = await world();
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
      expect(page.url()).toBe(`${w.server.url}/inspector`);
      expect(await page.evaluate('document.cookie')).toBe('');
      const [cookie] = await page.context().cookies();
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/inspector' });
    },
    LONG,
  );

  it(
    'a page of another origin can neither read the inspector nor bench targets with the cookie',
    async () => {
      await using w = await world();
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
      await using evil = await listen(() =>
        Promise.resolve(new Response('<title>evil</title>', { headers: { 'content-type': 'text/html' } })),
      );
      const other = await page.context().newPage();
      await other.goto(evil.url.replace('127.0.0.1', 'localhost'));
      const answers = await other.evaluate<readonly string[]>(`Promise.all([
      fetch('${w.server.url}/inspector/steer', { method: 'POST', mode: 'no-cors', credentials: 'include', body: JSON.stringify({ target: '${HEAD}', ms: 1000 }) }).then((r) => r.type, () => 'failed'),
      fetch('${w.server.url}/inspector/limits', { credentials: 'include' }).then((r) => r.text(), () => 'failed'),
      new Promise((done) => { const f = document.createElement('iframe'); f.onload = () => { try { done(f.contentDocument?.body?.textContent || 'blocked') } catch { done('blocked') } }; f.src = '${w.server.url}/inspector'; document.body.append(f); }),
    ])`);
      expect(answers.slice(1)).toEqual(['failed', 'blocked']);
      expect(w.majordomo.health.snapshot()).toEqual({});
    },
    LONG,
  );
});

const overloaded = new LlmError('overloaded', `${HEAD} answered 529: overloaded`, {
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
const listed = (page: Page, calls: number): Promise<void> =>
  page
    .locator('.figure')
    .filter({ hasText: 'listed' })
    .getByText(calls.toLocaleString('en'), { exact: true })
    .waitFor();
