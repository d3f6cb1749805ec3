import { openBrowser, openPage, type Browser, type Page } from '@majordomo/services/browser';
import { afterAll, beforeAll, inject } from 'vitest';

type OpenPage = typeof openPage extends (browser: Browser, ...options: infer Options) => infer Opened
  ? (...options: Options) => Opened
  : never;

/** Connects the tests of a file to the shared browser. Returns a function that opens a page in it. */
export function pagesInBrowser(): OpenPage {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(inject('browserAddress'));
  });
  afterAll(() => browser.close());
  return (...options) => openPage(browser, ...options);
}

/** Opens a view of the inspector. */
export async function openView(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { name, exact: true }).waitFor();
}
