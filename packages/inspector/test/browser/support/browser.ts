import { foundBinaryOf } from '@majordomo/services';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: foundBinaryOf('chromium'),
    // A browser that root runs cannot have a sandbox of its own.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });

/** For a busy machine. */
const PATIENCE_MS = 15_000;

/** A page that is open, and all that went wrong in it: errors, refusals of its policy, requests that left its origin. */
export interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly wrong: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const wrong: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
  });
  page.on('pageerror', (error) => {
    wrong.push(error.message);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) wrong.push(request.url());
  });
  await page.goto(url);
  return { page, wrong, [Symbol.asyncDispose]: () => context.close() };
}
