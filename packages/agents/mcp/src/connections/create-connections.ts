import { LlmError, listeners, messageOf, systemClock, type Clock } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import { MAX_RECORDS, type RecordStore } from '@majordomo/records';
import type { FetchLike } from '@modelcontextprotocol/client';
import { authFailure } from '../auth/authorization.ts';
import { loginScope, redeemCode, startCodeLogin } from '../auth/code-login.ts';
import { clientFor, refreshClient } from '../auth/login-client.ts';
import { challengeOf, isScope, loginServer, scopeUnion, type Challenge } from '../auth/login-server.ts';
import { loginRequired } from '../auth/login.ts';
import { revokeTokens } from '../auth/revoke.ts';
import { authorizationFetch, guardedFetch } from '../auth/server-fetch.ts';
import { StoredTokens } from '../auth/stored-tokens.ts';
import { openToolbox } from '../connect-mcp.ts';
import { namedRecords, SPACE, userPrefix } from '../entry.ts';
import type { McpAddress, McpEvent, McpOptions, McpToolbox } from '../options.ts';
import { checkConnections } from './check-connections.ts';
import type { McpConnections, McpConnectionsOptions } from './options.ts';
import { newState, PendingLogins } from './pending-logins.ts';

/** Default of the option `loginMs`. */
const LOGIN_MS = 600_000;
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

/** Creates connections as `createMcpConnections` does. */
export function identifiedConnections(options: McpConnectionsOptions): IdentifiedConnections {
  const connections = new Connections(options, checkConnections(options));
  return {
    connections: {
      login: (user, { scopes } = {}) => connections.login(user, scopes),
      finish: (callbackUrl, user) => connections.finish(callbackUrl, user),
      connect: (user, { signal } = {}) => connections.connect(user, signal),
      has: async (user) => (await connections.idOf(user)) !== undefined,
      disconnect: (user) => connections.disconnect(user),
    },
    idOf: (user) => connections.idOf(user),
  };
}

/** Login of one user. */
interface UserLogin {
  readonly tokens: StoredTokens;
  readonly pending: PendingLogins;
  /** Secrets that are masked in errors. */
  readonly secrets: Set<string>;
  readonly fetchFn: FetchLike;
}

class Connections {
  private readonly options: McpConnectionsOptions;
  private readonly shared: McpOptions;
  private readonly label: string;
  private readonly clock: Clock;
  private readonly records: RecordStore;
  private readonly emit: (event: McpEvent) => void;

  constructor(options: McpConnectionsOptions, shared: McpOptions) {
    const { name, clock = systemClock, onEvent } = options;
    this.options = options;
    this.shared = shared;
    this.label = `mcp "${name}"`;
    this.clock = clock;
    this.records = namedRecords(options.records, this.label);
    this.emit = onEvent === undefined ? () => undefined : listeners(onEvent);
  }

  async login(user: string, scopes: string | undefined): Promise<{ readonly url: string }> {
    const { options, label, clock, records } = this;
    const { name, place, client: clientOptions, redirectUrl, loginMs = LOGIN_MS } = options;
    if (scopes !== undefined && !isScope(scopes))
      throw new LlmError('invalid-request', `${label}: scopes must be names of scopes, separated by spaces`, {
        path: 'scopes',
      });
    const own = this.loginOf(user);
    const { fetchFn, tokens, pending } = own;
    return this.authorizing(own, async () => {
      const challenge = await this.challenge(fetchFn);
      const server = await loginServer(place.url, challenge, fetchFn);
      const { scope: former } = await tokens.login();
      const more = scopeUnion(former, scopes);
      const scope = loginScope(server, {
        options: options.scope ?? former,
        challenge: challenge.scope,
        more,
      });
      const now = clock.now();
      const io = { label, shared: { records, name, place }, redirectUrl, scope, fetchFn, now };
      const client = await clientFor(clientOptions, server, io);
      const state = newState();
      const { url, verifier } = await startCodeLogin({ server, client, redirectUrl, scope }, state, label);
      await pending.add(state, { server, client, verifier, redirectUrl, scope }, loginMs);
      return { url: url.href };
    });
  }

  async finish(callbackUrl: string, user: string): Promise<void> {
    const { label, options } = this;
    const own = this.loginOf(user);
    const callback = URL.parse(callbackUrl, options.redirectUrl)?.searchParams ?? new URLSearchParams();
    const [state = '', ...others] = callback.getAll('state');
    const login = others.length > 0 ? undefined : await own.pending.take(state);
    // The messages are equal, so that a user does not learn which logins of other users exist.
    if (login === undefined)
      throw new LlmError(
        'auth',
        `${label}: the login failed: no login of this user waits for this callback; start another login`,
        { code: 'login-failed' },
      );
    await this.authorizing(own, async () => {
      const io = { label, fetchFn: own.fetchFn, refusal: 'login-refused' };
      const tokens = await redeemCode(login, callback, io);
      const { client, scope } = login;
      await own.tokens.save(tokens, login.server.issuer, { client, scope });
    });
  }

  async connect(user: string, signal: AbortSignal | undefined): Promise<McpToolbox> {
    if ((await this.idOf(user)) === undefined) throw loginRequired(this.label);
    return openToolbox({ ...this.shared, user, signal });
  }

  async idOf(user: string): Promise<string | undefined> {
    return this.loginOf(user).tokens.id();
  }

  async disconnect(user: string): Promise<void> {
    const { options, label, records } = this;
    const own = this.loginOf(user);
    const tokens = await own.tokens.get();
    const { client: received } = await own.tokens.login();
    const prefix = userPrefix(options.name, user);
    const stored = await records.list(SPACE, { prefix, values: false, limit: MAX_RECORDS });
    if (stored.length > 0)
      await records.write(
        SPACE,
        stored.map(({ key }) => ({ type: 'remove', key })),
      );
    if (tokens === undefined) return;
    try {
      const { fetchFn } = own;
      const server = await loginServer(options.place.url, await this.challenge(fetchFn), fetchFn);
      const client = refreshClient(options.client, received, server, label);
      await revokeTokens(tokens, client, server, fetchFn);
    } catch (error) {
      const detail = redact(messageOf(error), [...own.secrets]);
      this.emit({ type: 'revocation-failed', detail: `${label}: the tokens were not revoked: ${detail}` });
    }
  }

  /**
   * Returns the challenge of the server, which contains the scopes and the address of the metadata. Sends a request without a token
   * for this purpose. A server that does not refuse the request has no challenge.
   */
  private async challenge(fetchFn: FetchLike): Promise<Challenge> {
    const { place } = this.options;
    const response = await fetchFn(place.url, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...place.headers, ...PROBE_HEADERS },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    });
    await response.body?.cancel();
    return response.status === 401 ? challengeOf(response) : {};
  }

  /** Runs requests to the authorization server. Rejects with an `LlmError` without secrets. */
  private async authorizing<T>({ secrets }: UserLogin, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw authFailure(error, this.label, secrets);
    }
  }

  private loginOf(user: string): UserLogin {
    const { name, place, client } = this.options;
    checkUser(user);
    const owner = { records: this.records, name, user, place };
    const secrets = new Set<string>();
    if ('clientSecret' in client && client.clientSecret !== undefined) secrets.add(client.clientSecret);
    const issuer = 'issuer' in client ? client.issuer : undefined;
    const tokens = new StoredTokens({ ...owner, issuer }, secrets);
    const pending = new PendingLogins(owner, this.clock);
    return { tokens, pending, secrets, fetchFn: this.fetchFor(place, secrets) };
  }

  private fetchFor(place: Omit<McpAddress, 'auth' | 'credential'>, secrets: Set<string>): FetchLike {
    const guarded = authorizationFetch(guardedFetch(place, this.label), this.label, secrets);
    return (url, init) => guarded(url, { ...init, signal: AbortSignal.timeout(REQUEST_MS) });
  }
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
