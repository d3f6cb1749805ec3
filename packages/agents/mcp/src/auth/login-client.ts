import { LlmError } from '@majordomo/core';
import type {
  FetchLike,
  OAuthClientMetadata,
  StoredOAuthClientInformation,
} from '@modelcontextprotocol/client';
import type { McpLoginClient } from '../options.ts';
import { loadClient } from '../sdk.ts';
import { Entry, type EntryOwner } from '../entry.ts';
import type { LoginServer } from './login-server.ts';

/** Dependencies of `clientFor`. */
export interface LoginClientIo {
  /** Beginning of error messages. */
  readonly label: string;
  /** Toolbox of the registration, which all users share. */
  readonly shared: EntryOwner;
  readonly redirectUrl: string;
  readonly scope: string | undefined;
  readonly fetchFn: FetchLike;
  readonly now: number;
}

/** Returns the client with which a user logs in at an authorization server. Registers the client if the options require it. */
export async function clientFor(
  client: McpLoginClient,
  server: LoginServer,
  io: LoginClientIo,
): Promise<StoredOAuthClientInformation> {
  if (!('register' in client)) return knownClient(client, server, io.label);
  const { redirectUrl, now } = io;
  const { issuer } = server;
  const entry = registrationOf(io.shared);
  const stored = (await entry.read())?.data;
  if (
    stored?.redirectUrl === redirectUrl &&
    stored.client.issuer === issuer &&
    !hasExpired(stored.client, now)
  )
    return stored.client;
  const registered = { ...(await register(client.register, server, io)), issuer };
  await entry.write({ redirectUrl, client: registered });
  return registered;
}

/**
 * Returns the client that refreshes tokens: the one that received them. For a registered client, this is the client that is
 * stored with the tokens, if any. Every other client comes from the options.
 */
export const refreshClient = (
  client: McpLoginClient,
  stored: StoredOAuthClientInformation | undefined,
  server: LoginServer,
  label: string,
): StoredOAuthClientInformation | undefined =>
  'register' in client ? stored : knownClient(client, server, label);

/** Removes a registration that the authorization server no longer knows. */
export async function forgetRegistration(shared: EntryOwner, clientId: string): Promise<void> {
  const entry = registrationOf(shared);
  const stored = await entry.read();
  if (stored?.data.client.client_id === clientId) await entry.remove(stored.record.version);
}

/** Client that the latest authorization server of an MCP server has registered. */
interface Registration {
  readonly redirectUrl: string;
  readonly client: StoredOAuthClientInformation;
}

const registrationOf = (shared: EntryOwner): Entry<Registration> => new Entry(shared, 'client');

function knownClient(
  client: Exclude<McpLoginClient, { register: unknown }>,
  { issuer, metadata }: LoginServer,
  label: string,
): StoredOAuthClientInformation {
  if ('metadataUrl' in client) {
    // The address identifies the client at every authorization server, so the client has no issuer.
    if (metadata?.client_id_metadata_document_supported === true) return { client_id: client.metadataUrl };
    throw new LlmError(
      'auth',
      `${label}: the authorization server does not support place.auth.client.metadataUrl; replace it with clientId and issuer, or with register`,
      { code: 'login-failed' },
    );
  }
  const { clientId, clientSecret } = client;
  // The message does not contain the other issuer, because an attacker may have chosen it.
  if (!isSameIssuer(client.issuer, issuer))
    throw new LlmError(
      'auth',
      `${label}: the server uses another authorization server than ${client.issuer}; check the issuer of the client`,
      { code: 'other-issuer' },
    );
  return {
    client_id: clientId,
    issuer,
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
  };
}

/** Whether two issuers are equal, apart from one slash at the end. */
export const isSameIssuer = (first: string, second: string): boolean =>
  first.replace(/\/$/, '') === second.replace(/\/$/, '');

/** Whether the secret of a registered client has expired. The time is in seconds, and 0 means never (RFC 7591). */
const hasExpired = (client: StoredOAuthClientInformation, now: number): boolean => {
  const seconds: unknown = Reflect.get(client, 'client_secret_expires_at');
  return typeof seconds === 'number' && seconds !== 0 && seconds * 1000 <= now;
};

/** Methods of a client's authentication in order of preference. */
const METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const;

async function register(
  { name, uri }: Extract<McpLoginClient, { register: unknown }>['register'],
  { url, metadata }: LoginServer,
  { redirectUrl, scope, fetchFn }: LoginClientIo,
): Promise<StoredOAuthClientInformation> {
  const sdk = await loadClient();
  const supported = metadata?.token_endpoint_auth_methods_supported;
  const method = METHODS.find((one) => supported?.includes(one) === true);
  const clientMetadata: OAuthClientMetadata = {
    client_name: name,
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    ...(uri === undefined ? {} : { client_uri: uri }),
    ...(method === undefined ? {} : { token_endpoint_auth_method: method }),
  };
  // The SDK adds `application_type`, which depends on the redirect address.
  const complete = sdk.resolveClientMetadata({ clientMetadata, redirectUrl });
  // oxlint-disable-next-line typescript/no-deprecated -- for servers that offer nothing else
  return sdk.registerClient(url, {
    ...(metadata === undefined ? {} : { metadata }),
    clientMetadata: complete,
    ...(scope === undefined ? {} : { scope }),
    fetchFn,
  });
}
