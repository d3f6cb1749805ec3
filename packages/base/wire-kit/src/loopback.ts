import { LlmError } from '@majordomo/core';
import { builtinModule } from '@majordomo/core/toolkit';

/** Address on this machine to which the browser is redirected after a login. */
export interface Redirect {
  readonly url: string;
  /** Query of the first accepted redirect. */
  readonly answer: Promise<URLSearchParams>;
  /** Shows the result of the login in the browser and releases the port. `isDone`: whether the login succeeded. */
  close(isDone: boolean): Promise<void>;
}

// Members of node:http that this file uses. Runtimes without node:http can load this file, but cannot listen for a redirect.
interface Incoming {
  readonly method?: string;
  readonly url?: string;
  readonly headers: { readonly host?: string };
}
interface Outgoing {
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): Outgoing;
  writeHead(status: number, headers: Record<string, string>): Outgoing;
  end(text: string, done?: () => void): void;
}
interface Http {
  createServer(handler: (request: Incoming, response: Outgoing) => void): {
    listen(port: number, host: string, done: () => void): void;
    once(event: 'error', listener: (error: Error) => void): void;
    address(): { readonly port: number };
    close(done: () => void): void;
    closeAllConnections(): void;
  };
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'",
  'referrer-policy': 'no-referrer',
  connection: 'close',
};
const PATH = '/callback';
const DONE: readonly [status: number, text: string] = [200, 'You are logged in and can close this window.'];
const FAILED: readonly [status: number, text: string] = [
  400,
  'The login failed. The program shows the reason.',
];

/** Options of `listenForRedirect`. */
export interface RedirectOptions {
  /** Port of 127.0.0.1. `@default` a free port */
  readonly port?: number | undefined;
  /** Remedy in the error message for a runtime that cannot listen. */
  readonly remedy: string;
  /** Whether a redirect belongs to this login. Any other redirect receives status 400 and is ignored. */
  readonly accepts: (query: URLSearchParams) => boolean;
}

/** Listens on 127.0.0.1 until `close` is called. Throws `config` in a runtime that cannot listen. Rejects if the port is used. */
export async function listenForRedirect({ port = 0, remedy, accepts }: RedirectOptions): Promise<Redirect> {
  const http = builtinModule<Http>('node:http');
  if (http === undefined)
    throw new LlmError('config', `oauth: this runtime cannot listen for the redirect; ${remedy}`);
  let settle: (query: URLSearchParams) => void = () => undefined;
  let browser: Outgoing | undefined;
  const answer = new Promise<URLSearchParams>((resolve) => {
    settle = resolve;
  });
  let host = '';
  const server = http.createServer((request, response) => {
    const url = URL.parse(request.url ?? '', 'http://127.0.0.1');
    // Reject requests of other sites, which may use a host name that resolves to this address.
    if (request.headers.host !== host) page(response, 403, 'Not for this host.');
    else if (url?.pathname !== PATH || request.method !== 'GET') page(response, 404, 'Nothing here.');
    else if (browser !== undefined) page(response, 410, 'This login has ended.');
    else if (!accepts(url.searchParams)) page(response, 400, 'This request belongs to another login.');
    else {
      browser = response;
      settle(url.searchParams);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  host = `127.0.0.1:${server.address().port}`;
  return {
    url: `http://${host}${PATH}`,
    answer,
    async close(isDone) {
      await new Promise<void>((resolve) => {
        if (browser === undefined || browser.destroyed) resolve();
        // The browser can close the connection before it has received the page.
        else page(browser.once('close', resolve), ...(isDone ? DONE : FAILED), resolve);
      });
      await new Promise<void>((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function page(response: Outgoing, status: number, text: string, done?: () => void): void {
  response
    .writeHead(status, PAGE_HEADERS)
    .end(`<!doctype html><meta charset="utf-8"><title>majordomo</title><p>${text}</p>`, done);
}
