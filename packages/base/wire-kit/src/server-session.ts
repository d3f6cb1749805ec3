import type { ModelContext, ModelRequest, Recovery } from '@majordomo/core';
import type { ServerAddress } from './connection-error.ts';
import type { ErrorContext } from './errors.ts';
import type { DirectInit } from './http.ts';

/** Client with the credential of an attempt, and the values that errors of the attempt need. */
export interface Connected<Client> extends Pick<ErrorContext, 'secrets' | 'server' | 'keyRemedy' | 'renew'> {
  /** Whether `directFetch` sends the requests of the client, unlike those of a client of the application. @default false */
  readonly isDirect?: boolean | undefined;
  /** Returns the client. May load the SDK. */
  readonly client: () => Client | Promise<Client>;
}

/** Function that determines the credential of an attempt. */
export type Connect<Client, Context = Omit<ModelContext, 'delivery'>> = (
  context: Context,
) => Promise<Connected<Client>>;

/**
 * Requests of one attempt to a server, and the properties that determine their errors. The secrets and the recovery are known as
 * soon as the credential is known, also if the client cannot be created.
 */
export class ServerSession<Client, Context = Omit<ModelContext, 'delivery'>> implements ErrorContext {
  readonly target: string;
  readonly request: ModelRequest | undefined;
  private readonly connect: Connect<Client, Context>;
  /** Set by `client`. Before, an error has no secrets to redact, because no credential was used. */
  private connected: Connected<Client> | undefined;

  constructor(
    connect: Connect<Client, Context>,
    { target, request }: Pick<ErrorContext, 'target' | 'request'>,
  ) {
    this.connect = connect;
    this.target = target;
    this.request = request;
  }

  /** Determines the credential for a request, and returns the client that sends the request. */
  async client(context: Context): Promise<Client> {
    this.connected = await this.connect(context);
    return this.connected.client();
  }

  /**
   * Returns the options with which a request of the SDK ends when the signal aborts. `maxBytes`: maximum size of the body of a
   * response, if `directFetch` sends the request. Call it after `client`.
   */
  protected endingWith(
    signal: AbortSignal,
    maxBytes?: number,
  ): { readonly signal: AbortSignal } | { readonly fetchOptions: object } {
    // An SDK combines a signal that it receives with its own signal, which takes CPU time. `directFetch` needs no combined signal.
    const fetchOptions: DirectInit = { attemptSignal: signal, maxBytes };
    return this.connected?.isDirect === true ? { fetchOptions } : { signal };
  }

  get secrets(): readonly string[] {
    return this.connected?.secrets ?? [];
  }

  get server(): (() => ServerAddress) | undefined {
    return this.connected?.server;
  }

  get keyRemedy(): (() => string) | undefined {
    return this.connected?.keyRemedy;
  }

  get renew(): (() => Recovery | undefined) | undefined {
    return this.connected?.renew;
  }
}
