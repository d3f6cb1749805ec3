import type { Tool } from '@majordomo/agent';

/** Options of `serveMcp`. */
export interface ServeOptions {
  /** Name that clients see. */
  readonly name: string;
  /** Version that clients see. */
  readonly version: string;
  /** Tools to serve, with unique names. */
  readonly tools: readonly Tool[];
  /** Instructions for the clients' models. @default none */
  readonly instructions?: string | undefined;
  /**
   * Approval of tools with `approval`. `ask`: the client must ask its user, and a tool does not run if the client cannot.
   * `client`: the client is trusted to ask its user before a call.
   * @default 'ask'
   */
  readonly approvals?: 'ask' | 'client' | undefined;
  /**
   * Maximum number of HTTP sessions for clients of 2025, which need a session for cancellation and elicitation. With 0, every
   * request is independent, for hosts with many instances.
   * @default 0
   */
  readonly sessions?: number | undefined;
  /** Listener for errors that occur outside of calls. @default errors are ignored */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Server that offers tools to MCP clients. */
export interface McpServerHandle {
  /** Serves the client on stdin and stdout. No other code may write to stdout. Resolves when the client has disconnected. */
  stdio(): Promise<void>;
  /** Responds to an HTTP request, which the application must authorize first. */
  fetch(request: Request): Promise<Response>;
  /** Aborts the work in progress. */
  close(): Promise<void>;
}
