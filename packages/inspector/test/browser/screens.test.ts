import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@majordomo/services';
import { openBrowser, openPage, violations, type Browser, type Page } from '@majordomo/services/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { entryOf, loggedWorld, LONG_TENANT, refusedEntry, type LoggedWorld } from './support/logged-world.ts';
import { HEAD } from './support/world.ts';

/** Folder of screenshots, which CI stores for inspection. */
const SHOTS = join(import.meta.dirname, '../../../../.ci/out/inspector');
const LONG = 180_000;

type Show = (page: Page, w: LoggedWorld) => Promise<void>;

const toView = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
};

/** Views, in the order in which they are opened. */
const SCREENS: Readonly<Record<string, Show>> = {
  calls: async (page) => {
    await page.locator('.row').nth(20).waitFor();
    await page.getByText('$0.0').first().waitFor({ state: 'attached' });
  },
  'call-failover': async (page) => {
    await page.locator('.row:has(.icon.over):has(.mini .failed)').first().click();
    await page.getByText('What is a butler?').first().waitFor();
  },
  'call-failed': async (page, w) => {
    await page.goto(`${w.server.url}/inspector#/calls?outcome=failed`);
    await page.locator('.row:has(.outcome.failed) a').first().click();
    await page.getByText('The call failed').waitFor();
  },
  'call-refused': async (page, w) => {
    await page.goto(`${w.server.url}/inspector#/calls/call-00007`);
    await page.getByText('the budget of this key is spent').waitFor();
  },
  performance: async (page) => {
    await toView(page, 'Performance');
    await page.locator('tbody tr').first().waitFor();
  },
  spending: async (page) => {
    await toView(page, 'Spending');
    await page.locator('.chart canvas').waitFor();
    await page.locator('tbody tr').first().waitFor();
  },
  keys: async (page) => {
    await toView(page, 'Keys');
    await page.locator('tbody tr').first().waitFor();
  },
  limits: async (page) => {
    await toView(page, 'Limits');
    await page.getByRole('meter').first().waitFor();
  },
  health: async (page, w) => {
    w.majordomo.health.bench(HEAD, 3_000_000);
    await toView(page, 'Health');
    await page.getByText('Benched for').first().waitFor();
  },
  resolve: async (page) => {
    await toView(page, 'Resolve');
    await page.getByLabel('Spec or name').fill('house,openai/gpt-5.4-mini');
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('Benched for').first().waitFor();
  },
  playground: async (page) => {
    await toView(page, 'Playground');
    await page.getByLabel('Message').fill('Who runs the house?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Answered by').waitFor();
  },
  'create-key': async (page) => {
    await toView(page, 'Keys');
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('dialog').waitFor();
  },
};

/** Words of up to 20 characters that are broken over two lines, without code and identifiers. */
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

const BEYOND = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

describeWith('chromium', 'the screens of the inspector', () => {
  let browser: Browser;
  let w: LoggedWorld;
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await openBrowser();
    w = await loggedWorld();
    await someCalls(w);
  }, LONG);
  afterAll(async () => {
    await browser.close();
    await w[Symbol.asyncDispose]();
  });

  it.each([
    // axe checks one width of each layout, because the other differs in sizes only.
    [360, true],
    [390, false],
    [1440, true],
    [3840, false],
  ] as const)(
    'fit %i px in light and dark mode, without broken words, violations or errors',
    async (width, isChecked) => {
      w.majordomo.health.reset();
      const viewport = { width, height: 900 };
      await using opened = await openPage(browser, w.address, { viewport });
      const { page, wrong } = opened;
      for (const [name, show] of Object.entries(SCREENS)) {
        await show(page, w);
        expect
          .soft([name, await page.evaluate(BEYOND), await page.evaluate(BROKEN_WORDS)])
          .toEqual([name, 0, []]);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: join(SHOTS, `${name}-${width}-${colorScheme}.png`) });
          const found = isChecked ? await violations(page) : [];
          expect.soft([name, colorScheme, found]).toEqual([name, colorScheme, []]);
        }
      }
      expect(wrong).toEqual([]);
    },
    LONG,
  );
});

const TENANTS = ['search', 'checkout', LONG_TENANT, undefined];

/** Makes calls that finish, fail over and fail, next to entries of earlier calls. */
async function someCalls(w: LoggedWorld): Promise<void> {
  await w.store.append(Array.from({ length: 30 }, (_, n) => (n % 10 === 7 ? refusedEntry(n) : entryOf(n))));
  for (let n = 0; n < 12; n++) {
    if (n % 4 === 1) w.head.push({ failure: 'overloaded' }, { failure: 'overloaded' });
    if (n === 7) w.head.push({ fault: 'cut', at: { content: 3 }, answer: 'A butler is a servant who runs' });
    await w.send('What is a butler?', TENANTS[n % 4]);
    if (n % 3 === 2) w.majordomo.health.reset();
    w.head.length = 0;
  }
  w.majordomo.health.reset();
  w.head.push({ failure: 'invalid', message: 'temperature must be between 0 and 2: you sent 7' });
  await w.send('With too much heat.', 'search');
}
