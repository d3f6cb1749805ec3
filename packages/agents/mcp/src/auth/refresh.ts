import { LlmError, type Clock } from '@majordomo/core';
import type { Hold } from '@majordomo/records';
import { asRecord, asText } from '@majordomo/core/toolkit';
import type { StoredOAuthTokens } from '@modelcontextprotocol/client';
import type { McpLoginClient } from '../options.ts';
import { loadClient } from '../sdk.ts';
import { checkedTokens } from './code-login.ts';
import { forgetRegistration, isSameIssuer, refreshClient, type LoginClientIo } from './login-client.ts';
import { loginServer, type Challenge } from './login-server.ts';
import { LEASE_MS, type StoredTokens } from './stored-tokens.ts';

/** Wait before new tokens that the store has not stored are stored again, in milliseconds. */
const RETRY_MS = 250;

/** Dependencies of `refreshTokens`. */
export interface RefreshIo extends Pick<LoginClientIo, 'label' | 'shared' | 'fetchFn'> {
  readonly tokens: StoredTokens;
  /** Lease of the tokens, which has ended afterwards. */
  readonly lease: Hold;
  readonly clock: Clock;
  readonly serverUrl: string;
  readonly challenge: Challenge;
  /** Called before and after the request with the refresh token. */
  readonly refreshing: (isRefreshing: boolean) => void;
}

/**
 * Refreshes the tokens, and returns whether tokens are available. If the login was replaced or removed meanwhile, the result of the
 * refresh is discarded. Sends no token to another authorization server.
 */
export async function refreshTokens(client: McpLoginClient, io: RefreshIo): Promise<boolean> {
  const { tokens, lease } = io;
  const release = (): Promise<unknown> => lease.release().catch(() => undefined);
  let result: Refreshed | 'refused' | undefined;
  try {
    result = await requestTokens(client, io);
  } catch (error) {
    await release();
    throw error;
  }
  try {
    if (result === undefined) await release();
    else if (result === 'refused') await tokens.lose(lease);
    else await storeSurely(result, io);
    return typeof result === 'object';
  } catch (error) {
    if (!lease.signal.aborted) throw error;
    // The lease is lost, because another process has stored or removed a login.
    return tokens.reload();
  }
}

interface Refreshed {
  readonly tokens: StoredOAuthTokens;
  readonly issuer: string;
}

/** Stores new tokens, and tries again for the time of a lease if the store fails, because the former refresh token is used up. */
async function storeSurely(
  { tokens: next, issuer }: Refreshed,
  { tokens, lease, clock }: Pick<RefreshIo, 'tokens' | 'lease' | 'clock'>,
): Promise<void> {
  const until = clock.now() + LEASE_MS;
  for (;;) {
    try {
      await tokens.refreshed(lease, next, issuer);
      return;
    } catch (error) {
      if (lease.signal.aborted || clock.now() >= until) throw error;
      await clock.sleep(RETRY_MS, lease.signal);
    }
  }
}

/**
 * Returns the next tokens, `refused` if the refresh token is missing or not accepted, or `undefined` if the tokens cannot be
 * refreshed now: they or the client that received them are not stored, or they belong to another authorization server.
 */
async function requestTokens(
  client: McpLoginClient,
  io: RefreshIo,
): Promise<Refreshed | 'refused' | undefined> {
  const { tokens, serverUrl, challenge, fetchFn, label } = io;
  const current = await tokens.get();
  if (current === undefined) return undefined;
  const { issuer, refresh_token: refreshToken } = current;
  if (refreshToken === undefined) return 'refused';
  const server = await loginServer(serverUrl, challenge, fetchFn);
  if (issuer === undefined || !isSameIssuer(issuer, server.issuer)) return undefined;
  const { client: stored } = await tokens.login();
  const clientInformation = refreshClient(client, stored, server, label);
  if (clientInformation === undefined) return undefined;
  const { refreshAuthorization } = await loadClient();
  const { metadata, resource, url } = server;
  io.refreshing(true);
  try {
    const next = await refreshAuthorization(url, {
      clientInformation,
      refreshToken,
      fetchFn,
      ...(metadata === undefined ? {} : { metadata }),
      ...(resource === undefined ? {} : { resource }),
    });
    return { tokens: checkedTokens(next), issuer };
  } catch (error) {
    await checkRefusal(error, client, clientInformation.client_id, io);
    return 'refused';
  } finally {
    io.refreshing(false);
  }
}

/**
 * Throws an error that is not a refusal of the refresh token. If the authorization server refuses a registered client, the
 * refresh token of this client counts as refused, and the registration is removed, so that the next login registers a new client.
 */
async function checkRefusal(
  error: unknown,
  client: McpLoginClient,
  clientId: string,
  { shared, label }: RefreshIo,
): Promise<void> {
  const code = asText(asRecord(error)['code']);
  const isClientRefused = code === 'invalid_client' || code === 'unauthorized_client';
  if (isClientRefused && 'register' in client) await forgetRegistration(shared, clientId);
  else if (isClientRefused)
    throw new LlmError(
      'auth',
      `${label}: the authorization server refused the client (${code}); check clientId and clientSecret`,
      { code: 'login-failed' },
    );
  else if (code !== 'invalid_grant') throw error;
}
