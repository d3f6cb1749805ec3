import type { Progress } from '@modelcontextprotocol/client';
import type { ServerNotice } from '@majordomo/mcp/internal';

/** Request of a client that a server is answering. */
export interface Exchange {
  /** Identity of the client. Requests of one session have the same. */
  readonly client: object;
  /** Returns the reply of the client to a request of the server. */
  ask(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** Sends a notification that belongs to the request to the client. */
  notify(notice: ServerNotice): void;
  /** Sends progress of the request to the client, if the client asked for it. */
  progress(progress: Progress): void;
}
