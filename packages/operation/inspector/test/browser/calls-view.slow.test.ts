import { text } from 'node:stream/consumers';
import { describeWith } from '@majordomo/services';
import type { Page } from '@majordomo/services/browser';
import { expect, it } from 'vitest';
import { entryOf, startInspectorWithCallLog, refusedEntry } from './support/logged-world.ts';
import { pagesInBrowser } from './support/pages.ts';
import { TAIL } from './support/world.ts';

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

const listedIds = async (page: Page): Promise<readonly string[]> =>
  (
    await page.locator('.row a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  ).map((href) => /calls\/([^?]*)/.exec(href)?.[1] ?? '');

describeWith('chromium', 'the calls of the call log in a browser', () => {
  const openPage = pagesInBrowser();

  it('are a table with one scale of durations, newest first, in pages', async () => {
    await using testInspector = await startInspectorWithCallLog();
    await testInspector.store.append(Array.from({ length: 120 }, (_, n) => entryOf(n)));
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    await page.locator('.row').first().waitFor();
    const headers = await page.getByRole('columnheader').allTextContents();
    expect(headers.map((text, at) => text.startsWith(COLUMNS[at] ?? '?'))).toEqual(COLUMNS.map(() => true));
    expect(headers[7]).toContain('5.0 s');
    await page
      .getByRole('img', { name: /^4\.8 s/ })
      .first()
      .waitFor();
    expect(await listedIds(page)).toEqual(Array.from({ length: 50 }, (_, at) => entryOf(119 - at).id));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.locator('.row').nth(99).waitFor();
    await testInspector.send('newest');
    await page.locator('.row').nth(0).filter({ hasText: 'openai/gpt-5.4' }).waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByRole('button', { name: 'Older' }).waitFor({ state: 'detached' });
    expect((await listedIds(page)).slice(1)).toEqual(
      Array.from({ length: 120 }, (_, at) => entryOf(119 - at).id),
    );
    await page.getByRole('img', { name: /^4 ms/ }).first().waitFor();
    expect(wrong).toEqual([]);
  });

  it('show complete outcomes and models on a small laptop', async () => {
    await using testInspector = await startInspectorWithCallLog();
    const error = { kind: 'overloaded', code: undefined, message: 'overloaded' } as const;
    await testInspector.store.append([
      entryOf(0),
      entryOf(1, { outcome: 'failed', error }),
      entryOf(2, { outcome: 'abandoned' }),
    ]);
    const viewport = { width: 1280, height: 800 };
    await using openedPage = await openPage(testInspector.address, { viewport });
    const cells = openedPage.page.locator('.cell-outcome, .cell-model');
    await cells.nth(5).waitFor();
    const cut = await cells.evaluateAll((all) =>
      all.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
    );
    expect(cut).toEqual([]);
  });

  it('are filtered by the parameters of the URL, and each filter has `all` as its first option', async () => {
    await using testInspector = await startInspectorWithCallLog();
    await testInspector.store.append(
      Array.from({ length: 12 }, (_, n) => (n % 4 === 0 ? refusedEntry(n) : entryOf(n))),
    );
    await testInspector.store.append([
      entryOf(50, { id: 'old', at: new Date(Date.now() - 48 * 3_600_000).toISOString() }),
    ]);
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    const waitForListedCalls = (count: number): Promise<void> =>
      page
        .locator('.figure')
        .filter({ hasText: 'listed' })
        .getByText(String(count), { exact: true })
        .waitFor();
    await waitForListedCalls(13);
    for (const label of ['Tenant', 'Key', 'Model', 'Outcome', 'Range'])
      expect(await page.getByLabel(label).locator('option').first().textContent()).toBe('all');
    await page.goto(`${testInspector.server.origin}/inspector#/calls?tenant=beta`);
    await waitForListedCalls(4);
    expect(await page.getByLabel('Tenant').inputValue()).toBe('beta');
    await page.getByLabel('Outcome').selectOption('refused');
    await waitForListedCalls(1);
    expect(page.url()).toMatch(/#\/calls\?tenant=beta&outcome=refused$/);
    await page.getByLabel('Tenant').selectOption('all');
    await waitForListedCalls(3);
    await page.getByLabel('Outcome').selectOption('all');
    await page.getByLabel('Range').selectOption('24 hours');
    await waitForListedCalls(12);
    await page.getByLabel('Range').selectOption('all');
    await page.getByLabel('Key').selectOption('key_0123456789abcdef01234567');
    await waitForListedCalls(13);
    await page.getByLabel('Search calls').fill('req-5');
    await waitForListedCalls(1);
    expect(await listedIds(page)).toEqual(['call-00005']);
  });

  it.each(['page', 'error'] as const)('ignore an older %s of an earlier filter', async (kind) => {
    await using testInspector = await startInspectorWithCallLog();
    await testInspector.store.append(Array.from({ length: 180 }, (_, n) => entryOf(n)));
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    await page.locator('.row').nth(49).waitFor();
    const held: (() => Promise<void>)[] = [];
    await page.route(/\/api\/v1\/calls\?/, async (route) => {
      const { searchParams } = new URL(route.request().url());
      const isOlder = searchParams.has('after');
      if (isOlder && kind === 'error')
        held.push(() => route.fulfill({ status: 500, json: { error: 'failed' } }));
      else if (isOlder || (searchParams.has('tenant') && held.length === 1))
        held.push(() => route.continue());
      else await route.continue();
    });
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(() => held.length).toBe(1);
    await page.getByLabel('Tenant').selectOption('beta');
    await expect.poll(() => held.length).toBe(2);
    const olderResponse = page.waitForResponse(/[?&]after=/);
    await held[0]!();
    await (await olderResponse).finished();
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    expect(await page.getByRole('alert').count()).toBe(0);
    await held[1]!();
    await page.locator('.row').nth(49).waitFor();
  });

  it('have a URL each, which shows all attempts on one time axis', async () => {
    await using testInspector = await startInspectorWithCallLog();
    testInspector.head.push({ failure: 'overloaded' }, { failure: 'overloaded' });
    await testInspector.send('What is a butler?', 'search');
    await testInspector.store.append([
      entryOf(1, {
        ms: 900,
        attempts: [
          { ...failedAttempt, at: 0, ms: 300 },
          { ...failedAttempt, at: 0, ms: 0, outcome: 'skipped', kind: 'benched', target: 'groq/x' },
          { ...failedAttempt, at: 320, ms: 580, outcome: 'finished', kind: undefined, target: TAIL },
        ],
        warnings: ['dropped seed: the target has none'],
      }),
    ]);
    await using openedPage = await openPage(testInspector.address);
    const { page, wrong } = openedPage;
    await page.goto(`${testInspector.server.origin}/inspector#/calls/call-00001`);
    const figure = page.getByRole('figure', { name: 'Attempts' });
    await figure.waitFor();
    const bars = figure.getByRole('img');
    expect(
      await bars.evaluateAll((images) => images.map((image) => image.getAttribute('aria-label'))),
    ).toEqual([
      'openai/gpt-5.4 failed, began at 0 ms, 300 ms',
      'groq/x skipped at 0 ms',
      `${TAIL} finished, began at 320 ms, 580 ms`,
    ]);
    expect(await figure.locator('.axis').textContent()).toBe('0 ms500 ms');
    await page.getByText('dropped seed').waitFor();
    await page.getByRole('button', { name: 'Copy link' }).waitFor();
    await page.getByRole('link', { name: 'key_0123456789abcdef01234567' }).click();
    expect(page.url()).toContain('#/calls?key=key_0123456789abcdef01234567');
    for (const id of ['unknown', '%']) {
      await page.goto(`${testInspector.server.origin}/inspector#/calls/${id}`);
      await page.reload();
      await page.getByText('This call is no longer stored.').waitFor();
    }
    // The browser logs the status 404 of the unknown call.
    expect(wrong.filter((message) => !message.includes('404'))).toEqual([]);
  });

  it('are summed by key, and the sums are downloaded as CSV', async () => {
    await using testInspector = await startInspectorWithCallLog();
    await using openedPage = await openPage(testInspector.address);
    const { page } = openedPage;
    await page.getByRole('link', { name: 'Spending' }).click();
    await page.getByRole('rowheader', { name: 'claude-sonnet-5' }).waitFor();
    const groupSelect = page.getByLabel('By');
    expect(await groupSelect.locator('option').allTextContents()).toEqual([
      'tenant',
      'key',
      'model',
      'target',
    ]);
    const downloading = page.waitForEvent('download');
    await page.getByText('Export CSV').click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('spending-by-model.csv');
    const [header, firstRow] = (await text(await download.createReadStream())).split('\r\n');
    expect(header).toBe('model,usd,calls,failed,input,output,unpriced');
    expect(firstRow).toMatch(/^"claude-sonnet-5",\d+\.\d{9},\d+,0,\d+,\d+,0$/);
    await groupSelect.selectOption('key');
    await page.getByRole('rowheader', { name: 'none' }).waitFor();
  });
});

const failedAttempt = {
  target: 'openai/gpt-5.4',
  outcome: 'failed',
  firstMs: undefined,
  kind: 'overloaded',
  message: 'overloaded',
  nanoUsd: undefined,
} as const;
