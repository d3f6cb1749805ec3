import { LlmError } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { limitBody, retryAfterMs } from '@majordomo/wire-kit';
import * as protocol from 'oauth4webapi';
import { secret } from '../secret.ts';
import type { StoredCredential } from '../vault/vault.ts';
import { DIALECTS } from './dialects.ts';
import type { OAuthOptions } from './options.ts';

/** Maximum time to wait for the authority's response, in milliseconds. */
const ANSWER_TIMEOUT_MS = 30_000;

// oxlint-disable-next-line typescript/no-deprecated -- deprecated as a warning; used for loopback addresses only
const INSECURE: typeof protocol.allowInsecureRequests = protocol.allowInsecureRequests;

/** Characters of a token (RFC 6749, appendix A.12). */
const VISIBLE = /^[\x20-\x7e]+$/;

/** Tokens that a token endpoint granted. `expiresAt` is computed with the local clock. */
export type Tokens = Pick<StoredCredential, 'value' | 'refresh' | 'issuedAt' | 'expiresAt'>;

/** Values of one login with an authorization code. */
interface CodeLogin {
  readonly redirect: string;
  readonly verifier: string;
  readonly state: string;
}

/** Client of one authority, based on oauth4webapi. The errors that it throws contain no tokens. */
export class Authority {
  readonly client: protocol.Client;
  private readonly options: OAuthOptions;
  private readonly now: () => number;
  private readonly address: URL;
  private discovery: Promise<protocol.AuthorizationServer> | undefined;

  constructor(options: OAuthOptions, now: () => number) {
    this.options = options;
    this.now = now;
    this.address = new URL(String(options.issuer ?? options.endpoints?.token));
    // oauth4webapi requires a client id. OpenRouter has none, and its dialect does not send this one.
    this.client = { client_id: options.clientId === '' ? 'none' : options.clientId };
  }

  /** Returns the authority's endpoints. Discovers them at the first call, and again after a failed discovery. */
  async server(signal: AbortSignal): Promise<protocol.AuthorizationServer> {
    // Other logins and refreshes may wait for the same discovery, so an abort does not stop it.
    this.discovery ??= this.discover(new AbortController().signal).catch((error: unknown) => {
      this.discovery = undefined;
      throw asLoginError(error, 'discovery');
    });
    return abortable(this.discovery, signal);
  }

  async authorizeUrl({ redirect, verifier, state }: CodeLogin, signal: AbortSignal): Promise<string> {
    const { authorization_endpoint: address } = await this.server(signal);
    if (address === undefined)
      throw missingEndpoint('authorization endpoint', 'log in with the flow "device"');
    const url = new URL(address);
    const parameters = {
      ...this.options.extra,
      response_type: 'code',
      client_id: this.client.client_id,
      redirect_uri: redirect,
      ...this.scope(),
      code_challenge: await protocol.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return (this.dialect?.authorize?.(url) ?? url).href;
  }

  async exchange(
    answer: URLSearchParams,
    { redirect, verifier, state }: CodeLogin,
    signal: AbortSignal,
  ): Promise<Tokens> {
    const server = await this.server(signal);
    const checked = protocol.validateAuthResponse(server, this.client, answer, state);
    const response = await protocol.authorizationCodeGrantRequest(
      ...this.request(server),
      checked,
      redirect,
      verifier,
      this.http(signal),
    );
    return this.tokens(await protocol.processAuthorizationCodeResponse(server, this.client, response));
  }

  async device(signal: AbortSignal): Promise<protocol.DeviceAuthorizationResponse> {
    const server = await this.server(signal);
    if (server.device_authorization_endpoint === undefined)
      throw missingEndpoint('device endpoint', 'log in with the flow "browser"');
    const parameters = new URLSearchParams({ ...this.options.extra, ...this.scope() });
    const response = await protocol.deviceAuthorizationRequest(
      ...this.request(server),
      parameters,
      this.http(signal),
    );
    return protocol.processDeviceAuthorizationResponse(server, this.client, response);
  }

  async poll(deviceCode: string, signal: AbortSignal): Promise<Tokens> {
    const server = await this.server(signal);
    const response = await protocol.deviceCodeGrantRequest(
      ...this.request(server),
      deviceCode,
      this.http(signal),
    );
    return this.tokens(await protocol.processDeviceCodeResponse(server, this.client, response));
  }

  async refresh(token: string, signal: AbortSignal): Promise<Tokens> {
    const server = await this.server(signal);
    const response = await protocol.refreshTokenGrantRequest(
      ...this.request(server),
      token,
      this.http(signal),
    );
    return this.tokens(await protocol.processRefreshTokenResponse(server, this.client, response));
  }

  /** Revokes a token if the authority has a revocation endpoint. */
  async revoke(token: string, signal: AbortSignal): Promise<void> {
    const server = await this.server(signal);
    if (server.revocation_endpoint === undefined) return;
    const response = await protocol.revocationRequest(...this.request(server), token, this.http(signal));
    await response.body?.cancel();
  }

  private async discover(signal: AbortSignal): Promise<protocol.AuthorizationServer> {
    const { issuer, endpoints } = this.options;
    const known: protocol.AuthorizationServer = {
      issuer: issuer ?? this.address.origin,
      ...(endpoints?.authorize !== undefined && { authorization_endpoint: endpoints.authorize }),
      ...(endpoints !== undefined && { token_endpoint: endpoints.token }),
      ...(endpoints?.device !== undefined && { device_authorization_endpoint: endpoints.device }),
      ...(endpoints?.revoke !== undefined && { revocation_endpoint: endpoints.revoke }),
    };
    if (issuer === undefined || endpoints !== undefined) return known;
    const url = new URL(issuer);
    const response = await protocol.discoveryRequest(url, { ...this.http(signal), algorithm: 'oidc' });
    return protocol.processDiscoveryResponse(url, response);
  }

  private get dialect(): (typeof DIALECTS)[keyof typeof DIALECTS] | undefined {
    return this.options.dialect && DIALECTS[this.options.dialect];
  }

  private scope(): { scope?: string } {
    const { scopes = [] } = this.options;
    return scopes.length === 0 ? {} : { scope: scopes.join(' ') };
  }

  /** Returns the first arguments of every request: the authority, the client, and the client's authentication. */
  private request(
    server: protocol.AuthorizationServer,
  ): [protocol.AuthorizationServer, protocol.Client, protocol.ClientAuth] {
    const { clientSecret } = this.options;
    const authentication =
      clientSecret === undefined ? protocol.None() : protocol.ClientSecretPost(clientSecret);
    return [server, this.client, authentication];
  }

  /** Returns the options of every request: the transport, which speaks the dialect, and a signal with the timeout. */
  private http(signal: AbortSignal): {
    [protocol.customFetch]: typeof send;
    [INSECURE]: boolean;
    signal: AbortSignal;
  } {
    const { fetch: applicationFetch = globalThis.fetch } = this.options;
    const { dialect } = this;
    const fetch = async (url: string, init: RequestInit): Promise<Response> =>
      limitBody(await applicationFetch(url, init), "the authority's answer", MAX_ANSWER_BYTES);
    const send = async (url: string, init: FetchOptions): Promise<Response> => {
      // A redirect would send codes and tokens to another address. oauth4webapi rejects the response with its status.
      const request = { ...init, body: init.body ?? null, redirect: 'manual' } as const;
      if (dialect === undefined || init.method !== 'POST') return withoutIdentity(await fetch(url, request));
      const post = (to: string, body: object): Promise<Response> =>
        fetch(to, { ...request, ...bodyOf(body) });
      return withoutIdentity(await dialect.post(url, new URLSearchParams(init.body), post));
    };
    return {
      [protocol.customFetch]: send,
      // `checkOptions` permits http on loopback addresses only.
      [INSECURE]: this.address.protocol === 'http:',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
    };
  }

  private tokens(answer: protocol.TokenEndpointResponse): Tokens {
    const { access_token: access, refresh_token: refresh, expires_in: lifetime } = answer;
    if (!VISIBLE.test(access) || access.trim() === '')
      throw new LlmError(
        'protocol',
        'oauth: the token is blank or cannot be sent in a header; report this problem to the vendor',
      );
    const issuedAt = this.now();
    return {
      value: secret(access),
      refresh: refresh === undefined ? undefined : secret(refresh),
      issuedAt,
      expiresAt: lifetime === undefined ? undefined : issuedAt + lifetime * 1000,
    };
  }
}

/** Maximum size of a response in bytes. Tokens and endpoint lists have only a few kilobytes. */
const MAX_ANSWER_BYTES = 2 ** 20;

/** Options that oauth4webapi passes to a transport. */
type FetchOptions = protocol.CustomFetchOptions<string, URLSearchParams | undefined>;

function bodyOf(body: object): Pick<RequestInit, 'body' | 'headers'> {
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    body: isForm ? body : JSON.stringify(body),
    headers: { accept: 'application/json', 'content-type': type },
  };
}

/** Removes the ID token, which is not used. oauth4webapi would reject a response whose ID token has a wrong time or issuer. */
async function withoutIdentity(response: Response): Promise<Response> {
  if (!response.ok || !(response.headers.get('content-type') ?? '').includes('json')) return response;
  const text = await response.text();
  const { status } = response;
  const headers = { 'content-type': 'application/json' };
  try {
    const { id_token: _identity, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return new Response(JSON.stringify(rest), { status, headers });
  } catch {
    return new Response(text, { headers });
  }
}

const missingEndpoint = (what: string, instead: string): LlmError =>
  new LlmError('config', `oauth: the authorization server has no ${what}; ${instead}`);

/** Returns the OAuth error code, such as `invalid_grant`, and the status and Retry-After of a failed response, if available. */
export function failureDetails(error: unknown): {
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
} {
  const isCoded =
    error instanceof protocol.ResponseBodyError || error instanceof protocol.AuthorizationResponseError;
  const response = responseOf(error);
  return {
    code: isCoded ? error.error : undefined,
    status: response?.status,
    retryAfterMs: retryAfterMs(response?.headers, Date.now()),
  };
}

function responseOf(error: unknown): Response | undefined {
  if (error instanceof protocol.ResponseBodyError || error instanceof protocol.WWWAuthenticateChallengeError)
    return error.response;
  const cause = error instanceof protocol.OperationProcessingError ? error.cause : undefined;
  return cause instanceof Response ? cause : undefined;
}

/** Converts an error. The message begins with `what`, the name of the failed step. Omits the cause, which may contain secrets. */
export function asLoginError(error: unknown, what: string): LlmError {
  if (LlmError.is(error)) return error;
  const { code, ...details } = failureDetails(error);
  const { status = 0 } = details;
  const authError = (reason: string, message: string): LlmError =>
    new LlmError('auth', message, { ...details, code: reason });
  if (code === 'access_denied')
    return authError('login-denied', 'oauth: the user or the server denied the login; start the login again');
  if (code === 'expired_token')
    return authError('login-expired', 'oauth: the login was not completed in time; start the login again');
  const answered = `${what}: the authorization server returned`;
  if (status === 429 || status >= 500)
    return new LlmError(
      status === 429 ? 'rate-limit' : 'server',
      `${answered} ${status}; try again later`,
      details,
    );
  if (code !== undefined || status >= 400) {
    const parts = [details.status, errorCode(code)].filter((part) => part !== undefined);
    return authError('login-failed', `${answered} ${parts.join(' ')}`);
  }
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new LlmError('timeout', `${what}: the server did not respond in ${ANSWER_TIMEOUT_MS / 1000} s`);
  // `fetch` throws a TypeError without a code. A TypeError of oauth4webapi has a code.
  if (error instanceof TypeError && !('code' in error))
    return new LlmError('network', `${what}: the connection to the server failed; check the network`);
  const known = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new LlmError('protocol', `${what}: the server sent an invalid OAuth response (${known})`);
}

/** Returns an OAuth error code, or `undefined` for any other value, because such a value may repeat the request's secrets. */
const errorCode = (code: string | undefined): string | undefined =>
  code !== undefined && /^[a-z]+(?:_[a-z]+)*$/.test(code) && code.length <= 40 ? code : undefined;
