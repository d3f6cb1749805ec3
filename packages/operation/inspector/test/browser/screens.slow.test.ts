import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@majordomo/services';
import { violations, type Page } from '@majordomo/services/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  entryOf,
  startInspectorWithCallLog,
  LONG_TENANT,
  refusedEntry,
  type InspectorWithCallLog,
} from './support/logged-world.ts';
import { openView, pagesInBrowser } from './support/pages.ts';
import { HEAD } from './support/world.ts';

const IS_SOAK = process.env['SOAK'] !== undefined;

const MODES = ['light', 'dark'] as const;

/**
 * Widths of the screen in pixels, with the modes and whether axe checks them: one width of each layout, because the other differs
 * only in sizes. The default run tests these two, each in another mode, because the colors are those of the other layout. SOAK=1,
 * as in the nightly run, tests all.
 */
const WIDTHS: readonly (readonly [
  width: number,
  modes: readonly (typeof MODES)[number][],
  isChecked: boolean,
])[] = IS_SOAK
  ? [
      [360, MODES, true],
      [390, MODES, false],
      [1440, MODES, true],
      [3840, MODES, false],
    ]
  : [
      [360, ['light'], true],
      [1440, ['dark'], true],
    ];

/** Folder of the screenshots that a run with SOAK=1 takes. */
const SCREENSHOT_FOLDER = join(import.meta.dirname, '../../../../../.ci/out/inspector');
const TIMEOUT_MS = 180_000;

type OpenScreen = (page: Page, testInspector: InspectorWithCallLog) => Promise<void>;

/** Views, in the order in which they are opened. */
const SCREENS: Readonly<Record<string, OpenScreen>> = {
  calls: async (page) => {
    await page.locator('.row').nth(11).waitFor();
    await page.getByText('$0.0').first().waitFor({ state: 'attached' });
  },
  'call-failover': async (page) => {
    await page.locator('.row:has(.icon.over):has(.mini .failed)').first().click();
    await page.getByText('What is a butler?').first().waitFor();
  },
  'call-failed': async (page, testInspector) => {
    await page.goto(`${testInspector.server.origin}/inspector#/calls?outcome=failed`);
    await page.locator('.row:has(.outcome.failed) a').first().click();
    await page.getByText('The call failed').waitFor();
  },
  'call-refused': async (page, testInspector) => {
    await page.goto(`${testInspector.server.origin}/inspector#/calls/call-00007`);
    await page.getByText('the budget of this key is spent').waitFor();
  },
  performance: async (page) => {
    await openView(page, 'Performance');
    await page.locator('tbody tr').first().waitFor();
  },
  spending: async (page) => {
    await openView(page, 'Spending');
    await page.locator('.chart svg').waitFor();
    await page.locator('tbody tr').first().waitFor();
  },
  keys: async (page) => {
    await openView(page, 'Keys');
    await page.locator('tbody tr').first().waitFor();
  },
  limits: async (page) => {
    await openView(page, 'Limits');
    await page.getByRole('meter').first().waitFor();
  },
  health: async (page, testInspector) => {
    testInspector.majordomo.health.bench(HEAD, 3_000_000);
    await openView(page, 'Health');
    await page.getByText('Benched for').first().waitFor();
  },
  resolve: async (page) => {
    await openView(page, 'Resolve');
    await page.getByLabel('Spec or name').fill('house,openai/gpt-5.4-mini');
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('Benched for').first().waitFor();
  },
  playground: async (page) => {
    await openView(page, 'Playground');
    await page.getByLabel('Message').fill('Who runs the house?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Answered by').waitFor();
  },
  'create-key': async (page) => {
    await openView(page, 'Keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('dialog').waitFor();
  },
};

/** Script that returns the words of up to 20 characters that are broken over two lines, except code and identifiers. */
const BROKEN_WORDS = `(() => {
  const broken = [];
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) {
    const parent = node.parentElement;
    if (parent.closest('script, style, pre, .target, .unseen, .wide dd') !== null) continue;
    if (!parent.checkVisibility()) continue;
    for (const { 0: word, index } of node.data.matchAll(/[\\p{L}\\d]{2,20}/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (tops.size > 1) broken.push(word);
    }
  }
  return broken;
})()`;

const HORIZONTAL_OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

describeWith('chromium', 'the screens of the inspector', () => {
  const openPage = pagesInBrowser();
  let testInspector: InspectorWithCallLog;
  beforeAll(async () => {
    mkdirSync(SCREENSHOT_FOLDER, { recursive: true });
    testInspector = await startInspectorWithCallLog();
    await makeCalls(testInspector);
  }, TIMEOUT_MS);
  afterAll(() => testInspector[Symbol.asyncDispose]());

  it.each(WIDTHS)(
    'fit %i px in the modes %j, without broken words, violations or errors',
    async (width, modes, isChecked) => {
      testInspector.majordomo.health.reset();
      const viewport = { width, height: 900 };
      await using openedPage = await openPage(testInspector.address, { viewport });
      const { page, wrong } = openedPage;
      for (const [name, openScreen] of Object.entries(SCREENS)) {
        await openScreen(page, testInspector);
        expect
          .soft([name, await page.evaluate(HORIZONTAL_OVERFLOW), await page.evaluate(BROKEN_WORDS)])
          .toEqual([name, 0, []]);
        for (const colorScheme of modes) {
          await page.emulateMedia({ colorScheme });
          if (IS_SOAK)
            await page.screenshot({ path: join(SCREENSHOT_FOLDER, `${name}-${width}-${colorScheme}.png`) });
          const accessibilityViolations = isChecked ? await violations(page) : [];
          expect.soft([name, colorScheme, accessibilityViolations]).toEqual([name, colorScheme, []]);
        }
      }
      expect(wrong).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

const TENANTS = ['search', 'checkout', LONG_TENANT, undefined];

/** Stores entries of earlier calls, and makes calls that finish, fail over and fail. */
async function makeCalls(testInspector: InspectorWithCallLog): Promise<void> {
  await testInspector.store.append([entryOf(5), entryOf(6), refusedEntry(7)]);
  for (let n = 0; n < 8; n++) {
    if (n % 4 === 1) testInspector.head.push({ failure: 'overloaded' }, { failure: 'overloaded' });
    if (n === 7)
      testInspector.head.push({ fault: 'cut', at: { content: 3 }, answer: 'A butler is a servant who runs' });
    await testInspector.send('What is a butler?', TENANTS[n % 4]);
    if (n % 3 === 2) testInspector.majordomo.health.reset();
    testInspector.head.length = 0;
  }
  testInspector.majordomo.health.reset();
  testInspector.head.push({ failure: 'invalid', message: 'temperature must be between 0 and 2: you sent 7' });
  await testInspector.send('With too much heat.', 'search');
}
