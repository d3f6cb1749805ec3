import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { foundBinaryOf } from '../binaries.ts';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type BrowserServer,
  type ConsoleMessage,
  type Page,
  type Request,
} from 'playwright-core';

const launchOptions = (): { readonly executablePath: string; readonly args: string[] } => ({
  executablePath: foundBinaryOf('chromium'),
  args: [
    // Without a GPU, Chromium emulates one, which needs more CPU than its software renderer.
    '--disable-gpu',
    // Chromium's sandbox does not support the root user.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
});

/** Starts a browser to which several processes can connect, each with separate contexts. */
export const startBrowser = (): Promise<BrowserServer> => chromium.launchServer(launchOptions());

/** Connects to the browser of `startBrowser` with this address. Without an address, starts a browser. */
export const openBrowser = (address?: string): Promise<Browser> =>
  address === undefined ? chromium.launch(launchOptions()) : chromium.connect(address);

/** Timeout in milliseconds, for busy machines. */
const TIMEOUT_MS = 60_000;

/** Options of a page. `viewport` is 1440 × 900 by default, and `colorScheme` is `light`. */
export type PageOptions = Pick<BrowserContextOptions, 'viewport' | 'colorScheme'>;

/** Open page with its recorded problems: errors, policy violations, and requests to other origins. */
export interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly wrong: readonly string[];
}

/** Page without a document, whose context has no cookies. */
interface EmptyPage {
  readonly page: Page;
  readonly scriptBefore: string | undefined;
}

/**
 * Pages that earlier tests have released, by browser. A page in a new context needs two processes and a second of CPU. Storage
 * other than cookies belongs to an origin, and the server of each test is a separate origin.
 */
const emptyPages = new WeakMap<Browser, EmptyPage[]>();

/** Opens a URL without cookies. `scriptBefore`: script that runs before those of each document. */
export async function openPage(
  browser: Browser,
  url: string,
  { viewport = { width: 1440, height: 900 }, colorScheme = 'light' }: PageOptions = {},
  scriptBefore?: string,
): Promise<Opened> {
  const page = await emptyPage(browser, scriptBefore);
  if (viewport !== null) await page.setViewportSize(viewport);
  await page.emulateMedia({ media: null, colorScheme, reducedMotion: 'reduce' });
  const wrong: string[] = [];
  const { origin } = new URL(url);
  const onConsole = (message: ConsoleMessage): void => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
  };
  const onError = ({ message }: Error): void => void wrong.push(message);
  const onRequest = (request: Request): void => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) wrong.push(request.url());
  };
  page.on('console', onConsole).on('pageerror', onError).on('request', onRequest);
  await page.goto(url);
  return {
    page,
    wrong,
    async [Symbol.asyncDispose]() {
      page.off('console', onConsole).off('pageerror', onError).off('request', onRequest);
      await clear(page);
      emptyPages.set(browser, [...(emptyPages.get(browser) ?? []), { page, scriptBefore }]);
    },
  };
}

/** Opens a document from a server that counts its requests. `paths`: requested paths, in order. */
export async function openHtml(
  browser: Browser,
  html: string,
  options?: PageOptions,
): Promise<Opened & { readonly paths: readonly string[] }> {
  const paths: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    paths.push(url);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const opened = await openPage(browser, `http://127.0.0.1:${port}/`, options);
  return {
    ...opened,
    paths,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Returns a released page with the same script, or a page in a new context. */
async function emptyPage(browser: Browser, scriptBefore: string | undefined): Promise<Page> {
  const pages = emptyPages.get(browser) ?? [];
  const released = pages.find((one) => one.scriptBefore === scriptBefore);
  if (released !== undefined) {
    emptyPages.set(
      browser,
      pages.filter((one) => one !== released),
    );
    return released.page;
  }
  const context = await browser.newContext();
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  if (scriptBefore !== undefined) await page.addInitScript(scriptBefore);
  return page;
}

/** Closes the other pages of the context, removes its cookies, and ends the document with its connections. */
async function clear(page: Page): Promise<void> {
  const context = page.context();
  for (const other of context.pages()) if (other !== page) await other.close();
  await context.clearCookies();
  await page.mouse.move(0, 0);
  // The page itself navigates, because a navigation of the browser would start another process.
  await Promise.all([page.waitForURL('about:blank'), page.evaluate("location.replace('about:blank')")]);
}
