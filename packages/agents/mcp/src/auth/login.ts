import { LlmError, type Clock } from '@majordomo/core';
import { abortable, withTimeout } from '@majordomo/core/toolkit';
import { listenForRedirect } from '@majordomo/wire-kit/internal';
import type { FetchLike } from '@modelcontextprotocol/client';
import { withPause } from '../server-requests/handlers.ts';
import type { McpLogin } from '../options.ts';
import type { EntryOwner } from '../entry.ts';
import { beginLogin } from './begin-login.ts';
import { redeemCode } from './code-login.ts';
import type { Challenge } from './login-server.ts';
import type { StoredTokens } from './stored-tokens.ts';

/** Maximum time in which the user must log in, in milliseconds. */
export const LOGIN_MS = 600_000;

/** Dependencies of a login. */
export interface LoginIo {
  readonly label: string;
  /** Toolbox that the registrations of clients belong to. */
  readonly shared: EntryOwner;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tokens: StoredTokens;
  /** Pauses the idle timeouts of calls. Returns a function that ends the pause. */
  readonly pause: () => () => void;
}

/** Request for a login. */
export interface LoginRequest {
  /** Address of the MCP server. */
  readonly serverUrl: string;
  readonly challenge: Challenge;
  readonly fetchFn: FetchLike;
  /** Scopes that are requested in addition to those of the latest login. */
  readonly scopes?: string | undefined;
  /** Signal that no call waits for the login anymore, before it is shown to the user. */
  readonly abandoned: AbortSignal;
}

/** Logs in with a browser on this machine. Throws `auth`, code `login-required`, if the options contain no `show`. */
export async function login(options: McpLogin, request: LoginRequest, io: LoginIo): Promise<void> {
  const { label, shared, clock, signal, tokens, pause } = io;
  const { serverUrl, challenge, fetchFn, scopes, abandoned } = request;
  const { show, port } = options;
  if (show === undefined) throw loginRequired(label);
  const state = crypto.randomUUID();
  const accepts = (query: URLSearchParams): boolean => query.get('state') === state;
  const redirect = await listenForRedirect({ port, remedy: 'pass place.credential', accepts });
  /** Whether the browser shows that the login has succeeded. */
  let isDone = false;
  try {
    const { url: redirectUrl, answer } = redirect;
    const { login: waiting, url } = await beginLogin(
      { serverUrl, challenge, options, scopes, state },
      { label, shared, redirectUrl, fetchFn, clock, tokens },
    );
    abandoned.throwIfAborted();
    const callback = await withPause(pause, async () => {
      // `show` may return before or after the redirect. Only its rejection ends the wait.
      const shown = (async () => show(url.href))().then(() => answer);
      return withTimeout(abortable(Promise.race([answer, shown]), signal), LOGIN_MS, clock);
    });
    const received = await redeemCode(waiting, callback, { label, fetchFn, refusal: 'login-failed' });
    const { server, client, scope } = waiting;
    await tokens.save(received, server.issuer, { client, scope });
    isDone = true;
  } finally {
    await redirect.close(isDone);
  }
}

/** Returns the error of a request that needs a login of the user, which the request cannot start itself. */
export const loginRequired = (label: string): LlmError =>
  new LlmError(
    'auth',
    `${label}: a login is required; pass place.auth.show, or start a login with the function login of createMcpConnections`,
    { code: 'login-required' },
  );
