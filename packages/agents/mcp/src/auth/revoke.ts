import { LlmError } from '@majordomo/core';
import type {
  FetchLike,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { loadClient } from '../sdk.ts';
import { isSameIssuer } from './login-client.ts';
import type { LoginServer } from './login-server.ts';

/**
 * Revokes tokens (RFC 7009) if the authorization server supports it. Revokes the refresh token first, because the server also
 * revokes the access token with it. Sends nothing to another issuer than that of the tokens, and no tokens
 * without an issuer.
 */
export async function revokeTokens(
  { access_token, refresh_token, issuer = '' }: StoredOAuthTokens,
  client: StoredOAuthClientInformation | undefined,
  { metadata, issuer: actual }: LoginServer,
  fetchFn: FetchLike,
): Promise<void> {
  if (!isSameIssuer(issuer, actual)) throw new Error('the server uses another authorization server');
  const members: Readonly<Record<string, unknown>> = { ...metadata };
  const address = members['revocation_endpoint'];
  if (client === undefined || typeof address !== 'string') return;
  const { assertSecureTokenEndpoint, selectClientAuthMethod } = await loadClient();
  const url = assertSecureTokenEndpoint(address);
  const methods = members['revocation_endpoint_auth_methods_supported'];
  const supported = Array.isArray(methods)
    ? methods
    : (metadata?.token_endpoint_auth_methods_supported ?? []);
  const { client_id, client_secret } = client;
  const method = selectClientAuthMethod(client, supported.map(String));
  const isBasic = method === 'client_secret_basic';
  for (const [token, hint] of [
    [refresh_token, 'refresh_token'],
    [access_token, 'access_token'],
  ] as const) {
    if (token === undefined) continue;
    const body = new URLSearchParams({ token, token_type_hint: hint });
    if (!isBasic) body.set('client_id', client_id);
    if (method === 'client_secret_post' && client_secret !== undefined)
      body.set('client_secret', client_secret);
    const response = await fetchFn(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(isBasic && { authorization: `Basic ${btoa(`${client_id}:${client_secret ?? ''}`)}` }),
      },
      body,
    });
    await response.body?.cancel();
    if (!response.ok)
      throw new LlmError(
        'auth',
        `the authorization server refused to revoke a token with status ${response.status}`,
      );
  }
}
