import type { Tool, Toolbox } from '@majordomo/agent';
import type { ChatModel, Clock, Credential, JsonObject } from '@majordomo/core';

/** A program that speaks MCP on its stdin and stdout. */
export interface McpProgram {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** Environment of the program, in addition to a short list of harmless variables such as `PATH` and `HOME`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** A server that is reached over streamable HTTP. */
export interface McpAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Bearer token; `oauth(…).credential` of `@majordomo/credentials` renews itself. Requested again once after a 401. */
  readonly credential?: Credential | undefined;
  /** Default: the platform's. That of a service binding will do. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Where a server is. */
export type McpEndpoint = McpProgram | McpAddress;

/** Event of a connection. */
export interface McpEvent {
  /**
   * `tools-changed`: the list of tools is another; `tool-changed`: a known tool has another definition; `tool-rejected`: the
   * input schema of a tool is too deep, and the tool is not offered.
   */
  readonly type: 'connected' | 'closed' | 'tools-changed' | 'tool-changed' | 'tool-rejected' | 'stderr';
  /** For people; without secrets that the place holds. */
  readonly detail: string;
}

/** Lets a server request completions from a model, within limits. */
export interface McpSampling {
  readonly model: ChatModel;
  /** Maximum requests of a connection, reconnections included. @default 10 */
  readonly maxRequests?: number | undefined;
  /** Maximum tokens of one answer; larger requests are reduced. @default 1_000 */
  readonly maxTokens?: number | undefined;
}

/** Question of a server to the person. */
export type McpQuestion =
  | { readonly mode: 'form'; readonly message: string; readonly schema: JsonObject }
  /** Show the complete address, and open it in a browser only if the person agrees. */
  | { readonly mode: 'url'; readonly message: string; readonly url: string };

/** Reply of the person. `decline`: no; `cancel`: neither yes nor no. */
export type McpReply =
  | { readonly action: 'accept'; readonly content?: JsonObject | undefined }
  | { readonly action: 'decline' | 'cancel' };

/** How a server is connected, and what it may do. */
export interface McpOptions {
  /** Name of the toolbox, and default prefix of its tools. */
  readonly name: string;
  /** Where it is. */
  readonly place: McpEndpoint;
  /** Before each tool's name; default `<name>_`, and `''` for none. */
  readonly prefix?: string | undefined;
  /** Which of the server's tools to take, by the names that it gives them. Default: all, up to 1,000. */
  readonly only?:
    | readonly string[]
    | ((tool: { readonly name: string; readonly description: string | undefined }) => boolean)
    | undefined;
  /**
   * Tools that need approval. `destructive`: those that the server declares destructive. A changed definition needs
   * approval too, except with `none`.
   * @default 'destructive'
   */
  readonly approve?: 'all' | 'none' | 'destructive' | undefined;
  /** Milliseconds that connecting may take, also again; a program may be installed first. Default 60,000. */
  readonly connectMs?: number | undefined;
  /** Milliseconds of a call without a sign of life; progress is one. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds that a call may take in all. Default 600,000. */
  readonly totalMs?: number | undefined;
  /** Retries of a failed call if the server declares the tool read-only or idempotent. @default 0 */
  readonly retries?: number | undefined;
  /** Characters of text that a result may have; what is beyond is cut, and marked. Default 100,000. */
  readonly maxResultChars?: number | undefined;
  /** Answers the server's own requests for a completion, within bounds. Default: refused. */
  readonly sampling?: ChatModel | McpSampling | undefined;
  /** `file://` addresses of folders that the server may request. @default none */
  readonly roots?: readonly string[] | undefined;
  /** Asks the person for the server. Calls do not time out meanwhile. @default refused */
  readonly onElicit?:
    | ((question: McpQuestion, io: { readonly signal: AbortSignal }) => McpReply | Promise<McpReply>)
    | undefined;
  /** Called for connections, changed tools and stderr output. Errors are ignored. */
  readonly onEvent?: ((event: McpEvent) => void) | undefined;
  /** `2025`: initialization of that protocol. `auto`: detects servers of the protocol of July 2026 first. @default '2025' */
  readonly protocol?: '2025' | 'auto' | undefined;
  /** Ends connecting; later it has no effect. */
  readonly signal?: AbortSignal | undefined;
  /** For time limits and backoff. */
  readonly clock?: Clock | undefined;
}

/** The tools of a server, as it has them now; an agent takes changes before its next step. */
export interface McpToolbox extends Toolbox, AsyncDisposable {
  readonly tools: readonly Tool[];
  /** Reconnects if necessary, and loads the list of tools. */
  refresh(): Promise<void>;
  /** Ends calls under way, and the server with all its children where it is a program. */
  close(): Promise<void>;
}
