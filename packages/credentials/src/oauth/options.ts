import { LlmError, type Clock, type Credential } from '@majordomo/core';
import { checkOptions as checkKinds, type KindsOf } from '@majordomo/core/toolkit';
import type { Vault } from '../vault/vault.ts';
import type { Dialect } from './dialects.ts';

/** Where tokens come from, for whom, and where they are kept. */
export interface OAuthOptions {
  /** Keeps the tokens, and its lock makes refreshes one at a time. */
  readonly vault: Vault;
  /** The entry's name in the vault. */
  readonly name: string;
  /** The app's own, as the vendor has registered it: none is shipped. OpenRouter needs none: `''`. */
  readonly clientId: string;
  /** Where the vendor hands one out to installed apps too. */
  readonly clientSecret?: string | undefined;
  /** An issuer with discovery, or the endpoints. https, or http on a loopback address. */
  readonly issuer?: string | undefined;
  /** Win over what is discovered. */
  readonly endpoints?: OAuthEndpoints | undefined;
  /** What the token is for, in the vendor's words. */
  readonly scopes?: readonly string[] | undefined;
  /** How long before its end a token is refreshed. Default 60 s. */
  readonly earlyMs?: number | undefined;
  /** Further parameters of the authorization request, such as `access_type`. */
  readonly extra?: Readonly<Record<string, string>> | undefined;
  /** Of an authority that differs from the standard; a preset says it. */
  readonly dialect?: Dialect | undefined;
  /** Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** Addresses of an authority that has no discovery. */
export interface OAuthEndpoints {
  readonly authorize?: string | undefined;
  readonly token: string;
  readonly device?: string | undefined;
  readonly revoke?: string | undefined;
}

/** How a person is asked to log in. */
export interface LoginIo {
  readonly signal?: AbortSignal | undefined;
  /** The address to open, and for the device flow the code to enter there. */
  show(prompt: {
    readonly url: string;
    readonly code?: string | undefined;
    readonly expiresAt?: number | undefined;
  }): void | Promise<void>;
  /** Default 300,000. */
  readonly timeoutMs?: number | undefined;
  /** For a pasted redirect: the whole address, or its query. */
  readonly paste?: (() => Promise<string>) | undefined;
}

/** A login that renews itself. */
export interface TokenSource {
  /** For a provider's `apiKey`. One refresh at a time, in this process and in others. */
  readonly credential: Credential;
  /**
   * Rejects as `auth` with code `login-denied`, `login-expired` or `login-failed`, or as `aborted`. The redirect is
   * `http://127.0.0.1:<port>/callback`. Default flow: `browser`.
   */
  login(io: LoginIo, flow?: 'browser' | 'device'): Promise<void>;
  /** Revokes the token where the authority can, and forgets it in any case. */
  logout(): Promise<void>;
  /** `ok`: usable now, or renewable without a person. `expired`: over, with nothing to renew it by. */
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
  earlyMs: 0,
  extra: 'object',
  dialect: true,
  fetch: 'function',
  clock: 'object with now',
};

/** Before any request. Throws `config`. */
export function checkOptions(options: OAuthOptions): void {
  checkKinds('oauth', options, KINDS, ['vault', 'name', 'clientId']);
  const { issuer, endpoints, clientId, name, dialect } = options;
  if (dialect !== 'openrouter' && clientId.trim() === '')
    throw wrong('clientId', 'is empty: register the app with the vendor');
  if (name.trim() === '') throw wrong('name', 'is empty: it names the entry of the vault');
  if (issuer === undefined && endpoints === undefined)
    throw wrong('issuer', 'is missing: name an issuer, or endpoints');
  if (issuer !== undefined) checkAddress('issuer', issuer);
  for (const [key, address] of Object.entries(endpoints ?? {})) {
    if (address !== undefined) checkAddress(`endpoints.${key}`, String(address));
  }
}

function checkAddress(path: string, address: string): void {
  const url = URL.parse(address);
  if (url === null) throw wrong(path, 'is not an address');
  if (url.protocol === 'https:' || isLoopback(url)) return;
  throw wrong(path, 'is not https: tokens are sent in the clear to loopback addresses only');
}

/** Where nobody else listens on the way. */
export const isLoopback = (url: URL): boolean =>
  url.protocol === 'http:' && /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname);

const wrong = (path: string, why: string): LlmError =>
  new LlmError('config', `oauth: ${path} ${why}`, { path });
