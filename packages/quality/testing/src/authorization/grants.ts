import type { IssuedToken } from './options.ts';

/** Request for a login, which a code or a refresh token continues. */
export interface Grant extends IssuedToken {
  readonly redirectUri: string;
  readonly challenge: string;
}

/** Login of a user. All of its tokens refer to it, so that one revocation ends all of them. */
interface Login {
  readonly grant: Grant;
  isRevoked: boolean;
}

/** Codes and tokens of an authorization server. */
export class Grants {
  private readonly codes = new Map<string, Grant>();
  private readonly access = new Map<string, Login>();
  private readonly refresh = new Map<string, Login>();
  /** Refresh tokens that rotation has replaced. */
  private readonly used = new Map<string, Login>();

  addCode(grant: Grant): string {
    const code = `code-${crypto.randomUUID()}`;
    this.codes.set(code, grant);
    return code;
  }

  /** Returns the grant of a code, which is valid once. */
  takeCode(code: string): Grant | undefined {
    const grant = this.codes.get(code);
    this.codes.delete(code);
    return grant;
  }

  /** Returns the login of a client's refresh token. With rotation, a second use revokes all tokens of the login. */
  takeRefresh(token: string, clientId: string, rotation: boolean): Login | undefined {
    const reused = this.used.get(token);
    if (reused?.grant.clientId === clientId) reused.isRevoked = true;
    const login = this.refresh.get(token);
    if (login?.grant.clientId !== clientId || login.isRevoked) return undefined;
    if (rotation) {
      this.refresh.delete(token);
      this.used.set(token, login);
    }
    return login;
  }

  /** Issues tokens for a login. Without rotation, `former`, the refresh token of the request, remains valid. */
  issue(login: Login, rotation: boolean, former?: string): Record<string, unknown> {
    const accessToken = `access-${crypto.randomUUID()}`;
    const refreshToken = rotation || former === undefined ? `refresh-${crypto.randomUUID()}` : former;
    this.access.set(accessToken, login);
    this.refresh.set(refreshToken, login);
    const { scope } = login.grant;
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'Bearer',
      expires_in: 3600,
      ...(scope === undefined ? {} : { scope }),
    };
  }

  check(accessToken: string): IssuedToken | undefined {
    const login = this.access.get(accessToken);
    return login === undefined || login.isRevoked ? undefined : login.grant;
  }

  expire(): void {
    this.access.clear();
  }

  /** Revokes the login of a refresh token, or an access token alone. Without a token, revokes all tokens. */
  revoke(token?: string): void {
    if (token === undefined) {
      this.access.clear();
      this.refresh.clear();
      return;
    }
    const login = this.refresh.get(token);
    if (login !== undefined) login.isRevoked = true;
    this.access.delete(token);
  }
}
