import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Grants } from './grants.ts';
import type {
  AuthorizationClient,
  AuthorizationRequest,
  AuthorizationServer,
  AuthorizationServerOptions,
  UserDecision,
} from './options.ts';

const METHODS = ['client_secret_basic', 'client_secret_post', 'none'];

/**
 * Starts an OAuth authorization server on 127.0.0.1 for tests of logins: metadata (RFC 8414), authorization codes with PKCE,
 * `client_secret_basic` and `client_secret_post`, rotation of refresh tokens, the parameter `iss` (RFC 9207), scopes, registration
 * (RFC 7591) and revocation (RFC 7009). Its journal contains all requests.
 *
 * @example
 * await using server = await authorizationServer({ clients: [{ clientId: 'app', clientSecret: 'secret' }] });
 * const callback = server.approve(url); // `url`: address of the login page
 */
export async function authorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const authority = new Authority(issuer, options);
  server.on('request', (incoming, response) => {
    relay(authority, incoming, response).catch(() => response.destroy());
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    issuer,
    journal: authority.journal,
    approve: (url, decision = {}) => authority.approve(url, decision),
    check: (accessToken) => authority.grants.check(accessToken),
    expire: () => {
      authority.grants.expire();
    },
    revoke: () => {
      authority.grants.revoke();
    },
    respond: (path, response) => void authority.responses.push([path, response]),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function relay(authority: Authority, incoming: IncomingMessage, out: ServerResponse): Promise<void> {
  const { url = '/', method = 'GET', headers } = incoming;
  const body = await text(incoming);
  const { pathname, searchParams } = new URL(url, authority.issuer);
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  const form = isJson ? (JSON.parse(body) as object) : Object.fromEntries(new URLSearchParams(body));
  const parameters = { ...Object.fromEntries(searchParams), ...form };
  const response = await authority.answer({
    method,
    path: pathname,
    authorization: headers.authorization,
    parameters,
  });
  out.writeHead(response.status, Object.fromEntries(response.headers));
  out.end(await response.text());
}

/** Authorization server without its transport: the rules of all endpoints, the clients and the journal. */
class Authority {
  readonly issuer: string;
  readonly journal: AuthorizationRequest[] = [];
  /** Responses that replace the next response of an endpoint, with the end of its path. */
  readonly responses: [path: string, response: () => Response | Promise<Response>][] = [];
  readonly grants = new Grants();
  private readonly options: AuthorizationServerOptions;
  private readonly clients: Map<string, AuthorizationClient>;

  constructor(issuer: string, options: AuthorizationServerOptions) {
    this.issuer = issuer;
    this.options = options;
    this.clients = new Map((options.clients ?? []).map((client) => [client.clientId, client]));
  }

  async answer(request: AuthorizationRequest): Promise<Response> {
    this.journal.push(request);
    const { path } = request;
    const replacement = this.responses.find(([end]) => path.endsWith(end));
    if (replacement !== undefined) {
      this.responses.splice(this.responses.indexOf(replacement), 1);
      const [, response] = replacement;
      return response();
    }
    if (path === '/.well-known/oauth-authorization-server') return Response.json(this.metadata());
    if (request.method === 'POST') {
      if (path === '/token') return this.token(request);
      if (path === '/revoke') return this.revoke(request);
      if (path === '/register' && this.options.registration === true) return this.register(request);
    }
    return new Response(null, { status: 404 });
  }

  approve(address: string, { user = 'user-1', refuse = false, scope }: UserDecision): string {
    const { origin, pathname, searchParams } = new URL(address);
    const query: Record<string, string | undefined> = Object.fromEntries(searchParams);
    this.journal.push({ method: 'GET', path: pathname, authorization: undefined, parameters: query });
    const { client_id: clientId = '', redirect_uri: redirectUri = '' } = query;
    // An id with `https://` is the address of a client ID metadata document, whose client needs no registration.
    const isKnown = this.clients.has(clientId) || clientId.startsWith('https://');
    const { code_challenge: challenge = '', code_challenge_method: method, resource } = query;
    if (origin !== this.issuer || pathname !== '/authorize' || !isKnown || method !== 'S256')
      throw new Error(`invalid authorization request: ${address}`);
    const uris = this.clients.get(clientId)?.redirectUris;
    if (uris !== undefined && !uris.includes(redirectUri))
      throw new Error(`unknown redirect_uri ${redirectUri}`);
    const granted = scope ?? query['scope'];
    const callback = new URL(redirectUri);
    if (refuse) callback.searchParams.set('error', 'access_denied');
    else {
      const grant = { clientId, user, scope: granted, resource, redirectUri, challenge };
      callback.searchParams.set('code', this.grants.addCode(grant));
    }
    callback.searchParams.set('state', query['state'] ?? '');
    callback.searchParams.set('iss', this.issuer);
    return callback.href;
  }

  private metadata(): object {
    const { issuer, options } = this;
    const { methods = METHODS, scopes = [], registration = false, metadata = {} } = options;
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      ...(registration ? { registration_endpoint: `${issuer}/register` } : {}),
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: methods,
      scopes_supported: scopes,
      authorization_response_iss_parameter_supported: true,
      ...metadata,
    };
  }

  private token(request: AuthorizationRequest): Response {
    const clientId = this.authenticate(request);
    if (clientId === undefined) return failure('invalid_client', 401);
    const { rotation = true } = this.options;
    const { grant_type, code, code_verifier, redirect_uri, refresh_token } = request.parameters as Record<
      string,
      string | undefined
    >;
    if (grant_type === 'authorization_code') {
      const grant = this.grants.takeCode(code ?? '');
      const challenge = createHash('sha256')
        .update(code_verifier ?? '')
        .digest('base64url');
      const isValid =
        grant?.clientId === clientId && grant.redirectUri === redirect_uri && grant.challenge === challenge;
      return isValid
        ? Response.json(this.grants.issue({ grant, isRevoked: false }, rotation))
        : failure('invalid_grant');
    }
    if (grant_type !== 'refresh_token') return failure('unsupported_grant_type');
    const login = this.grants.takeRefresh(refresh_token ?? '', clientId, rotation);
    if (login === undefined) return failure('invalid_grant');
    return Response.json(this.grants.issue(login, rotation, refresh_token));
  }

  private revoke(request: AuthorizationRequest): Response {
    if (this.authenticate(request) === undefined) return failure('invalid_client', 401);
    this.grants.revoke(String(request.parameters['token']));
    return new Response(null, { status: 200 });
  }

  private register({ parameters }: AuthorizationRequest): Response {
    const { redirect_uris, token_endpoint_auth_method: method = 'client_secret_basic' } = parameters;
    const clientId = `client-${this.clients.size + 1}`;
    const clientSecret = method === 'none' ? undefined : `secret-${crypto.randomUUID()}`;
    this.clients.set(clientId, { clientId, clientSecret, redirectUris: redirect_uris as string[] });
    const secret =
      clientSecret === undefined ? {} : { client_secret: clientSecret, client_secret_expires_at: 0 };
    return Response.json({ ...parameters, client_id: clientId, ...secret }, { status: 201 });
  }

  /** Returns the id of the client, or `undefined` if the secret or the method is wrong. */
  private authenticate({ authorization, parameters }: AuthorizationRequest): string | undefined {
    const { methods = METHODS } = this.options;
    const basic = /^Basic (.+)$/.exec(authorization ?? '')?.[1];
    const [id, secret] =
      basic === undefined
        ? [parameters['client_id'], parameters['client_secret']]
        : // Both values are form-encoded (RFC 6749, section 2.3.1).
          ([...new URLSearchParams(atob(basic).replace(':', '='))][0] ?? []);
    const method =
      basic === undefined ? (secret === undefined ? 'none' : 'client_secret_post') : 'client_secret_basic';
    if (typeof id !== 'string' || !methods.includes(method)) return undefined;
    if (id.startsWith('https://')) return method === 'none' ? id : undefined;
    const client = this.clients.get(id);
    return client !== undefined && client.clientSecret === secret ? id : undefined;
  }
}

const failure = (error: string, status = 400): Response => Response.json({ error }, { status });
