import { LlmError } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import type { StoredOAuthTokens } from '@modelcontextprotocol/client';
import type { McpLoginClient } from '../options.ts';
import { loadClient } from '../sdk.ts';
import { forgetRegistration, isSameIssuer, refreshClient, type LoginClientIo } from './login-client.ts';
import { loginServer, type Challenge } from './login-server.ts';
import type { StoredTokens } from './stored-tokens.ts';

/** Time after which the store contains the tokens of another process, in milliseconds. */
const SETTLE_MS = 250;

/** Dependencies of `refreshTokens`. */
export interface RefreshIo extends Pick<LoginClientIo, 'label' | 'name' | 'registrations' | 'fetchFn'> {
  readonly tokens: StoredTokens;
  readonly serverUrl: string;
  readonly challenge: Challenge;
  /** Called before and after the request with the refresh token. */
  readonly refreshing: (isRefreshing: boolean) => void;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Refreshes the tokens, and returns whether tokens are available. If the authorization server no longer accepts the refresh token,
 * reads the store again, because another process may have used it first. Sends no token to another authorization server.
 */
export async function refreshTokens(client: McpLoginClient, io: RefreshIo): Promise<boolean> {
  const { tokens, serverUrl, challenge, fetchFn, label } = io;
  const current = await tokens.get();
  if (current === undefined) return false;
  if (current.refresh_token === undefined) {
    await tokens.lose();
    return false;
  }
  const server = await loginServer(serverUrl, challenge, fetchFn);
  if (current.issuer === undefined || !isSameIssuer(current.issuer, server.issuer)) return false;
  const { client: stored } = await tokens.login();
  const clientInformation = refreshClient(client, stored, server, label);
  if (clientInformation === undefined) return false;
  const { refreshAuthorization } = await loadClient();
  const { metadata, resource, url } = server;
  let next: StoredOAuthTokens;
  io.refreshing(true);
  try {
    next = await refreshAuthorization(url, {
      clientInformation,
      refreshToken: current.refresh_token,
      fetchFn,
      ...(metadata === undefined ? {} : { metadata }),
      ...(resource === undefined ? {} : { resource }),
    });
    // The user may have disconnected in the meantime.
    if (!(await tokens.isStored())) return false;
    await tokens.save(next, current.issuer);
    return true;
  } catch (error) {
    return await afterRefusal(error, client, clientInformation.client_id, current, io);
  } finally {
    io.refreshing(false);
  }
}

/** Returns whether another process has stored new tokens. Otherwise, removes the tokens. Throws errors that are not a refusal. */
async function afterRefusal(
  error: unknown,
  client: McpLoginClient,
  clientId: string,
  { issuer = '' }: StoredOAuthTokens,
  io: RefreshIo,
): Promise<boolean> {
  const { tokens, sleep, label } = io;
  const code = asText(asRecord(error)['code']);
  const isClientRefused = code === 'invalid_client' || code === 'unauthorized_client';
  if (isClientRefused && 'register' in client) await forgetRegistration(io, issuer, clientId);
  else if (isClientRefused)
    throw new LlmError(
      'auth',
      `${label}: the authorization server refused the client (${code}); check clientId and clientSecret`,
      { code: 'login-failed' },
    );
  else if (code !== 'invalid_grant') throw error;
  if (await tokens.reload()) return true;
  await sleep(SETTLE_MS);
  if (await tokens.reload()) return true;
  await tokens.lose();
  return false;
}
