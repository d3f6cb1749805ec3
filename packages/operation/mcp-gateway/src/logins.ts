import { LlmError } from '@majordomo/core';
import { createMcpConnections, type McpAddress, type McpConnections } from '@majordomo/mcp';
import { isLoopback } from '@majordomo/mcp/internal';
import type { Caller } from '@majordomo/gateway';
import type { McpGatewayOptions, McpServerLogin } from './options.ts';
import { wrong } from './wrong-option.ts';

/** Tool of a server whose user has no login. */
export const LOGIN_TOOL = 'login';
/** Code of the error of protocol 2025 with which a server asks to open addresses. */
export const URL_REQUIRED = -32_042;
const LOGIN_REQUIRED = 'login-required';

/** Whether a request failed because its user has no login. */
export const isLoginRequired = (error: unknown): boolean =>
  LlmError.is(error, 'auth') && error.details.code === LOGIN_REQUIRED;

interface Login {
  readonly options: McpServerLogin;
  readonly connections: McpConnections;
}

/** Logins of users at the servers with the option `login`. */
export class Logins {
  private readonly byServer = new Map<string, Login>();

  /** Throws `config` for invalid options. */
  constructor({
    servers,
    records,
    clock,
    onError,
  }: Pick<McpGatewayOptions, 'servers' | 'records' | 'clock' | 'onError'>) {
    for (const [name, server] of Object.entries(servers)) {
      const { login: options } = server;
      if (options === undefined) continue;
      const path = `servers[${JSON.stringify(name)}].login`;
      if (!('url' in server)) throw wrong(path, 'requires an address, because programs have no login');
      if (records === undefined) throw wrong(path, 'requires the option `records`, which stores the tokens');
      if (server.credential !== undefined || server.auth !== undefined)
        throw wrong(path, 'cannot be combined with credential or auth; remove one of them');
      checkPage(options.page, `${path}.page`);
      const { client, redirectUrl, scope, loginMs } = options;
      const place = addressOf(server);
      const shared = { name, place, client, redirectUrl, scope, loginMs, records, clock };
      const connections = createMcpConnections({
        ...shared,
        onEvent: ({ type, detail }) => {
          if (type === 'revocation-failed') onError?.(new LlmError('auth', detail), { server: name });
        },
      });
      this.byServer.set(name, { options, connections });
    }
  }

  /** Returns the login of a server, if it has one. */
  of(server: string): Login | undefined {
    return this.byServer.get(server);
  }

  /** Returns the user of a caller at a server, if the server has logins. */
  userOf(server: string, caller: Caller): string | undefined {
    const login = this.of(server);
    if (login === undefined) return undefined;
    const { user = ({ key }: Caller) => key } = login.options;
    return user(caller);
  }

  /** Whether the user of a caller has a login, or the server needs none. Sends no request. */
  async has(server: string, caller: Caller): Promise<boolean> {
    const login = this.of(server);
    if (login === undefined) return true;
    const user = this.userOf(server, caller);
    return user !== undefined && (await login.connections.has(user));
  }

  /** Rejects with `auth`, code `login-required`, if the user of a caller has no login. */
  async require(server: string, caller: Caller): Promise<void> {
    if (await this.has(server, caller)) return;
    throw new LlmError('auth', `mcp/${server}: the user has no login`, { code: LOGIN_REQUIRED });
  }
}

/** Returns the members of an address. */
export const addressOf = ({ url, headers, allow, fetch }: McpAddress): McpAddress => ({
  url,
  headers,
  allow,
  fetch,
});

/** Whether an address has https, or http on a loopback host. */
export const isSecure = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));

function checkPage(page: unknown, path: string): void {
  const url = typeof page === 'string' ? URL.parse(page) : null;
  if (url === null || !isSecure(url))
    throw wrong(path, 'must be an https address, or http on a loopback host');
}
