import { LlmError, listeners, messageOf, systemClock } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { MAX_RECORDS } from '@majordomo/records';
import type { FetchLike } from '@modelcontextprotocol/client';
import { authFailure } from '../auth/authorization.ts';
import { beginLogin } from '../auth/begin-login.ts';
import { redeemCode } from '../auth/code-login.ts';
import { refreshClient } from '../auth/login-client.ts';
import { challengeOf, isScope, loginServer, type Challenge } from '../auth/login-server.ts';
import { LOGIN_MS, loginRequired } from '../auth/login.ts';
import { revokeTokens } from '../auth/revoke.ts';
import { Secrets } from '../auth/secrets.ts';
import { authorizationFetch, guardedFetch } from '../auth/server-fetch.ts';
import { StoredTokens } from '../auth/stored-tokens.ts';
import { openToolbox } from '../connect-mcp.ts';
import { namedRecords, SPACE, userPrefix } from '../entry.ts';
import { checkConnections } from './check-connections.ts';
import type { McpConnections, McpConnectionsOptions } from './options.ts';
import { newState, PendingLogins } from './pending-logins.ts';

const MAX_USER_CHARS = 256;

/** Maximum time of a request for a login, in milliseconds. */
const REQUEST_MS = 30_000;

/**
 * Connections of many users to one MCP server, for a web application whose users connect their accounts. All state is in the store,
 * so that any process can finish a login. Throws `config` for invalid options.
 *
 * @example
 * const tracker = createMcpConnections({
 *   name: 'tracker',
 *   place: { url: 'https://mcp.tracker.example/mcp' },
 *   client: { clientId, clientSecret, issuer: 'https://tracker.example' },
 *   redirectUrl: 'https://app.example/tracker/callback',
 *   records,
 * });
 * const { url } = await tracker.login(userId); // Redirect the user to this address.
 * await tracker.finish(request.url, userId); // In the route of the callback.
 * await using toolbox = await tracker.connect(userId);
 */
export function createMcpConnections(options: McpConnectionsOptions): McpConnections {
  return identifiedConnections(options).connections;
}

/** Connections of many users, with a function for an application that keeps its own connections with the tokens. */
export interface IdentifiedConnections {
  readonly connections: McpConnections;
  /** Returns the id of the stored login of a user, which is another after each login, or `undefined` without a login. Sends no request. */
  idOf(user: string): Promise<string | undefined>;
}

/** Login of one user. */
interface UserLogin {
  readonly tokens: StoredTokens;
  readonly pending: PendingLogins;
  /** Secrets that are masked in errors. */
  readonly secrets: Secrets;
  readonly fetchFn: FetchLike;
}

/** Creates connections as `createMcpConnections` does. */
export function identifiedConnections(options: McpConnectionsOptions): IdentifiedConnections {
  const shared = checkConnections(options);
  const {
    name,
    place,
    client: clientOptions,
    redirectUrl,
    loginMs = LOGIN_MS,
    clock = systemClock,
  } = options;
  const label = `mcp "${name}"`;
  const records = namedRecords(options.records, label);
  const emit = options.onEvent === undefined ? () => undefined : listeners(options.onEvent);

  const fetchFor = (secrets: Secrets): FetchLike => {
    const guarded = authorizationFetch(guardedFetch(place, label), label, secrets);
    return (url, init) => guarded(url, { ...init, signal: AbortSignal.timeout(REQUEST_MS) });
  };

  const loginOf = (user: string): UserLogin => {
    checkUser(user);
    const owner = { records, name, user, place };
    const secrets = new Secrets();
    if ('clientSecret' in clientOptions && clientOptions.clientSecret !== undefined)
      secrets.add(clientOptions.clientSecret);
    const issuer = 'issuer' in clientOptions ? clientOptions.issuer : undefined;
    const tokens = new StoredTokens({ ...owner, issuer }, secrets);
    const pending = new PendingLogins(owner, clock);
    return { tokens, pending, secrets, fetchFn: fetchFor(secrets) };
  };

  const idOf = async (user: string): Promise<string | undefined> => loginOf(user).tokens.id();

  /**
   * Returns the challenge of the server, which contains the scopes and the address of the metadata. Sends a request without a token
   * for this purpose. A server that does not refuse the request has no challenge.
   */
  const challengeFor = async (fetchFn: FetchLike): Promise<Challenge> => {
    const response = await fetchFn(place.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...place.headers, ...PROBE_HEADERS },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    await response.body?.cancel();
    return response.status === 401 ? challengeOf(response) : {};
  };

  /** Runs requests to the authorization server. Rejects with an `LlmError` without secrets. */
  const authorizing = async <T>({ secrets }: UserLogin, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw authFailure(error, label, secrets);
    }
  };

  const connections: McpConnections = {
    async login(user, { scopes } = {}) {
      if (scopes !== undefined && !isScope(scopes))
        throw new LlmError(
          'invalid-request',
          `${label}: scopes must be names of scopes, separated by spaces`,
          { path: 'scopes' },
        );
      const own = loginOf(user);
      const { fetchFn, tokens, pending } = own;
      return authorizing(own, async () => {
        const challenge = await challengeFor(fetchFn);
        const state = newState();
        const { login, url } = await beginLogin(
          { serverUrl: place.url, challenge, options, scopes, state },
          { label, shared: { records, name, place }, redirectUrl, fetchFn, clock, tokens },
        );
        await pending.add(state, login, loginMs);
        return { url: url.href };
      });
    },

    async finish(callbackUrl, user) {
      const own = loginOf(user);
      const callback = URL.parse(callbackUrl, redirectUrl)?.searchParams ?? new URLSearchParams();
      const [state = '', ...others] = callback.getAll('state');
      const login = others.length > 0 ? undefined : await own.pending.take(state);
      // The messages are equal, so that a user does not learn which logins of other users exist.
      if (login === undefined)
        throw new LlmError(
          'auth',
          `${label}: the login failed: no login of this user waits for this callback; start another login`,
          { code: 'login-failed' },
        );
      await authorizing(own, async () => {
        const io = { label, fetchFn: own.fetchFn, refusal: 'login-refused' };
        const tokens = await redeemCode(login, callback, io);
        const { client, scope } = login;
        await own.tokens.save(tokens, login.server.issuer, { client, scope });
      });
    },

    async connect(user, { signal } = {}) {
      if ((await idOf(user)) === undefined) throw loginRequired(label);
      return openToolbox({ ...shared, user, signal });
    },

    has: async (user) => (await idOf(user)) !== undefined,

    async disconnect(user) {
      const { tokens: stored, secrets, fetchFn } = loginOf(user);
      const tokens = await stored.get();
      const { client: received } = await stored.login();
      // The records are removed first, so that no failure of the server keeps the login.
      const prefix = userPrefix(name, user);
      const found = await records.list(SPACE, { prefix, values: false, limit: MAX_RECORDS });
      if (found.length > 0)
        await records.write(
          SPACE,
          found.map(({ key }) => ({ type: 'remove', key })),
        );
      if (tokens === undefined) return;
      try {
        const server = await loginServer(place.url, await challengeFor(fetchFn), fetchFn);
        const client = refreshClient(clientOptions, received, server, label);
        await revokeTokens(tokens, client, server, fetchFn);
      } catch (error) {
        const detail = redact(messageOf(error), [...secrets]);
        emit({ type: 'revocation-failed', detail: `${label}: the tokens were not revoked: ${detail}` });
      }
    },
  };
  return { connections, idOf };
}

function checkUser(user: unknown): void {
  const isValid =
    typeof user === 'string' &&
    user !== '' &&
    Array.from(user).length <= MAX_USER_CHARS &&
    !/\p{Surrogate}/u.test(user);
  if (!isValid)
    throw new LlmError(
      'config',
      `createMcpConnections: user must be a string of 1 to ${MAX_USER_CHARS} characters; pass the id of a user who is logged in to the application`,
      { path: 'user' },
    );
}

const PROBE_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};
