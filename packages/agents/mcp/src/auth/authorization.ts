import { LlmError, messageOf, truncateText } from '@majordomo/core';
import { definedMembers, redact } from '@majordomo/core/toolkit';
import type { auth as sdkAuth, AuthProvider, FetchLike } from '@modelcontextprotocol/client';
import { memoryRecords } from '@majordomo/records';
import { loadClient } from '../sdk.ts';
import { namedRecords, type OwnedOptions } from '../entry.ts';
import type { McpAuth, McpMachineAuth } from '../options.ts';
import { isProvider } from './check-auth.ts';
import { checkedTokens } from './code-login.ts';
import { login, type LoginIo } from './login.ts';
import { challengeOf, includesScopes, isScope } from './login-server.ts';
import { refreshTokens } from './refresh.ts';
import { Secrets } from './secrets.ts';
import { StoredTokens } from './stored-tokens.ts';

type UnauthorizedContext = Parameters<NonNullable<AuthProvider['onUnauthorized']>>[0];
type Io = Pick<LoginIo, 'label' | 'clock' | 'signal' | 'pause'>;

/** Time in which a refresh may end after its calls were aborted, in milliseconds. */
const REFRESH_MS = 1000;
/** Time between two looks at the tokens that another process refreshes, in milliseconds. */
const POLL_MS = 100;

/** Returns the authorization of a server, or `undefined` if `place.auth` is not set or is a provider of the SDK. */
export function authorizationFor(options: OwnedOptions, io: Io): Authorization | undefined {
  const { name, user, place } = options;
  if (!('url' in place) || place.auth === undefined || isProvider(place.auth)) return undefined;
  const { auth, url } = place;
  const secrets = new Secrets(secretsIn(auth));
  const issuer = issuerIn(auth);
  const records = namedRecords(options.records ?? memoryRecords({ clock: io.clock }), io.label);
  const tokens = new StoredTokens({ records, name, user, place, issuer }, secrets);
  return new Authorization(auth, { ...io, shared: { records, name, place }, tokens, url }, secrets);
}

function issuerIn(auth: McpAuth): string | undefined {
  if (auth.grant !== 'login') return auth.issuer;
  return 'issuer' in auth.client ? auth.client.issuer : undefined;
}

function secretsIn(auth: McpAuth): readonly string[] {
  if (auth.grant === 'private-key-jwt') return [auth.privateKey];
  if (auth.grant === 'client-credentials') return [auth.clientSecret];
  const secret = 'clientSecret' in auth.client ? auth.client.clientSecret : undefined;
  return secret === undefined ? [] : [secret];
}

/** Request for a token, with a login if it is necessary. All calls that need the token wait for the same attempt. */
interface Attempt {
  readonly controller: AbortController;
  /** Whether the attempt waits for the user's login. */
  isWithUser: boolean;
  /** Whether the attempt has sent a refresh token. The response may contain the next one, so the attempt ends later. */
  isRefreshing: boolean;
  done: Promise<void>;
}

interface AuthorizationIo extends LoginIo {
  /** Address of the MCP server. */
  readonly url: string;
}

/** Authorization of a server, which all sessions with the server share. */
export class Authorization {
  /** Secrets that are masked in errors. */
  readonly secrets: Secrets;
  private readonly auth: McpAuth;
  private readonly io: AuthorizationIo;
  private attempt: Attempt | undefined;

  constructor(auth: McpAuth, io: AuthorizationIo, secrets: Secrets) {
    this.auth = auth;
    this.io = io;
    this.secrets = secrets;
  }

  /**
   * Returns the provider of tokens for a transport. After a 401, the SDK calls `onUnauthorized` and repeats the request.
   * `fetchFn` must not add headers of the MCP server, because it sends requests to the authorization server. `tokenOf` returns the
   * token of the request that received a response.
   */
  provider(fetchFn: FetchLike, tokenOf: (response: Response) => string | undefined): AuthProvider {
    const { tokens } = this.io;
    return {
      token: async () => (await tokens.get())?.access_token,
      onUnauthorized: async (context) => {
        const current = (await tokens.get())?.access_token;
        const used = tokenOf(context.response);
        // Another call has received a token since this request was sent with the former token, or without one.
        if (current !== undefined && used !== current) return;
        const joined = this.attempt;
        const authorize = (): Promise<void> => {
          this.attempt ??= this.start((attempt) => this.authorize(context, fetchFn, attempt, used));
          return this.attempt.done;
        };
        await authorize().catch((error: unknown) => {
          // The attempt ended because the calls that started it were aborted.
          if (joined?.controller.signal.aborted !== true) throw error;
          return authorize();
        });
      },
    };
  }

  /** Returns the token that another call or process has stored since a request with the token `used`, if any. */
  async storedToken(used: string | undefined): Promise<string | undefined> {
    const { tokens } = this.io;
    if (used === undefined) return undefined;
    const current = (await tokens.get())?.access_token;
    if (current !== used) return current;
    return (await tokens.reload()) ? (await tokens.get())?.access_token : undefined;
  }

  /**
   * Returns a token with the scopes that a response with status 403 requires, or `undefined` if no login can add them. `used`: token
   * of the request.
   */
  async stepUp(
    response: Response,
    used: string | undefined,
    fetchFn: FetchLike,
  ): Promise<string | undefined> {
    const { auth, io } = this;
    if (auth.grant !== 'login' || auth.show === undefined) return undefined;
    const { error, scope, resourceMetadataUrl } = await challengeOf(response);
    if (error !== 'insufficient_scope' || scope === undefined || !isScope(scope)) return undefined;
    await this.attempt?.done.catch(() => undefined);
    const current = (await io.tokens.get())?.access_token;
    if (current !== undefined && current !== used) return current;
    if (!(await this.lacks(scope))) return undefined;
    this.attempt ??= this.start((attempt) => {
      const { signal: abandoned } = attempt.controller;
      const request = { serverUrl: io.url, challenge: { resourceMetadataUrl, scope }, scopes: scope };
      return login(
        auth,
        { ...request, fetchFn: bound(fetchFn, abandoned), abandoned },
        this.loginIo(attempt),
      );
    });
    await this.attempt.done;
    return (await io.tokens.get())?.access_token;
  }

  /** Whether the latest login did not request all of these scopes, so that another login may add them. */
  async lacks(scopes: string): Promise<boolean> {
    return !includesScopes((await this.io.tokens.login()).scope, scopes);
  }

  /** Whether the store contains a login that has requested these scopes. */
  async hasLogin(scopes: string | undefined): Promise<boolean> {
    const { tokens } = this.io;
    await tokens.reload();
    return (await tokens.get()) !== undefined && (scopes === undefined || !(await this.lacks(scopes)));
  }

  /**
   * Ends the authorization in progress, because no call waits for it. The next call starts another one. Does not end a login that
   * waits for the user.
   */
  abandon(): void {
    const { attempt } = this;
    if (attempt === undefined || attempt.isWithUser) return;
    const end = (): void => {
      attempt.controller.abort();
      if (this.attempt === attempt) this.attempt = undefined;
    };
    if (attempt.isRefreshing) void this.io.clock.sleep(REFRESH_MS, this.io.signal).then(end, end);
    else end();
  }

  private start(work: (attempt: Attempt) => Promise<void>): Attempt {
    const attempt: Attempt = {
      controller: new AbortController(),
      isWithUser: false,
      isRefreshing: false,
      // Replaced below, because the work needs the attempt.
      done: Promise.resolve(),
    };
    attempt.done = work(attempt)
      .catch((error: unknown) => {
        throw this.failure(error);
      })
      .finally(() => {
        if (this.attempt === attempt) this.attempt = undefined;
      });
    return attempt;
  }

  private loginIo(attempt: Attempt): LoginIo {
    const pause = (): (() => void) => {
      attempt.isWithUser = true;
      const resume = this.io.pause();
      return () => {
        attempt.isWithUser = false;
        resume();
      };
    };
    return { ...this.io, pause };
  }

  private async authorize(
    { response, serverUrl: address }: UnauthorizedContext,
    fetchFn: FetchLike,
    attempt: Attempt,
    used: string | undefined,
  ): Promise<void> {
    const { auth, io } = this;
    const { signal: abandoned } = attempt.controller;
    if (await this.isReplaced(used)) return;
    const challenge = await challengeOf(response);
    const serverUrl = String(address);
    const request = { serverUrl, challenge, fetchFn: bound(fetchFn, abandoned), abandoned };
    if (auth.grant !== 'login') await machineToken(auth, request, io);
    else if (!(await this.refresh(auth.client, request, attempt, used)))
      await login(auth, request, this.loginIo(attempt));
  }

  /**
   * Refreshes the tokens in one of the processes that share the store. Returns whether a new token is available. Otherwise, only
   * a login can provide one.
   */
  private async refresh(
    client: Extract<McpAuth, { grant: 'login' }>['client'],
    request: Pick<Parameters<typeof login>[1], 'serverUrl' | 'challenge' | 'fetchFn' | 'abandoned'>,
    attempt: Attempt,
    used: string | undefined,
  ): Promise<boolean> {
    const { tokens, clock } = this.io;
    for (;;) {
      if (await this.isReplaced(used)) return true;
      if (!tokens.isStored) return false;
      const result = await tokens.hold(clock);
      if (result.state === 'missing') return false;
      if (result.state === 'busy') await clock.sleep(POLL_MS, request.abandoned);
      else
        return refreshTokens(client, {
          ...this.io,
          ...request,
          lease: result.hold,
          refreshing: (isRefreshing) => {
            attempt.isRefreshing = isRefreshing;
          },
        });
    }
  }

  /** Reads the store. Returns whether it contains another token than `used`. */
  private async isReplaced(used: string | undefined): Promise<boolean> {
    const { tokens } = this.io;
    await tokens.reload();
    const current = (await tokens.get())?.access_token;
    return current !== undefined && current !== used;
  }

  private failure(error: unknown): LlmError {
    return authFailure(error, this.io.label, this.secrets);
  }
}

/** Binds requests to a signal, because the SDK passes no signal to its authorization requests. */
const bound =
  (fetchFn: FetchLike, signal: AbortSignal): FetchLike =>
  (url, init) =>
    fetchFn(url, { ...init, signal });

/**
 * Converts an error of an authorization. `guardedFetch` and `authorizationFetch` throw their `LlmError` as the cause of another
 * error.
 */
export function authFailure(error: unknown, label: string, secrets: Iterable<string>): LlmError {
  if (LlmError.is(error)) return error;
  if (error instanceof Error && LlmError.is(error.cause)) return error.cause;
  const reason = reasonOf(error, secrets);
  if (error instanceof Error && error.name === 'TimeoutError')
    return new LlmError(
      'timeout',
      `${label}: authorization: the authorization server did not respond in time`,
    );
  return new LlmError('auth', `${label}: the authorization failed: ${reason}; check place.auth`, {
    code: 'login-failed',
  });
}

/** Maximum length of a reason. The SDK's message contains the body of a response, which may have megabytes. */
const MAX_REASON_CHARS = 1000;

/** Returns the message of an error without secrets, and without values that an attacker may have chosen. */
function reasonOf(error: unknown, secrets: Iterable<string>): string {
  if (error instanceof Error && error.name === 'IssuerMismatchError')
    return 'the issuer is not that of the authorization server';
  // The message contains the text around the error, which may be a token.
  if (error instanceof SyntaxError) return 'the authorization server sent a response that is not JSON';
  return truncateText(redact(messageOf(error), [...secrets]), MAX_REASON_CHARS);
}

/** Requests a token for a client without a user. The SDK sends the credentials only to the expected issuer. */
async function machineToken(
  auth: McpMachineAuth,
  { serverUrl, challenge, fetchFn }: Pick<Parameters<typeof login>[1], 'serverUrl' | 'challenge' | 'fetchFn'>,
  { tokens }: Pick<LoginIo, 'tokens'>,
): Promise<void> {
  const sdk = await loadClient();
  const { clientId, issuer: expectedIssuer } = auth;
  const client =
    auth.grant === 'client-credentials'
      ? new sdk.ClientCredentialsProvider({ clientId, clientSecret: auth.clientSecret, expectedIssuer })
      : new sdk.PrivateKeyJwtProvider({
          clientId,
          privateKey: auth.privateKey,
          algorithm: auth.algorithm,
          expectedIssuer,
        });
  const optional = definedMembers({
    resourceMetadataUrl: challenge.resourceMetadataUrl,
    scope: auth.scope ?? challenge.scope,
  });
  await sdk.auth(client, { serverUrl, fetchFn, ...optional } as Parameters<typeof sdkAuth>[1]);
  const received = client.tokens();
  if (received !== undefined) await tokens.save(checkedTokens(received), expectedIssuer);
}
