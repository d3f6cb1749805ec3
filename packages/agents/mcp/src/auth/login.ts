import { LlmError, type Clock } from '@majordomo/core';
import { abortable, withTimeout } from '@majordomo/core/toolkit';
import { listenForRedirect, type Redirect } from '@majordomo/wire-kit';
import type {
  auth,
  OAuthClientInformationContext,
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { loadClient } from '../sdk.ts';
import { withPause } from '../server-requests/handlers.ts';
import type { McpLogin } from '../options.ts';
import type { StoredTokens } from './stored-tokens.ts';

const LOGIN_MS = 600_000;

/** Options of the SDK's function `auth`. */
export type AuthRequest = Parameters<typeof auth>[1];

/** Dependencies of a login. */
export interface LoginIo {
  readonly label: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tokens: StoredTokens;
  /** Pauses the idle timeouts of calls. Returns a function that ends the pause. */
  readonly pause: () => () => void;
  /** Signal that no call waits for the token anymore. */
  readonly abandoned: AbortSignal;
}

/** Refreshes the token. If the token cannot be refreshed, logs in with a browser. */
export async function login(options: McpLogin, request: AuthRequest, io: LoginIo): Promise<void> {
  const { auth, StreamableHTTPClientTransport } = await loadClient();
  const { show, port } = options;
  const state = crypto.randomUUID();
  const accepts = (query: URLSearchParams): boolean => query.get('state') === state;
  const redirect =
    show === undefined
      ? undefined
      : await listenForRedirect({ port, remedy: 'pass place.credential', accepts });
  const client = new LoginClient(options, io, state, redirect?.url);
  let isDone = false;
  try {
    if ((await auth(client, request)) === 'REDIRECT' && redirect !== undefined) {
      const answer = await browserAnswer(client, show, redirect, io);
      const { serverUrl, fetchFn } = request;
      const transport = new StreamableHTTPClientTransport(new URL(serverUrl), {
        authProvider: client,
        ...(fetchFn === undefined ? {} : { fetch: fetchFn }),
      });
      await transport.finishAuth(answer);
    }
    isDone = true;
  } finally {
    await redirect?.close(isDone);
  }
}

/** Shows the login address and returns the parameters of the callback. */
async function browserAnswer(
  { url }: LoginClient,
  show: McpLogin['show'],
  { answer }: Redirect,
  { clock, signal, pause }: LoginIo,
): Promise<URLSearchParams> {
  return withPause(pause, async () => {
    const shown = (async () => show?.(url))().then(() => answer);
    return withTimeout(abortable(Promise.race([answer, shown]), signal), LOGIN_MS, clock);
  });
}

/** Client of one login. Stores tokens in an entry for their issuer. */
class LoginClient implements OAuthClientProvider {
  readonly redirectUrl: string;
  /** Address of the login page. */
  url = '';
  private readonly options: McpLogin;
  private readonly io: LoginIo;
  /** Random value that the callback must contain. */
  private readonly loginState: string;
  private verifier = '';
  private discovery: OAuthDiscoveryState | undefined;

  constructor(options: McpLogin, io: LoginIo, loginState: string, redirectUrl = 'http://127.0.0.1/callback') {
    this.options = options;
    this.io = io;
    this.loginState = loginState;
    this.redirectUrl = redirectUrl;
  }

  get clientMetadata(): OAuthClientMetadata {
    // The other members are sent only by a dynamic registration. With `refresh_token`, the SDK requests the scope `offline_access`.
    return {
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
    };
  }

  state(): string {
    return this.loginState;
  }

  clientInformation(): StoredOAuthClientInformation {
    const { client } = this.options;
    if (!('metadataUrl' in client)) return { client_id: client.clientId, issuer: client.issuer };
    if (this.discovery?.authorizationServerMetadata?.client_id_metadata_document_supported === true)
      return { client_id: client.metadataUrl };
    // Without this error, the SDK would register the client dynamically.
    throw new LlmError(
      'auth',
      `${this.io.label}: the authorization server does not support place.auth.client.metadataUrl; replace it with clientId and issuer`,
    );
  }

  tokens(): Promise<StoredOAuthTokens | undefined> {
    return this.io.tokens.get();
  }

  async saveTokens(tokens: StoredOAuthTokens, context?: OAuthClientInformationContext): Promise<void> {
    await this.io.tokens.save(tokens, context?.issuer ?? tokens.issuer ?? '');
  }

  async invalidateCredentials(scope: string): Promise<void> {
    if (scope === 'all' || scope === 'tokens') await this.io.tokens.remove();
  }

  redirectToAuthorization(url: URL): void {
    // After an aborted refresh, the SDK continues with a login that no call waits for.
    this.io.abandoned.throwIfAborted();
    if (this.options.show === undefined)
      throw new LlmError('auth', `${this.io.label}: a login is required; pass place.auth.show`, {
        code: 'login-required',
      });
    this.url = url.href;
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.discovery = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.discovery;
  }
}
