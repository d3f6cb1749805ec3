import type { Tool, Toolbox } from '@majordomo/agent';
import type { ChatModel, Clock, Credential, JsonObject } from '@majordomo/core';

/** Program that serves MCP on stdin and stdout. */
export interface McpProgram {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** Environment of the program, in addition to this process's harmless variables, such as `PATH` and `HOME`. @default {} */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** Address of a server that uses streamable HTTP. */
export interface McpAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Bearer token. After a 401, the credential is requested once more. `oauth(…).credential` of `@majordomo/credentials` refreshes
   * its token automatically.
   */
  readonly credential?: Credential | undefined;
  /** Function for requests, such as that of a service binding. `@default the global fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Endpoint of a server: a program or an address. */
export type McpEndpoint = McpProgram | McpAddress;

/** Event of a connection. */
export interface McpEvent {
  /**
   * Type of the event. `tools-changed`: the list of tools changed. `tool-changed`: a tool's definition changed.
   * `tool-rejected`: a tool is not offered to the model, because its input schema is nested too deeply.
   */
  readonly type: 'connected' | 'closed' | 'tools-changed' | 'tool-changed' | 'tool-rejected' | 'stderr';
  /** Description of the event, without the secrets in `place`. */
  readonly detail: string;
}

/** Model and limits for completions that a server requests. */
export interface McpSampling {
  readonly model: ChatModel;
  /** Maximum number of requests per connection, including reconnections. Further requests are refused. @default 10 */
  readonly maxRequests?: number | undefined;
  /** Maximum number of output tokens of a completion. Larger requests are reduced. @default 1_000 */
  readonly maxTokens?: number | undefined;
}

/** Question that a server asks the user. */
export type McpQuestion =
  | { readonly mode: 'form'; readonly message: string; readonly schema: JsonObject }
  /** Address to open. Show the complete address, and open the address only if the user agrees. */
  | { readonly mode: 'url'; readonly message: string; readonly url: string };

/** The user's reply. `decline`: the user refused. `cancel`: the user did not decide. */
export type McpReply =
  | { readonly action: 'accept'; readonly content?: JsonObject | undefined }
  | { readonly action: 'decline' | 'cancel' };

/** Options of `connectMcp`. */
export interface McpOptions {
  /** Name of the toolbox, and default prefix of its tools. */
  readonly name: string;
  /** Program or address of the server. */
  readonly place: McpEndpoint;
  /** Prefix of tool names, or `''` for no prefix. `@default '<name>_'` */
  readonly prefix?: string | undefined;
  /** Server's names of the tools to use, or a function that selects the tools. `@default all, up to 1,000` */
  readonly only?:
    | readonly string[]
    | ((tool: { readonly name: string; readonly description: string | undefined }) => boolean)
    | undefined;
  /**
   * Tools whose calls require approval. `destructive`: tools that the server declares destructive. A tool with a changed
   * definition also requires approval, except with `none`.
   * @default 'destructive'
   */
  readonly approve?: 'all' | 'none' | 'destructive' | undefined;
  /** Maximum time to connect or reconnect, in milliseconds. Includes the installation of a program. `@default 60_000` */
  readonly connectMs?: number | undefined;
  /** Maximum time of a call without data from the server, in milliseconds. Progress counts as data. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** Maximum total duration of a call, in milliseconds. `@default 600_000` */
  readonly totalMs?: number | undefined;
  /** Maximum number of retries of a failed call of a tool that the server declares read-only or idempotent. @default 0 */
  readonly retries?: number | undefined;
  /** Maximum number of characters of a result. A longer text is truncated and marked. `@default 100_000` */
  readonly maxResultChars?: number | undefined;
  /** Model, optionally with limits, for completions that the server requests. `@default such requests are refused` */
  readonly sampling?: ChatModel | McpSampling | undefined;
  /** `file://` addresses of folders that are sent to the server on request. @default such requests are refused */
  readonly roots?: readonly string[] | undefined;
  /**
   * Function that shows a server's question to the user and returns the reply. Meanwhile, call timeouts pause. @default such
   * requests are refused
   */
  readonly onElicit?:
    | ((question: McpQuestion, io: { readonly signal: AbortSignal }) => McpReply | Promise<McpReply>)
    | undefined;
  /** Listener for connections, changed tools and stderr output. Errors that the listener throws are ignored. */
  readonly onEvent?: ((event: McpEvent) => void) | undefined;
  /** Protocol version. `2025`: the protocol of 2025. `auto`: the protocol of July 2026, otherwise that of 2025. @default '2025' */
  readonly protocol?: '2025' | 'auto' | undefined;
  /** Signal that aborts connecting. Has no effect once the connection is open. */
  readonly signal?: AbortSignal | undefined;
  /** Clock for timeouts and backoff. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** A server's tools, which change when the server changes them. An agent applies changes before its next step. */
export interface McpToolbox extends Toolbox, AsyncDisposable {
  readonly tools: readonly Tool[];
  /** Reloads the list of tools. Reconnects if necessary. */
  refresh(): Promise<void>;
  /** Aborts calls in progress and closes the connection. Ends the server's program and its child processes, if any. */
  close(): Promise<void>;
}
