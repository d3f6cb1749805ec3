import type { FetchLike, OAuthServerInfo } from '@modelcontextprotocol/client';
import { loadClient } from '../sdk.ts';

/** Authorization server of an MCP server. The members are JSON, so that another process can finish a login. */
export interface LoginServer {
  readonly issuer: string;
  readonly url: string;
  readonly metadata?: OAuthServerInfo['authorizationServerMetadata'];
  /** Address of the MCP server for which tokens are requested (RFC 8707). */
  readonly resource?: string | undefined;
  /** Scopes that the MCP server lists in its metadata. */
  readonly scopes?: readonly string[] | undefined;
}

/** Request for authorization by an MCP server, from the header `WWW-Authenticate`. */
export interface Challenge {
  readonly resourceMetadataUrl?: URL | undefined;
  readonly scope?: string | undefined;
}

/** Returns the challenge of a response. */
export async function challengeOf(response: Response): Promise<Challenge & { readonly error?: string }> {
  const { extractWWWAuthenticateParams } = await loadClient();
  return extractWWWAuthenticateParams(response);
}

/** Searches for the authorization server in the metadata of an MCP server. */
export async function loginServer(
  serverUrl: string,
  { resourceMetadataUrl }: Challenge,
  fetchFn: FetchLike,
): Promise<LoginServer> {
  const sdk = await loadClient();
  const { authorizationServerUrl, authorizationServerMetadata, resourceMetadata } =
    await sdk.discoverOAuthServerInfo(serverUrl, {
      fetchFn,
      ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
    });
  const resource = resourceMetadata?.resource;
  const requestedResource = sdk.resourceUrlFromServerUrl(serverUrl);
  if (
    resource !== undefined &&
    !sdk.checkResourceAllowed({ requestedResource, configuredResource: resource })
  )
    throw new Error('the metadata of the server describes another resource');
  const url = authorizationServerUrl;
  return {
    issuer: authorizationServerMetadata?.issuer ?? url,
    url,
    metadata: authorizationServerMetadata,
    resource,
    scopes: resourceMetadata?.scopes_supported,
  };
}

/** Returns the union of scopes, separated by spaces, or `undefined` without scopes. */
export function scopeUnion(...scopes: readonly (string | undefined)[]): string | undefined {
  const all = new Set(scopes.flatMap((scope) => scopesIn(scope)));
  return all.size === 0 ? undefined : [...all].join(' ');
}

/** Whether `scope` contains all scopes of `required`. */
export function includesScopes(scope: string | undefined, required: string): boolean {
  const known = new Set(scopesIn(scope));
  return scopesIn(required).every((one) => known.has(one));
}

/** Maximum length of the scopes that a server may request with status 403. */
const MAX_SCOPE_CHARS = 2000;

/** Whether a server may request this scope (RFC 6749, section 3.3). */
export const isScope = (scope: string): boolean =>
  scope.length <= MAX_SCOPE_CHARS && /^[\u0021\u0023-\u005b\u005d-\u007e ]+$/.test(scope);

const scopesIn = (scope = ''): readonly string[] => scope.split(/\s+/).filter((one) => one !== '');
