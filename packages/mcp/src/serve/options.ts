import type { Tool } from '@majordomo/agent';

/** What is served, and to whom it calls itself what. */
export interface ServeOptions {
  /** Of the server, for clients. */
  readonly name: string;
  /** Of the server, for clients. */
  readonly version: string;
  /** Names are unique. */
  readonly tools: readonly Tool[];
  /** Told to clients, for their models. */
  readonly instructions?: string | undefined;
  /**
   * Who sees to it that a person agrees where a tool's `approval` says so. Default `ask`: the person is asked through the
   * client, and where it cannot ask the tool does not run. `client`: the client is trusted to ask before it calls.
   */
  readonly approvals?: 'ask' | 'client' | undefined;
  /**
   * How many sessions of clients of 2025 this process keeps over HTTP: through them, cancelling and asking a person reach it.
   * Default 0: each request stands for itself, which suits hosts with many instances.
   */
  readonly sessions?: number | undefined;
  /** Is told of what fails outside of calls. */
  readonly onError?: ((error: Error) => void) | undefined;
}

/** Tools, served. */
export interface McpServerHandle {
  /** Serves the client at stdin and stdout, to which nobody else may write; resolves when it is gone. */
  stdio(): Promise<void>;
  /** Serves one HTTP request. Who may ask is for the app to check before. */
  fetch(request: Request): Promise<Response>;
  /** Ends what is under way. */
  close(): Promise<void>;
}
