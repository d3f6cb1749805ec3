/** Client that an authorization server knows. */
export interface AuthorizationClient {
  readonly clientId: string;
  /** Secret of a confidential client. @default a public client */
  readonly clientSecret?: string | undefined;
  /** Addresses of callbacks. @default each address is accepted */
  readonly redirectUris?: readonly string[] | undefined;
}

/** Options of `authorizationServer`. */
export interface AuthorizationServerOptions {
  /** Registered clients. @default [] */
  readonly clients?: readonly AuthorizationClient[] | undefined;
  /** Methods of client authentication. @default ['client_secret_basic', 'client_secret_post', 'none'] */
  readonly methods?: readonly string[] | undefined;
  /** Whether clients can register themselves (RFC 7591). @default false */
  readonly registration?: boolean | undefined;
  /** Whether each refresh token can be used once. A second use revokes all tokens of the login. @default true */
  readonly rotation?: boolean | undefined;
  /** Scopes in the metadata. @default [] */
  readonly scopes?: readonly string[] | undefined;
  /** Members that replace those of the metadata. `undefined` removes a member. @default {} */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Request that an authorization server has received. */
export interface AuthorizationRequest {
  /** HTTP method. */
  readonly method: string;
  /** Path of the address, without the query. */
  readonly path: string;
  /** Header `authorization`. */
  readonly authorization: string | undefined;
  /** Parameters of the query and of the form, or members of a JSON body. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Decision of the user at the login page. */
export interface UserDecision {
  /** Id of the user. @default 'user-1' */
  readonly user?: string | undefined;
  /** Whether the user refuses the login. @default false */
  readonly refuse?: boolean | undefined;
  /** Granted scopes, separated by spaces. @default the requested scopes */
  readonly scope?: string | undefined;
}

/** Access token that an authorization server has issued. */
export interface IssuedToken {
  readonly clientId: string;
  readonly user: string;
  readonly scope: string | undefined;
  readonly resource: string | undefined;
}

/** Authorization server of `authorizationServer`. */
export interface AuthorizationServer extends AsyncDisposable {
  readonly issuer: string;
  /** All requests in the order in which they arrived. They contain secrets, tokens and codes. */
  readonly journal: readonly AuthorizationRequest[];
  /** Logs in as a user at the address of a login page. Returns the address of the callback. Throws if the request is invalid. */
  approve(url: string, decision?: UserDecision): string;
  /** Returns a valid access token's data, or `undefined` for an unknown, expired or revoked token. */
  check(accessToken: string): IssuedToken | undefined;
  /** Ends the validity of all access tokens, but not of the refresh tokens. */
  expire(): void;
  /** Revokes all access tokens and refresh tokens. */
  revoke(): void;
  /** Replaces the next response of an endpoint. `path`: end of the path, such as `/token`. */
  respond(path: string, response: () => Response | Promise<Response>): void;
  /** Ends the server and its connections. */
  close(): Promise<void>;
}
