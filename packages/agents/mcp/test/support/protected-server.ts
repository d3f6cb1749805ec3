import { AsyncLocalStorage } from 'node:async_hooks';
import { defineTool } from '@majordomo/agent';
import type { AuthorizationServer, IssuedToken } from '@majordomo/testing';
import { serveMcp } from '../../src/index.ts';
import { httpServer } from './http-server.ts';

/** MCP server that accepts tokens of an authorization server. */
export interface ProtectedServer {
  readonly url: string;
  /** Tokens of all requests. */
  readonly tokens: readonly (string | undefined)[];
  /** Authorization server that the metadata names. */
  issuer: string;
  /** Scopes that the metadata lists. */
  scopes: readonly string[] | undefined;
  /** Scopes that a call of a tool requires, by the tool's name. */
  readonly required: Map<string, string>;
}

/** Tools: `whoami` returns the user of the token. `write` returns a fixed text. */
export async function protectedServer(
  authority: Pick<AuthorizationServer, 'issuer' | 'check'>,
  { scope }: { readonly scope?: string } = {},
): Promise<ProtectedServer> {
  const caller = new AsyncLocalStorage<string>();
  const tools = ['whoami', 'write'].map((name) =>
    defineTool({
      name,
      description: name,
      parameters: { type: 'object' },
      run: () => (name === 'whoami' ? (caller.getStore() ?? '') : 'written'),
    }),
  );
  const serving = serveMcp({ name: 'accounts', version: '1.0.0', tools });
  const tokens: (string | undefined)[] = [];
  const required = new Map<string, string>();
  const server: ProtectedServer & { url: string } = {
    url: '',
    tokens,
    issuer: authority.issuer,
    scopes: undefined,
    required,
  };
  const challenge = (members: string): Response => {
    const metadata = `${new URL(server.url).origin}/metadata`;
    const header = `Bearer ${members}resource_metadata="${metadata}"`;
    const status = members.startsWith('error') ? 403 : 401;
    return new Response(null, { status, headers: { 'www-authenticate': header } });
  };
  ({ url: server.url } = await httpServer(async (request) => {
    if (new URL(request.url).pathname === '/metadata')
      return Response.json({
        resource: server.url,
        authorization_servers: [server.issuer],
        scopes_supported: server.scopes,
      });
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    tokens.push(token);
    const issued: IssuedToken | undefined = token === undefined ? undefined : authority.check(token);
    if (issued === undefined || issued.resource !== server.url)
      return challenge(scope === undefined ? '' : `scope="${scope}", `);
    const body = request.method === 'POST' ? await request.clone().text() : '';
    const name = /"name":"(whoami|write)"/.exec(body)?.[1];
    const needed = name === undefined ? undefined : required.get(name);
    const granted = new Set(issued.scope?.split(' '));
    if (needed !== undefined && !needed.split(' ').every((one) => granted.has(one)))
      return challenge(`error="insufficient_scope", scope="${needed}", `);
    return caller.run(issued.user, () => serving.fetch(request));
  }));
  return server;
}
