import { LlmError } from '@majordomo/core';
import { isLoopback } from '@majordomo/core/toolkit';
import type {
  FetchLike,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { loadClient } from '../sdk.ts';
import { mayOpen } from '../addresses.ts';
import { scopeUnion, type LoginServer } from './login-server.ts';

/** Login that waits for the user. The members are JSON, so that another process can finish the login. */
export interface CodeLogin {
  readonly server: LoginServer;
  readonly client: StoredOAuthClientInformation;
  /** Code verifier of PKCE. */
  readonly verifier: string;
  readonly redirectUrl: string;
  /** Scopes that the login requests. */
  readonly scope?: string | undefined;
}

/** Maximum length of scopes, because servers and browsers limit the length of an address. */
const MAX_SCOPE_CHARS = 4000;

/**
 * Returns the scopes of a login: `options`, otherwise those of the challenge, otherwise those of the metadata, and `more`. Adds
 * `offline_access` if the authorization server supports it, because it may not issue a refresh token otherwise. `authFailure`
 * converts the error for too long scopes.
 */
export function loginScope(
  { metadata, scopes }: LoginServer,
  { options, challenge, more }: Readonly<Record<'options' | 'challenge' | 'more', string | undefined>>,
): string | undefined {
  const scope = scopeUnion(options ?? challenge ?? scopes?.join(' '), more);
  if (scope !== undefined && scope.length > MAX_SCOPE_CHARS)
    throw new Error(
      `the server names scopes with more than ${MAX_SCOPE_CHARS} characters, which is too long for an address; set the option scope`,
    );
  const isOffline = metadata?.scopes_supported?.includes('offline_access') === true;
  return scope === undefined || !isOffline ? scope : scopeUnion(scope, 'offline_access');
}

/** Maximum length of an access token. Servers accept no longer headers. */
const MAX_TOKEN_CHARS = 65_536;

/** Returns tokens. Throws for an access token that no header can contain, which would look like a server that cannot be reached. */
export function checkedTokens(tokens: StoredOAuthTokens): StoredOAuthTokens {
  const { access_token: token } = tokens;
  if (token.length <= MAX_TOKEN_CHARS && /^[\x21-\x7e]+$/.test(token)) return tokens;
  throw new Error('the authorization server sent an invalid access token');
}

/** Starts a login, and returns the address of its page. Throws `auth` for an address that a user must not open. */
export async function startCodeLogin(
  { server, client, redirectUrl, scope }: Omit<CodeLogin, 'verifier'>,
  state: string,
  label: string,
): Promise<{ readonly url: URL; readonly verifier: string }> {
  const sdk = await loadClient();
  const { metadata, resource } = server;
  const { authorizationUrl, codeVerifier } = await sdk.startAuthorization(server.url, {
    clientInformation: client,
    redirectUrl,
    state,
    ...(metadata === undefined ? {} : { metadata }),
    ...(scope === undefined ? {} : { scope }),
    ...(resource === undefined ? {} : { resource }),
  });
  if (!mayOpen(authorizationUrl, isLoopback(new URL(server.url))))
    throw new LlmError(
      'auth',
      `${label}: the authorization server ${new URL(server.url).host} names a login page with the scheme "${authorizationUrl.protocol}"; it must be https, or http if the server and the page are on this machine`,
      { code: 'login-failed' },
    );
  return { url: authorizationUrl, verifier: codeVerifier };
}

/**
 * Returns the tokens for a callback. Checks the issuer of the callback (RFC 9207) first, because the other parameters may come from
 * another authorization server. Messages contain no parameter of the callback. `refusal`: code of the error if the user refused.
 */
export async function redeemCode(
  { server, client, verifier, redirectUrl }: CodeLogin,
  callback: URLSearchParams,
  { label, fetchFn, refusal }: { label: string; fetchFn: FetchLike; refusal: string },
): Promise<StoredOAuthTokens> {
  const sdk = await loadClient();
  const { metadata, resource } = server;
  const fail = (why: string, code = 'login-failed'): LlmError =>
    new LlmError('auth', `${label}: ${why}`, { code });
  for (const name of ['code', 'iss', 'error'])
    if (callback.getAll(name).length > 1) throw fail('the login failed: the callback is ambiguous');
  const iss = callback.get('iss') ?? undefined;
  sdk.validateAuthorizationResponseIssuer({
    iss,
    expectedIssuer: metadata?.issuer,
    issParameterSupported: metadata?.authorization_response_iss_parameter_supported === true,
  });
  const error = callback.get('error');
  if (error === 'access_denied')
    throw fail('the user refused the login; start another login to try again', refusal);
  const code = callback.get('code');
  if (error !== null || code === null || code === '')
    throw fail('the login failed: the authorization server reported an error; start another login');
  const tokens = await sdk.exchangeAuthorization(server.url, {
    clientInformation: client,
    authorizationCode: code,
    codeVerifier: verifier,
    redirectUri: redirectUrl,
    fetchFn,
    ...(iss === undefined ? {} : { iss }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(resource === undefined ? {} : { resource }),
  });
  return checkedTokens(tokens);
}
