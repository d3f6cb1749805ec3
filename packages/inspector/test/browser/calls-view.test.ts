import { readFile } from 'node:fs/promises';
import { describeWith } from '@majordomo/services';
import { openBrowser, openPage, type Browser, type Page } from '@majordomo/services/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entryOf, loggedWorld, refusedEntry } from './support/logged-world.ts';
import { TAIL } from './support/world.ts';

const LONG = 120_000;

const COLUMNS = [
  'Time',
  'Model',
  'Target',
  'Tenant',
  'Key',
  'Outcome',
  'Status',
  'Duration',
  'First content',
  'Tokens',
  'Cost',
];

const ids = async (page: Page): Promise<readonly string[]> =>
  (
    await page.locator('.row a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  ).map((href) => /calls\/([^?]*)/.exec(href)?.[1] ?? '');

describeWith('chromium', 'the calls of the call log in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  it(
    'are a table with one scale of durations, newest first, page by page',
    async () => {
      await using w = await loggedWorld();
      await w.store.append(Array.from({ length: 120 }, (_, n) => entryOf(n)));
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      await page.locator('.row').first().waitFor();
      const headers = await page.getByRole('columnheader').allTextContents();
      expect(headers.map((text, at) => text.startsWith(COLUMNS[at] ?? '?'))).toEqual(COLUMNS.map(() => true));
      expect(headers[7]).toContain('5.0 s');
      await page
        .getByRole('img', { name: /^4\.8 s/ })
        .first()
        .waitFor();
      expect(await ids(page)).toEqual(Array.from({ length: 50 }, (_, at) => entryOf(119 - at).id));
      await page.getByRole('button', { name: 'Older' }).click();
      await page.locator('.row').nth(99).waitFor();
      await w.send('newest');
      await page.locator('.row').nth(0).filter({ hasText: 'openai/gpt-5.4' }).waitFor();
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByRole('button', { name: 'Older' }).waitFor({ state: 'detached' });
      expect((await ids(page)).slice(1)).toEqual(
        Array.from({ length: 120 }, (_, at) => entryOf(119 - at).id),
      );
      await page.getByRole('img', { name: /^4 ms/ }).first().waitFor();
      expect(wrong).toEqual([]);
    },
    LONG,
  );

  it(
    'are filtered by the filter in the address, whose first choice is all',
    async () => {
      await using w = await loggedWorld();
      await w.store.append(
        Array.from({ length: 12 }, (_, n) => (n % 4 === 0 ? refusedEntry(n) : entryOf(n))),
      );
      await w.store.append([
        entryOf(50, { id: 'old', at: new Date(Date.now() - 48 * 3_600_000).toISOString() }),
      ]);
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
      const wait = (count: number): Promise<void> =>
        page
          .locator('.figure')
          .filter({ hasText: 'listed' })
          .getByText(String(count), { exact: true })
          .waitFor();
      await wait(13);
      for (const label of ['Tenant', 'Key', 'Model', 'Outcome', 'Range'])
        expect(await page.getByLabel(label).locator('option').first().textContent()).toBe('all');
      await page.goto(`${w.server.url}/inspector#/calls?tenant=beta`);
      await wait(4);
      expect(await page.getByLabel('Tenant').inputValue()).toBe('beta');
      await page.getByLabel('Outcome').selectOption('refused');
      await wait(1);
      expect(page.url()).toMatch(/#\/calls\?tenant=beta&outcome=refused$/);
      await page.getByLabel('Tenant').selectOption('all');
      await wait(3);
      await page.getByLabel('Outcome').selectOption('all');
      await page.getByLabel('Range').selectOption('24 hours');
      await wait(12);
      await page.getByLabel('Range').selectOption('all');
      await page.getByLabel('Key').selectOption('key_0123456789abcdef01234567');
      await wait(13);
      await page.getByLabel('Search calls').fill('req-5');
      await wait(1);
      expect(await ids(page)).toEqual(['call-00005']);
    },
    LONG,
  );

  it(
    'open at their own address, with every attempt on one axis',
    async () => {
      await using w = await loggedWorld();
      w.head.push({ failure: 'overloaded' }, { failure: 'overloaded' });
      await w.send('What is a butler?', 'search');
      await w.store.append([
        entryOf(1, {
          ms: 900,
          attempts: [
            { ...failed, at: 0, ms: 300 },
            { ...failed, at: 0, ms: 0, outcome: 'skipped', kind: 'benched', target: 'groq/x' },
            { ...failed, at: 320, ms: 580, outcome: 'finished', kind: undefined, target: TAIL },
          ],
          warnings: ['dropped seed: the target has none'],
        }),
      ]);
      await using opened = await openPage(browser, w.address);
      const { page, wrong } = opened;
      await page.goto(`${w.server.url}/inspector#/calls/call-00001`);
      const figure = page.getByRole('figure', { name: 'Attempts' });
      await figure.waitFor();
      const bars = figure.getByRole('img');
      expect(await bars.evaluateAll((all) => all.map((bar) => bar.getAttribute('aria-label')))).toEqual([
        'openai/gpt-5.4 failed, began at 0 ms, 300 ms',
        'groq/x skipped, began at 0 ms, 0 ms',
        `${TAIL} finished, began at 320 ms, 580 ms`,
      ]);
      expect(await figure.locator('.axis').textContent()).toBe('0 ms500 ms');
      await page.getByText('dropped seed').waitFor();
      await page.getByRole('button', { name: 'Copy link' }).waitFor();
      await page.getByRole('link', { name: 'key_0123456789abcdef01234567' }).click();
      expect(page.url()).toContain('#/calls?key=key_0123456789abcdef01234567');
      await page.goto(`${w.server.url}/inspector#/calls/unknown`);
      await page.getByText('This call is no longer stored.').waitFor();
      // The browser logs the status 404 of the unknown call.
      expect(wrong.filter((message) => !message.includes('404'))).toEqual([]);
    },
    LONG,
  );

  it(
    'are summed by key, and the sums are downloaded as CSV',
    async () => {
      await using w = await loggedWorld();
      await using opened = await openPage(browser, w.address);
      const { page } = opened;
      await page.getByRole('link', { name: 'Spending' }).click();
      await page.getByRole('rowheader', { name: 'claude-sonnet-5' }).waitFor();
      const by = page.getByLabel('By');
      expect(await by.locator('option').allTextContents()).toEqual(['tenant', 'key', 'model', 'target']);
      const downloading = page.waitForEvent('download');
      await page.getByText('Export CSV').click();
      const download = await downloading;
      expect(download.suggestedFilename()).toBe('spending-by-model.csv');
      const [head, first] = (await readFile(await download.path(), 'utf8')).split('\r\n');
      expect(head).toBe('model,usd,calls,failed,input,output,unpriced');
      expect(first).toMatch(/^"claude-sonnet-5",\d+\.\d{9},\d+,0,\d+,\d+,0$/);
      await by.selectOption('key');
      await page.getByRole('rowheader', { name: 'none' }).waitFor();
    },
    LONG,
  );
});

const failed = {
  target: 'openai/gpt-5.4',
  outcome: 'failed',
  firstMs: undefined,
  kind: 'overloaded',
  message: 'overloaded',
  nanoUsd: undefined,
} as const;
