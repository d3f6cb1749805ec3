import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LlmError } from '@majordomo/core';
import { describeWith } from '@majordomo/services';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, openPage, violations } from '@majordomo/services/browser';
import { listen } from './support/listen.ts';
import { eventsOf, HEAD, TAIL, world, type World } from './support/world.ts';

/** Folder of screenshots, which CI stores for inspection. */
const SHOTS = join(import.meta.dirname, '../../../../.ci/out/inspector');
const LONG = 120_000;

describeWith('chromium', 'the inspector in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  it.each(['light', 'dark'] as const)(
    'six views in %s mode have no violation, error or request to another origin',
    async (colorScheme) => {
      await using w = await world({ content: true });
      await someCalls(w);
      await using opened = await openPage(browser, w.address, { colorScheme });
      const { page, wrong } = opened;
      for (const [name, show] of Object.entries(STATES)) {
        await show(page, w);
        await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}.png`) });
        expect(await violations(page), name).toEqual([]);
      }
      expect(wrong).toEqual([]);
    },
    LONG,
  );

  it(
    'calls that arrive before the first frame of a slow page are listed',
    async () => {
      await using w = await world();
      await someCalls(w);
      await using opened = await openPage(browser, w.address, {}, LATE_FRAMES);
      await opened.page.locator('.row').nth(5).waitFor();
    },
    LONG,
  );

  it.each([360, 768, 1440, 3840])(
    'the page fits a screen of %i px',
    async (width) => {
      await using w = await world({ content: true });
      await someCalls(w);
      await using opened = await openPage(browser, w.address, { viewport: { width, height: 800 } });
      const { page } = opened;
      for (const [name, show] of Object.entries(STATES)) {
        await show(page, w);
        await page.screenshot({ path: join(SHOTS, `${name}-${width}.png`) });
        const beyond = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(beyond, name).toBe(0);
        if (width === 360) expect(await violations(page), name).toEqual([]);
        if (name.startsWith('3')) await page.goto(`${w.server.url}/inspector#calls`);
      }
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
      await page.locator('.figure').filter({ hasText: 'calls' }).getByText('301', { exact: true }).waitFor();
    },
    LONG,
  );

  it(
    'renders few rows of 10,000 calls, and scrolls to the last',
    async () => {
      await using w = await world({ keep: 10_000 });
      for (let n = 1; n <= 10_000; n++)
        for (const event of eventsOf(n, overloaded)) w.inspector.onEvent(event);
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      await page.locator('.figure').filter({ hasText: 'calls' }).getByText('10,000').waitFor();
      expect(await page.locator('.row').count()).toBeLessThan(60);
      await page.evaluate(SCROLLED);
      expect(await page.locator('.row').last().getAttribute('aria-posinset')).toBe('10000');
      await page.getByRole('button', { name: 'Failed over' }).click();
      await page
        .locator('.figure')
        .filter({ hasText: 'calls' })
        .getByText('2,000', { exact: true })
        .waitFor();
      await page.getByLabel('Search in').fill('…007');
      await page.getByText('No call matches the filter.').waitFor();
      expect(wrong).toEqual([]);
    },
    LONG,
  );

  it(
    'filters by tenant, target, outcome and text',
    async () => {
      await using w = await world();
      for (let n = 1; n <= 40; n++) for (const event of eventsOf(n, overloaded)) w.inspector.onEvent(event);
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
      const calls = (count: number): Promise<void> =>
        page
          .locator('.figure')
          .filter({ hasText: 'calls' })
          .getByText(String(count), { exact: true })
          .waitFor();
      await calls(40);
      await page.getByLabel('Tenant', { exact: true }).selectOption('acme');
      await calls(10);
      await page.getByLabel('Target', { exact: true }).selectOption(TAIL);
      await calls(2);
      await page.getByRole('button', { name: 'Failed', exact: true }).click();
      await calls(0);
      await page.getByRole('button', { name: 'All', exact: true }).click();
      await page.getByLabel('Search in').fill('000000000020');
      await calls(1);
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
      const list = page.getByRole('listbox', { name: 'Calls' });
      await list.waitFor();
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
      await list.focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      const last = page.locator('.row[aria-selected=true]');
      expect(await last.getAttribute('aria-posinset')).toBe('100');
      expect(await list.getAttribute('aria-activedescendant')).toBe(await last.getAttribute('id'));
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('detail');
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

/** Scrolls through the complete list, one frame per step. */
const SCROLLED = `(async () => {
  const list = document.querySelector('.list');
  for (let at = 0; at <= 90; at++) {
    list.scrollTop = (list.scrollHeight / 90) * at;
    await new Promise(requestAnimationFrame);
  }
})()`;

const TENANTS = ['acme', 'globex', 'initech', undefined];

async function someCalls(w: World): Promise<void> {
  for (let n = 0; n < 12; n++) {
    if (n % 4 === 1) w.head.push({ failure: 'overloaded' }, { failure: 'overloaded' });
    if (n === 7) w.head.push({ fault: 'cut', at: { content: 3 }, answer: 'A butler is a servant who runs' });
    await w.requestJson('What is a butler?', TENANTS[n % 4]);
    if (n % 3 === 2) w.majordomo.health.reset();
    w.head.length = 0;
  }
  w.majordomo.health.reset();
  w.head.push({ failure: 'invalid', message: 'temperature must be between 0 and 2: you sent 7' });
  await w.requestJson('With too much heat.', 'globex').catch(() => undefined);
}

type Show = (page: Page, w: World) => Promise<void>;

/** Views: the list, a response, a failure, health, spending, and the targets of a spec. */
const STATES: Readonly<Record<string, Show>> = {
  '1-calls': async (page) => {
    await page.locator('.row').nth(5).waitFor();
    await page.getByText('$0.0').first().waitFor({ state: 'attached' });
  },
  '2-answer': async (page) => {
    await page.locator('.row:has(.icon.over):has(.mini .failed)').first().click();
    await page.getByText('What is a butler?').waitFor();
  },
  '3-failure': async (page, w) => {
    await page.goto(`${w.server.url}/inspector#calls`);
    await page.locator('.row:has(.outcome.failed)').first().click();
    await page.getByText('The call failed').waitFor();
  },
  '4-health': async (page, w) => {
    w.majordomo.health.bench(HEAD, 3_000_000);
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByText('Benched for').first().waitFor();
  },
  '5-spending': async (page) => {
    await page.getByRole('link', { name: 'Spending' }).click();
    await page.getByRole('meter').first().waitFor();
    await page.locator('.chart canvas').waitFor();
  },
  '6-resolve': async (page) => {
    await page.getByRole('link', { name: 'Resolve' }).click();
    await page.getByLabel('Spec or name').fill('house,openai/gpt-5.4-mini');
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('Benched for').first().waitFor();
  },
};
