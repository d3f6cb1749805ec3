import type { ClientCapabilities } from '@modelcontextprotocol/client';

/** Notification of a server. */
export interface ServerNotice {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** Receiver of the requests and notifications of a server, such as a gateway, which sends them to its client. */
export interface Forwarding {
  /** Capabilities that the server receives. It may send only the requests that they permit. */
  readonly capabilities: Pick<ClientCapabilities, 'elicitation' | 'sampling' | 'roots'>;
  /** Returns the reply to a request, such as `elicitation/create`. Time limits of calls are paused until it settles. */
  request(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** Called with each notification other than progress and changes of the list of tools. */
  notification(notice: ServerNotice): void;
}

/** Methods of requests that a server sends to its client, by the capability that permits them. */
export const FORWARDED = {
  elicitation: 'elicitation/create',
  sampling: 'sampling/createMessage',
  roots: 'roots/list',
} as const;
