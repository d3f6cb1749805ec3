import type { Tool } from '@majordomo/agent';

/** Options of `serveMcp`. */
export interface ServeOptions {
  /** Name that clients see. */
  readonly name: string;
  /** Version that clients see. */
  readonly version: string;
  /** Names are unique. */
  readonly tools: readonly Tool[];
  /** Instructions for the clients' models. */
  readonly instructions?: string | undefined;
  /**
   * Approval of tools. `ask`: the client asks the person; if it cannot, the tool does not run. `client`: the client is
   * trusted to ask before it calls.
   * @default 'ask'
   */
  readonly approvals?: 'ask' | 'client' | undefined;
  /**
   * Maximum HTTP sessions of clients of 2025, through which cancellation and questions to a person work. 0: every
   * request is independent, for hosts with many instances.
   * @default 0
   */
  readonly sessions?: number | undefined;
  /** Called for errors outside of calls. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Tools, served. */
export interface McpServerHandle {
  /** Serves the client at stdin and stdout; no other code may write to stdout. Resolves when the client is gone. */
  stdio(): Promise<void>;
  /** Serves one HTTP request. The application must authorize it first. */
  fetch(request: Request): Promise<Response>;
  /** Ends what is under way. */
  close(): Promise<void>;
}
