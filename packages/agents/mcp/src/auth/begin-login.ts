import type { Clock } from '@majordomo/core';
import type { McpLoginClient } from '../options.ts';
import { loginScope, startCodeLogin, type CodeLogin } from './code-login.ts';
import { clientFor, type LoginClientIo } from './login-client.ts';
import { loginServer, scopeUnion, type Challenge } from './login-server.ts';
import type { StoredTokens } from './stored-tokens.ts';

/** Login that is to begin. */
export interface NewLogin {
  /** Address of the MCP server. */
  readonly serverUrl: string;
  readonly challenge: Challenge;
  readonly options: { readonly client: McpLoginClient; readonly scope?: string | undefined };
  /** Scopes that are requested in addition to those of the latest login. */
  readonly scopes: string | undefined;
  readonly state: string;
}

/** Dependencies of `beginLogin`. */
export interface BeginIo extends Omit<LoginClientIo, 'scope' | 'now'> {
  readonly clock: Clock;
  /** Tokens of the user, with the scopes of the latest login. */
  readonly tokens: StoredTokens;
}

/** Begins a login at the authorization server of an MCP server. Returns the login and the address of its page. */
export async function beginLogin(
  { serverUrl, challenge, options, scopes, state }: NewLogin,
  { clock, tokens, ...io }: BeginIo,
): Promise<{ readonly login: CodeLogin; readonly url: URL }> {
  const server = await loginServer(serverUrl, challenge, io.fetchFn);
  // The scopes of the former login are requested again, because the new tokens replace its tokens.
  const former = (await tokens.login()).scope;
  const scope = loginScope(server, {
    options: options.scope ?? former,
    challenge: challenge.scope,
    more: scopeUnion(former, scopes),
  });
  const client = await clientFor(options.client, server, { ...io, scope, now: clock.now() });
  const waiting = { server, client, redirectUrl: io.redirectUrl, scope };
  const { url, verifier } = await startCodeLogin(waiting, state, io.label);
  return { login: { ...waiting, verifier }, url };
}
