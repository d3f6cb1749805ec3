import { LlmError } from '@majordomo/core';
import type { McpAddress } from '@majordomo/mcp';
import { identifiedConnections, isSecure, type IdentifiedConnections } from '@majordomo/mcp/internal';
import type { Caller } from '@majordomo/gateway';
import { wrong, type McpGatewayOptions, type McpServerLogin } from './options.ts';

/** Tool of a server whose user has no login. */
export const LOGIN_TOOL = 'login';
const LOGIN_REQUIRED = 'login-required';

/** Returns the error of a request whose user has no login. */
export const loginRequired = (server: string): LlmError =>
  new LlmError('auth', `mcp/${server}: the user has no login`, { code: LOGIN_REQUIRED });

/** Whether a request failed because its user has no login. */
export const isLoginRequired = (error: unknown): boolean =>
  LlmError.is(error, 'auth') && error.details.code === LOGIN_REQUIRED;

interface Login extends IdentifiedConnections {
  readonly options: McpServerLogin;
}

/** User whose login a connection uses. */
export interface LoginOwner {
  /** `undefined` for a caller without a user. */
  readonly user: string | undefined;
  /** Id of the login, which is another after each login of the user. `undefined` without a login. */
  readonly id: string | undefined;
}

/** Whether a user has a login, or the server needs none. */
export const hasLogin = (owner: LoginOwner | undefined): boolean =>
  owner === undefined || owner.id !== undefined;

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
      const connections = identifiedConnections({
        ...shared,
        onEvent: ({ type, detail }) => {
          if (type === 'revocation-failed') onError?.(new LlmError('auth', detail), { server: name });
        },
      });
      this.byServer.set(name, { options, ...connections });
    }
  }

  /** Returns the login of a server, if it has one. */
  of(server: string): Login | undefined {
    return this.byServer.get(server);
  }

  /** Returns the user of a caller at a server, if the server has logins. Reads the store. Sends no request. */
  async ownerOf(server: string, caller: Caller): Promise<LoginOwner | undefined> {
    const login = this.of(server);
    if (login === undefined) return undefined;
    const { user: userOf = ({ key }: Caller) => key } = login.options;
    const user = userOf(caller);
    return { user, id: user === undefined ? undefined : await login.idOf(user) };
  }
}

/** Returns the members of an address. */
export const addressOf = ({ url, headers, allow, fetch }: McpAddress): McpAddress => ({
  url,
  headers,
  allow,
  fetch,
});

function checkPage(page: unknown, path: string): void {
  const url = typeof page === 'string' ? URL.parse(page) : null;
  if (url === null || !isSecure(url))
    throw wrong(path, 'must be an https address, or http on a loopback host');
}
