import { createHash } from 'node:crypto';
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
