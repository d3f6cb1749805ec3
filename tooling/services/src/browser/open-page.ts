import { foundBinaryOf } from '../binaries.ts';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type BrowserServer,
  type Page,
} from 'playwright-core';

const launchOptions = (): { readonly executablePath: string; readonly args: string[] } => ({
  executablePath: foundBinaryOf('chromium'),
  // Chromium's sandbox does not support the root user.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

/** Starts a browser to which several processes can connect, each with separate contexts. */
export const startBrowser = (): Promise<BrowserServer> => chromium.launchServer(launchOptions());

/** Connects to the browser of `startBrowser` with this address. Without an address, starts a browser. */
export const openBrowser = (address?: string): Promise<Browser> =>
  address === undefined ? chromium.launch(launchOptions()) : chromium.connect(address);

/** Timeout in milliseconds, for busy machines. */
const TIMEOUT_MS = 60_000;

/** Open page with its recorded problems: errors, policy violations, and requests to other origins. */
export interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly wrong: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  scriptBefore?: string,
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  if (scriptBefore !== undefined) await page.addInitScript(scriptBefore);
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
