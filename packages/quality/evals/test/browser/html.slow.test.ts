import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@majordomo/services';
import { openBrowser, openHtml, violations, type Browser } from '@majordomo/services/browser';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluate, toHtml, type Evaluation } from '../../src/index.ts';
import { echo, fakeModels, testFolder } from '../support/fixture.ts';

/** Folder of the screenshots that a run with SOAK=1 takes. */
const SCREENSHOTS = join(import.meta.dirname, '../../../../../.ci/out/evals');
const LONG = 120_000;
const IS_SOAK = process.env['SOAK'] !== undefined;

const HOSTILE =
  '</pre></details><script>document.title = "run"</script><img src=x onerror="document.title = \'run\'">' +
  '<style>*{display:none}</style><a href="http://198.51.100.1/">link</a> \u202Egnirts\u0007';

/** Evaluation with a long, a failed and a hostile output. */
async function hostileEvaluation(): Promise<Evaluation> {
  const folder = testFolder();
  const { majordomo } = fakeModels((text) =>
    text.endsWith('b') ? HOSTILE : `The parcel arrives tomorrow. ${'It was sent on Monday. '.repeat(20)}`,
  );
  const definition = echo(majordomo, {
    cases: ['a', 'b', HOSTILE].map((id) => ({ id, input: `question ${id}` })),
    checks: { 'answers the question politely': ({ text }) => ({ score: !text.includes('<'), reason: text }) },
    gates: { clean: ({ text }) => ({ score: !text.includes('<'), reason: text.slice(0, 20) }) },
  });
  await evaluate(definition, { folder, mode: 'record' });
  return evaluate(definition, { folder });
}

/** Each mode and each width once. SOAK=1 adds a combination. */
const VIEWS: readonly (readonly ['light' | 'dark', width: number])[] = [
  ['dark', 1200],
  ['light', 390],
  ...(IS_SOAK ? ([['light', 1200]] as const) : []),
];

describeWith('chromium', 'the HTML report in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await openBrowser();
  }, LONG);
  afterAll(() => browser.close());

  test.each(VIEWS)(
    'in %s mode at %i px has no violation, no request and no horizontal scroll',
    async (colorScheme, width) => {
      const html = toHtml(await hostileEvaluation());
      await using opened = await openHtml(browser, html, { colorScheme, viewport: { width, height: 900 } });
      const { page, wrong, paths } = opened;
      const path = join(SCREENSHOTS, `report-${colorScheme}-${width}.png`);
      if (IS_SOAK) await page.screenshot({ path, fullPage: true });
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect([wrong, paths]).toEqual([[], ['/']]);
    },
    LONG,
  );

  test('a hostile output stays text, and failed samples are first and open', { timeout: LONG }, async () => {
    await using opened = await openHtml(browser, toHtml(await hostileEvaluation()));
    const { page } = opened;
    expect(await page.title()).toBe('demo: fail');
    expect(await page.locator('script, img, a').count()).toBe(0);
    expect(await page.locator('pre', { hasText: 'onerror=' }).count()).toBeGreaterThan(0);
    expect(await page.locator('details').count()).toBe(3);
    expect(await page.locator('details[open] > summary').allTextContents()).toEqual(['b#1']);
    expect(await page.locator('details').first().locator('summary').textContent()).toBe('b#1');
  });
});
