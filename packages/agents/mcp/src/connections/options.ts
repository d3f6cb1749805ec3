import type { McpAddress, McpLoginClient, McpOptions, McpToolbox } from '../options.ts';
import type { RecordStore } from '@majordomo/records';

/** Options of `createMcpConnections`: options of `connectMcp`, except `place.auth`, `place.credential` and `signal`. `records` is required. */
export interface McpConnectionsOptions extends Omit<McpOptions, 'place' | 'records' | 'signal'> {
  /** Address of the server. */
  readonly place: Omit<McpAddress, 'auth' | 'credential'>;
  /** Client with which all users log in. */
  readonly client: McpLoginClient;
  /** Address of the application's route that calls `finish`. HTTPS, or HTTP on a loopback host. */
  readonly redirectUrl: string;
  /** Scopes of the first login, separated by spaces. @default the scopes that the server requests */
  readonly scope?: string | undefined;
  /**
   * Store of the logins, tokens and lists of tools of all users. All processes share the store. The values of its space `mcp` are secret.
   * The keys of a user begin with the option `name` and the user as JSON.
   */
  readonly records: RecordStore;
  /** Time in which a user must finish a login, in milliseconds. @default 600_000 */
  readonly loginMs?: number | undefined;
  /** Time of the first connection. @default 'first-call' */
  readonly start?: McpOptions['start'];
}

/** Connections of many users to one server. `user` is an id that the application has authenticated, 1 to 256 characters. */
export interface McpConnections {
  /**
   * Starts a login, and returns the address to which the application redirects the user. `scopes` are added to the scopes of the
   * user's latest login. A user can have five unfinished logins; a further login removes the oldest.
   */
  login(user: string, options?: { readonly scopes?: string | undefined }): Promise<{ readonly url: string }>;
  /**
   * Ends a login with the complete address of the callback. `user`: user of the session that received the callback. Rejects with
   * `auth`: `login-failed` (unknown, used, expired or foreign `state`, wrong `iss`, refused code) or `login-refused` (the user
   * refused). Each callback is accepted once.
   */
  finish(callbackUrl: string, user: string): Promise<void>;
  /**
   * Returns a toolbox of the user. Rejects with `auth`, code `login-required`, if no login is stored. Sends no request if the store
   * contains the user's list of tools.
   */
  connect(user: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<McpToolbox>;
  /** Whether a login of the user is stored. Sends no request. */
  has(user: string): Promise<boolean>;
  /**
   * Removes the login of the user from the store, and revokes its tokens (RFC 7009) if the server supports it. If revoking fails,
   * emits the event `revocation-failed`. A toolbox that is open does not refresh its token anymore.
   */
  disconnect(user: string): Promise<void>;
}
