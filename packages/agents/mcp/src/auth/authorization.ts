import { LlmError, messageOf } from '@majordomo/core';
import { definedMembers, redact } from '@majordomo/core/toolkit';
import type { AuthProvider, FetchLike } from '@modelcontextprotocol/client';
import { loadClient } from '../sdk.ts';
import { memoryStore, namedStore } from '../store.ts';
import { isProvider } from './check-auth.ts';
import { login, type AuthRequest, type LoginIo } from './login.ts';
import type { McpAuth, McpMachineAuth, McpOptions } from '../options.ts';
import { StoredTokens } from './stored-tokens.ts';

type UnauthorizedContext = Parameters<NonNullable<AuthProvider['onUnauthorized']>>[0];
type Io = Omit<LoginIo, 'tokens' | 'abandoned'>;

/** Returns the authorization of a server, or `undefined` if `place.auth` is not set or is a provider of the SDK. */
export function authorizationFor(options: McpOptions, io: Io): Authorization | undefined {
  const { name, place, store = memoryStore(2) } = options;
  if (!('url' in place) || place.auth === undefined || isProvider(place.auth)) return undefined;
  const { auth, url } = place;
  const secrets = new Set(
    auth.grant === 'login' ? [] : [auth.grant === 'private-key-jwt' ? auth.privateKey : auth.clientSecret],
  );
  const issuer =
    auth.grant !== 'login' ? auth.issuer : 'issuer' in auth.client ? auth.client.issuer : undefined;
  const tokens = new StoredTokens(namedStore(store, io.label), { name, url, issuer }, secrets);
  return new Authorization(auth, { ...io, tokens }, secrets);
}

/** Request for a token, with a login if it is necessary. All calls that need the token wait for the same attempt. */
interface Attempt {
  readonly controller: AbortController;
  /** Whether the attempt waits for the user's login. */
  isWithUser: boolean;
  done: Promise<void>;
}

/** Authorization of a server, which all sessions with the server share. */
export class Authorization {
  /** Secrets that are masked in errors. */
  readonly secrets: ReadonlySet<string>;
  private readonly auth: McpAuth;
  private readonly io: Omit<LoginIo, 'abandoned'>;
  private attempt: Attempt | undefined;

  constructor(auth: McpAuth, io: Omit<LoginIo, 'abandoned'>, secrets: ReadonlySet<string>) {
    this.auth = auth;
    this.io = io;
    this.secrets = secrets;
  }

  /**
   * Returns the provider of tokens for a transport. After a 401, the SDK calls `onUnauthorized` and repeats the request.
   * `fetchFn` must not add headers of the MCP server, because it sends requests to the authorization server.
   */
  provider(fetchFn: FetchLike): AuthProvider {
    return {
      token: async () => (await this.io.tokens.get())?.access_token,
      onUnauthorized: async (context) => {
        this.attempt ??= this.start(context, fetchFn);
        await this.attempt.done;
      },
    };
  }

  /**
   * Ends the authorization in progress, because no call waits for it. The next call starts another one. Does not end a login that
   * waits for the user.
   */
  abandon(): void {
    if (this.attempt?.isWithUser === true) return;
    this.attempt?.controller.abort();
    this.attempt = undefined;
  }

  private start(context: UnauthorizedContext, fetchFn: FetchLike): Attempt {
    const attempt: Attempt = {
      controller: new AbortController(),
      isWithUser: false,
      done: Promise.resolve(),
    };
    attempt.done = this.authorize(context, fetchFn, attempt).finally(() => {
      if (this.attempt === attempt) this.attempt = undefined;
    });
    return attempt;
  }

  private async authorize(
    { response, serverUrl }: UnauthorizedContext,
    unboundFetch: FetchLike,
    attempt: Attempt,
  ): Promise<void> {
    const { auth } = this;
    const { signal: abandoned } = attempt.controller;
    // The SDK passes no signal to its authorization requests.
    const fetchFn: FetchLike = (url, init) => unboundFetch(url, { ...init, signal: abandoned });
    const pause = (): (() => void) => {
      attempt.isWithUser = true;
      const resume = this.io.pause();
      return () => {
        attempt.isWithUser = false;
        resume();
      };
    };
    const io = { ...this.io, pause, abandoned };
    try {
      if (await io.tokens.reload()) return;
      const { extractWWWAuthenticateParams } = await loadClient();
      const { resourceMetadataUrl, scope: requested } = extractWWWAuthenticateParams(response);
      const optional = definedMembers({ resourceMetadataUrl, scope: auth.scope ?? requested });
      const request = { serverUrl, fetchFn, ...optional } as AuthRequest;
      await (auth.grant === 'login' ? login(auth, request, io) : machineToken(auth, request, io));
    } catch (error) {
      throw this.failure(error);
    }
  }

  private failure(error: unknown): LlmError {
    if (LlmError.is(error)) return error;
    const { label } = this.io;
    // The message of an issuer mismatch contains values that an attacker may have chosen.
    const reason =
      error instanceof Error && error.name === 'IssuerMismatchError'
        ? 'the issuer is not that of the authorization server'
        : redact(messageOf(error), [...this.secrets]);
    // `fetch` reports an unreachable server with a TypeError.
    if (error instanceof TypeError) return new LlmError('network', `${label}: authorization: ${reason}`);
    return new LlmError('auth', `${label}: the authorization failed: ${reason}; check place.auth`, {
      code: 'login-failed',
    });
  }
}

/** Requests a token for a client without a user. The SDK sends the credentials only to the expected issuer. */
async function machineToken(
  auth: McpMachineAuth,
  request: AuthRequest,
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
  await sdk.auth(client, request);
  const received = client.tokens();
  if (received !== undefined) await tokens.save(received, expectedIssuer);
}
