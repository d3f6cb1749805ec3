import { LlmError, type Clock, type Credential } from '@majordomo/core';
import { checkOptions as checkKinds, isLoopback, type KindsOf } from '@majordomo/core/toolkit';
import type { Vault } from '../vault/vault.ts';
import type { Dialect } from './dialects.ts';

/** Options of `oauth`: the authority, client and vault of a login. */
export interface OAuthOptions {
  /** Vault that stores the tokens. Its lock permits one refresh at a time, across all processes that share the vault. */
  readonly vault: Vault;
  /** Name of the entry in the vault. */
  readonly name: string;
  /** Client id of your application, as registered with the vendor. `''` for OpenRouter, which needs no client id. */
  readonly clientId: string;
  /** Client secret, if the vendor issues one to installed applications. */
  readonly clientSecret?: string | undefined;
  /** Issuer that supports OpenID discovery. Required without `endpoints`. Must be https, or http on a loopback address. */
  readonly issuer?: string | undefined;
  /** Endpoints of an authority without discovery. Required without `issuer`. */
  readonly endpoints?: OAuthEndpoints | undefined;
  /** Names of the requested scopes, as the vendor defines them. @default [] */
  readonly scopes?: readonly string[] | undefined;
  /** Additional parameters of the authorization request, such as `access_type`. @default {} */
  readonly extra?: Readonly<Record<string, string>> | undefined;
  /** Protocol of the authority if it differs from OAuth. Presets set this option. @default OAuth */
  readonly dialect?: Dialect | undefined;
  /** Transport of all requests. `@default globalThis.fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Clock, for tests. `@default systemClock` */
  readonly clock?: Clock | undefined;
}

/** Endpoints of an authority without discovery. */
export interface OAuthEndpoints {
  readonly authorize?: string | undefined;
  readonly token: string;
  readonly device?: string | undefined;
  readonly revoke?: string | undefined;
}

/** Interaction with the user who logs in. */
export interface LoginIo {
  readonly signal?: AbortSignal | undefined;
  /** Shows the address to open, and in the device flow the code to enter there, which expires at `expiresAt` (epoch ms). */
  show(prompt: {
    readonly url: string;
    readonly code?: string | undefined;
    readonly expiresAt?: number | undefined;
  }): void | Promise<void>;
  /** Time limit of the login, in milliseconds. `@default 300_000` */
  readonly timeoutMs?: number | undefined;
  /** Function that asks the user to paste the address of the redirect, and returns the address or its query. */
  readonly paste?: (() => Promise<string>) | undefined;
}

/** Login whose token is refreshed automatically. */
export interface TokenSource {
  /**
   * Credential for the `apiKey` of a provider. Refreshes the token before it expires, with one refresh at a time across all
   * processes. While refreshes fail, the token is used until its expiry.
   */
  readonly credential: Credential;
  /**
   * Logs in and stores the tokens. The browser flow redirects to `http://127.0.0.1:<port>/callback`. Rejects with `auth` (code
   * `login-denied`, `login-expired` or `login-failed`), with `aborted`, or with the error of a request, such as `network`.
   *
   * @param flow default `browser`
   */
  login(io: LoginIo, flow?: 'browser' | 'device'): Promise<void>;
  /** Revokes the token if the authority supports revocation. Removes the token from the vault even if the revocation fails. */
  logout(): Promise<void>;
  /** Returns the status: `ok` (valid or refreshable), `expired`, `absent`, or `login-required` (a refresh failed permanently). */
  status(): Promise<'absent' | 'ok' | 'expired' | 'login-required'>;
}

const KINDS: KindsOf<OAuthOptions> = {
  vault: 'object with update',
  name: 'string',
  clientId: 'string',
  clientSecret: 'string',
  issuer: 'string',
  endpoints: 'object',
  scopes: 'array',
  extra: 'object',
  dialect: true,
  fetch: 'function',
  clock: 'object with now',
};

/** Throws `config` for invalid options. */
export function checkOptions(options: OAuthOptions): void {
  checkKinds('oauth', options, KINDS, ['vault', 'name', 'clientId']);
  const { issuer, endpoints, clientId, name, dialect } = options;
  if (dialect !== 'openrouter' && clientId.trim() === '')
    throw wrong('clientId', 'must not be empty; register your application with the vendor');
  if (name.trim() === '') throw wrong('name', 'must not be empty; pass the name of the vault entry');
  if (issuer === undefined && endpoints === undefined)
    throw wrong('issuer', 'is required; pass an issuer, or endpoints');
  if (issuer !== undefined) checkAddress('issuer', issuer);
  for (const [key, address] of Object.entries(endpoints ?? {})) {
    if (address !== undefined) checkAddress(`endpoints.${key}`, String(address));
  }
}

function checkAddress(path: string, address: string): void {
  const url = URL.parse(address);
  if (url === null) throw wrong(path, 'must be a URL');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return;
  throw wrong(path, 'must be https; only loopback addresses may receive tokens without encryption');
}

const wrong = (path: string, why: string): LlmError =>
  new LlmError('config', `oauth: ${path}: ${why}`, { path });
