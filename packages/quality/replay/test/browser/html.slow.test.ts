import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@majordomo/services';
import { openBrowser, openHtml, violations, type Browser } from '@majordomo/services/browser';
import { user } from '@majordomo/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../../src/traffic/answer.ts';
import { htmlOf, type ReplayExample } from '../../src/report/html.ts';
import { reportOf } from '../../src/report/report-of.ts';
import type { ReplayReport } from '../../src/report/report.ts';
import { AT, type CaseName, reportCase } from '../report-cases.ts';
import { HOSTILE, hostileUnits } from '../report-hostile.ts';
import { resultsOf } from '../report-traffic.ts';

/** Folder of the screenshots that a run with SOAK=1 takes. */
const SCREENSHOTS = join(import.meta.dirname, '../../../../../.ci/out/replay');
const LONG = 120_000;
const IS_SOAK = process.env['SOAK'] !== undefined;

const answer = (text: string): Answer => ({
  response: {
    parts: [{ type: 'text', text }],
    finish: 'stop',
    target: 'a/b',
    usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
  },
});
const exampleOf = (id: string, text: string): ReplayExample => ({
  id,
  request: { system: text, messages: [user(text)] },
  recorded: answer(text),
  candidate: answer(text),
});
const examplesOf = (report: ReplayReport, text: string): readonly ReplayExample[] =>
  report.kinds
    .filter(({ isWorse }) => isWorse)
    .flatMap(({ examples }) => examples.map((id) => exampleOf(id, text)));

/** Pages of the prepared cases, and one whose names and contents are hostile. */
const PAGES: Readonly<Record<CaseName | 'hostile', () => string>> = {
  better: () => htmlOf(reportCase('better'), []),
  worse: () =>
    htmlOf(reportCase('worse'), examplesOf(reportCase('worse'), 'The parcel arrives tomorrow. '.repeat(200))),
  undecided: () => htmlOf(reportCase('undecided'), []),
  mixed: () => htmlOf(reportCase('mixed'), []),
  hostile: () => {
    const report = reportOf(
      resultsOf(hostileUnits(), { name: HOSTILE, judges: [HOSTILE], warnings: [HOSTILE] }),
      AT,
    );
    return htmlOf(report, examplesOf(report, HOSTILE));
  },
};

/** Each page once, and each mode with each width. SOAK=1 adds other combinations. */
const VIEWS: readonly (readonly [keyof typeof PAGES, 'light' | 'dark', width: number])[] = [
  ['better', 'dark', 1200],
  ['worse', 'light', 1200],
  ['undecided', 'light', 390],
  ['mixed', 'light', 1200],
  ['hostile', 'dark', 390],
  ...(IS_SOAK
    ? ([
        ['worse', 'dark', 390],
        ['hostile', 'light', 390],
        ['hostile', 'dark', 1200],
      ] as const)
    : []),
];

describeWith('chromium', 'the page of a replay in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  test.each(VIEWS)(
    '%s in %s mode at %i px has no violation, no request and no horizontal scroll',
    async (name, colorScheme, width) => {
      await using opened = await openHtml(browser, PAGES[name](), {
        colorScheme,
        viewport: { width, height: 900 },
      });
      const { page, wrong, paths } = opened;
      const picture = join(SCREENSHOTS, `replay-${name}-${colorScheme}-${width}`);
      if (IS_SOAK) await page.screenshot({ path: `${picture}.png` });
      await page.locator('details:not([open]) > summary').first().click();
      if (IS_SOAK) await page.screenshot({ path: `${picture}-full.png`, fullPage: true });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect([wrong, paths]).toEqual([[], ['/']]);
    },
    LONG,
  );

  test.each([
    ['better', 'Switch: the candidate meets every rule', 'of the traffic. Move only such calls'],
    ['worse', 'Do not switch: the candidate is not good enough', 'Read the examples of the 2 kinds'],
    ['undecided', 'Do not decide yet: the result is not certain enough', 'Decide the 37 pairs'],
  ] as const)(
    'the first screen of the case `%s` contains the decision, its reasons and the next step',
    async (name, title, step) => {
      const viewport = { width: 390, height: 844 };
      await using opened = await openHtml(browser, PAGES[name](), { viewport });
      const { page } = opened;
      expect(await page.locator('h1').textContent()).toBe(title);
      const reasons = page.locator('header ul').first().locator('li');
      expect(await reasons.count()).toBe(name === 'worse' ? 4 : 2);
      const next = page.locator('header ul').nth(1).locator('li').first();
      expect(await next.textContent()).toContain(step);
      const box = await next.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(viewport.height);
    },
    LONG,
  );

  test('an example is opened by keyboard, and closed tables are printed', { timeout: LONG }, async () => {
    await using opened = await openHtml(browser, PAGES.worse());
    const { page } = opened;
    const example = page.locator('details:not([open])', { hasText: 'Example call-0004' }).first();
    await example.locator('summary').focus();
    await page.keyboard.press('Enter');
    const answer = page.locator('pre', { hasText: 'The parcel arrives tomorrow.' }).first();
    expect(await answer.isVisible()).toBe(true);
    expect(await answer.textContent()).toContain('more characters not shown');
    const table = page.locator('.figures table').first();
    expect(await table.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await table.isVisible()).toBe(true);
  });

  test('hostile names and contents stay text', { timeout: LONG }, async () => {
    await using opened = await openHtml(browser, PAGES.hostile());
    const { page } = opened;
    expect(await page.locator('script, img, a').count()).toBe(0);
    expect(await page.title()).toMatch(/: fail$/);
    expect(await page.locator('pre', { hasText: 'onerror=' }).count()).toBeGreaterThan(3);
  });
});
