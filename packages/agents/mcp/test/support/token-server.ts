import { createHash } from 'node:crypto';
import type { Tool } from '@majordomo/agent';
import { serveMcp } from '../../src/index.ts';
import { httpServer } from './http-server.ts';

interface TokenRequest {
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, string>>;
}

/** Authorization server that issues a token for every request. */
export interface TokenServer {
  readonly issuer: string;
  readonly tokenRequests: readonly TokenRequest[];
  readonly paths: readonly string[];
  readonly token: string;
  /** Makes the next token another one. */
  rotate(): void;
  challengeOf(verifier: string | undefined): string;
}

/** `metadata`: changed members of the metadata. `answer`: answer of the token endpoint. */
export async function tokenServer({
  metadata = {},
  answer,
}: { metadata?: object; answer?: () => Response | Promise<Response> } = {}): Promise<TokenServer> {
  const tokenRequests: TokenRequest[] = [];
  const paths: string[] = [];
  let count = 1;
  let issuer = '';
  const handle = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    paths.push(pathname);
    if (pathname === '/.well-known/oauth-authorization-server')
      return Response.json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        registration_endpoint: `${issuer}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        client_id_metadata_document_supported: true,
        authorization_response_iss_parameter_supported: true,
        ...metadata,
      });
    if (pathname !== '/token') return new Response(null, { status: 404 });
    const authorization = request.headers.get('authorization') ?? undefined;
    const body = Object.fromEntries(new URLSearchParams(await request.text()));
    tokenRequests.push({ authorization, body });
    if (answer !== undefined) return answer();
    return Response.json({ access_token: `token-number-${count}`, token_type: 'bearer', expires_in: 3600 });
  };
  const server = await httpServer(handle);
  issuer = new URL(server.url).origin;
  return {
    issuer,
    tokenRequests,
    paths,
    get token() {
      return `token-number-${count}`;
    },
    rotate: () => {
      count += 1;
    },
    challengeOf: (verifier = '') => createHash('sha256').update(verifier).digest('base64url'),
  };
}

/** Options of a server that names its authorization server. */
interface TokenProtection {
  readonly issuer: string;
  readonly tools: readonly Tool[];
  /** Scope that the challenge requests. */
  readonly scope?: string;
  /** Path of the metadata of the resource. */
  readonly path?: string;
  /** Further members of the metadata. */
  readonly metadata?: object;
}

/**
 * Starts an MCP server that requires a token. Returns its address. `respond` receives the token of a request and the address. It
 * returns a response, `undefined` to serve the request, or `false` to reject the token.
 */
export async function tokenProtected(
  {
    issuer,
    tools,
    scope,
    path = '/.well-known/oauth-protected-resource/mcp',
    metadata = {},
  }: TokenProtection,
  respond: (token: string, url: string) => Response | undefined | false,
): Promise<string> {
  const serving = serveMcp({ name: 'http', version: '1.0.0', tools });
  const { url } = await httpServer(async (request) => {
    if (new URL(request.url).pathname === path)
      return Response.json({ resource: url, authorization_servers: [issuer], ...metadata });
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    const response = token === undefined ? false : respond(token, url);
    if (response !== false) return response ?? serving.fetch(request);
    const members = scope === undefined ? '' : `scope="${scope}", `;
    const challenge = `Bearer ${members}resource_metadata="${new URL(url).origin}${path}"`;
    return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
  });
  return url;
}

/** Follows a login page of the token server like a browser. `change` edits the callback. Returns the text of the last page. */
export async function followLogin(
  page: string,
  change: (callback: URL) => void = () => undefined,
): Promise<string> {
  const { searchParams, origin } = new URL(page);
  const callback = new URL(searchParams.get('redirect_uri') ?? '');
  callback.searchParams.set('code', 'code-1');
  callback.searchParams.set('state', searchParams.get('state') ?? '');
  callback.searchParams.set('iss', origin);
  change(callback);
  return (await fetch(callback)).text();
}
