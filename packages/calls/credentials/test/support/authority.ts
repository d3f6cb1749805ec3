import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
// @ts-expect-error -- the package contains no types
import OidcProvider from 'oidc-provider';

interface Grant {
  addOIDCScope(scopes: string): void;
  addResourceScope(resource: string, scopes: string): void;
  save(): Promise<string>;
}

/** Used part of a package without types. */
interface Provider {
  readonly Grant: {
    new (about: { accountId: string | undefined; clientId: unknown }): Grant;
    find(id: string): Promise<Grant | undefined>;
  };
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  interactionDetails(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{
    prompt: { name: string };
    params: Record<string, unknown>;
    session?: { accountId: string };
    grantId?: string;
  }>;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
    options: { mergeWithLastSubmission: boolean },
  ): Promise<void>;
}

const Provider = OidcProvider as unknown as new (issuer: string, configuration: object) => Provider;

/** Fault of the next response of an endpoint. `cut`: the authority processes the request, but its response is lost. */
export type Fault =
  | { readonly status: number; readonly body?: object | string; readonly headers?: Record<string, string> }
  | 'cut'
  | 'stall';

/** Real authority behind a proxy that injects faults. */
export interface TestAuthority {
  readonly issuer: string;
  /** Paths of all requests of the program, without those of the browser. */
  readonly requestPaths: string[];
  /** Adds faults for the next requests whose path ends with `path`, in order. */
  fail(path: string, ...faults: readonly Fault[]): void;
  /** Logs in as the user in the browser, agrees or not, and returns the redirect. */
  browse(url: string, isAllowed?: boolean): Promise<string>;
  /** Enters a device code as the user. */
  enter(code: string, isAllowed?: boolean): Promise<void>;
  close(): Promise<void>;
}

export const CLIENT = 'test-app';
const SCOPES = 'openid offline_access api';

/** `resource`: address of the API for which tokens are issued as JWT, if clients name it. `clients`: further clients. */
export async function startAuthority(
  accessTokenSeconds = 3600,
  resource: () => string = () => '',
  clients: readonly object[] = [],
): Promise<TestAuthority> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = newProvider(issuer, accessTokenSeconds, resource, clients);
  const callback = provider.callback();
  const faults: [path: string, fault: Fault][] = [];
  const requestPaths: string[] = [];
  let isAllowed = true;
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    const path = (incoming.url ?? '').split('?')[0] ?? '';
    if (incoming.headers['x-person'] === undefined) requestPaths.push(path);
    const at = faults.findIndex(([end]) => path.endsWith(end));
    const [, fault] = at === -1 ? [] : (faults.splice(at, 1)[0] ?? []);
    if (fault === 'stall') return;
    if (fault === 'cut') {
      // The authority processes the request, and its response is discarded.
      response.write = () => true;
      response.end = () => (incoming.socket.destroy(), response);
    } else if (fault !== undefined) {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body ?? {}));
      return;
    }
    if (path.startsWith('/auto/'))
      void decide(provider, incoming, response, isAllowed ? resource() : undefined);
    else void callback(incoming, response);
  });
  return {
    issuer,
    requestPaths,
    fail: (path, ...next) => {
      faults.push(...next.map((fault): [string, Fault] => [path, fault]));
    },
    async browse(url, allowed = true) {
      isAllowed = allowed;
      return (await visit(url, issuer)).url;
    },
    async enter(code, allowed = true) {
      isAllowed = allowed;
      const cookieJar = new Map<string, string>();
      const page = await visit(`${issuer}/device?user_code=${code}`, issuer, cookieJar);
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
      await visit(`${issuer}/device`, issuer, cookieJar, {
        xsrf,
        user_code: code,
        ...(allowed ? { confirm: 'yes' } : { abort: 'yes' }),
      });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function newProvider(
  issuer: string,
  accessTokenSeconds: number,
  resource: () => string,
  clients: readonly object[],
): Provider {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        scope: SCOPES,
      },
      ...clients,
    ],
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, indicator: string) => {
          if (indicator !== resource()) throw new Error(`unknown resource ${indicator}`);
          return { scope: 'api', accessTokenFormat: 'jwt' };
        },
        useGrantedResource: () => true,
      },
    },
    scopes: SCOPES.split(' '),
    rotateRefreshToken: true,
    issueRefreshToken: () => Promise.resolve(true),
    pkce: { required: () => true },
    ttl: {
      AccessToken: accessTokenSeconds,
      RefreshToken: 86_400,
      DeviceCode: 600,
      AuthorizationCode: 60,
      Session: 3600,
      Interaction: 3600,
      Grant: 86_400,
      IdToken: 60,
    },
    cookies: { keys: ['k'] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => Promise.resolve({ sub: id }),
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/auto/${uid}` },
    renderError: (context: { type: string; body: unknown }, out: unknown) => {
      context.type = 'json';
      context.body = out;
    },
  });
  return provider;
}

async function decide(
  provider: Provider,
  incoming: IncomingMessage,
  response: ServerResponse,
  resource: string | undefined,
): Promise<void> {
  const details = await provider.interactionDetails(incoming, response);
  const { prompt, params, session, grantId } = details;
  if (resource === undefined) {
    await provider.interactionFinished(
      incoming,
      response,
      { error: 'access_denied' },
      { mergeWithLastSubmission: false },
    );
    return;
  }
  if (prompt.name === 'login') {
    await provider.interactionFinished(
      incoming,
      response,
      { login: { accountId: 'user-1' } },
      { mergeWithLastSubmission: true },
    );
    return;
  }
  const grant =
    (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
    new provider.Grant({ accountId: session?.accountId, clientId: params['client_id'] });
  grant.addOIDCScope(SCOPES);
  if (resource !== '') grant.addResourceScope(resource, 'api');
  await provider.interactionFinished(
    incoming,
    response,
    { consent: { grantId: await grant.save() } },
    { mergeWithLastSubmission: true },
  );
}

/** Simulates a browser with cookies, redirects and one form. Stops at the first address outside the authority. */
async function visit(
  start: string,
  issuer: string,
  cookieJar: Map<string, string> = new Map(),
  form?: Record<string, string>,
): Promise<{ url: string; body: string }> {
  let url = start;
  let fields = form;
  for (let step = 0; step < 20; step++) {
    const { location, cookies, body } = await send(url, cookieJar, fields);
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';');
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '') cookieJar.delete(name);
      else cookieJar.set(name, value);
    }
    if (location === undefined) return { url, body };
    url = new URL(location, url).href;
    fields = undefined;
    if (!url.startsWith(issuer)) return { url, body: '' };
  }
  throw new Error(`no end of redirects at ${url}`);
}

async function send(
  url: string,
  cookieJar: ReadonlyMap<string, string>,
  form: Record<string, string> | undefined,
): Promise<{ location: string | undefined; cookies: readonly string[]; body: string }> {
  const outgoing = request(url, {
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      'x-person': 'yes',
      cookie: [...cookieJar].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
  });
  outgoing.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { location: response.headers.location, cookies: response.headers['set-cookie'] ?? [], body };
}
