import type { Tool, Toolbox } from '@majordomo/agent';
import type { ChatModel, Clock, Credential, JsonObject } from '@majordomo/core';

/** A program that speaks MCP on its stdin and stdout. */
export interface McpProgram {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** Beside a short list of harmless variables, such as `PATH` and `HOME`, all that it gets. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** A server that is reached over streamable HTTP. */
export interface McpAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Goes out as a bearer token; `oauth(…).credential` of `@majordomo/credentials` renews itself. After a 401 it is asked once more. */
  readonly credential?: Credential | undefined;
  /** Default: the platform's. That of a service binding will do. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Where a server is. */
export type McpEndpoint = McpProgram | McpAddress;

/** What can be told of a connection. */
export interface McpEvent {
  /**
   * `tools-changed`: the list of tools is another; `tool-changed`: a known tool has another definition; `tool-rejected`: the
   * input schema of a tool is too deep, and the tool is not offered.
   */
  readonly type: 'connected' | 'closed' | 'tools-changed' | 'tool-changed' | 'tool-rejected' | 'stderr';
  /** For people; without secrets that the place holds. */
  readonly detail: string;
}

/** Lets a server ask a model, within bounds. */
export interface McpSampling {
  readonly model: ChatModel;
  /** Of one connection over its life, reconnections included. Default 10. */
  readonly maxRequests?: number | undefined;
  /** Of one answer; a server that asks for more gets as much. Default 1,000. */
  readonly maxTokens?: number | undefined;
}

/** What a server wants to know of the person. */
export type McpQuestion =
  | { readonly mode: 'form'; readonly message: string; readonly schema: JsonObject }
  /** To be done in a browser; show the whole address, and open it only when the person says so. */
  | { readonly mode: 'url'; readonly message: string; readonly url: string };

/** What the person said. `decline`: no; `cancel`: neither yes nor no. */
export type McpReply =
  | { readonly action: 'accept'; readonly content?: JsonObject | undefined }
  | { readonly action: 'decline' | 'cancel' };

/** How a server is connected, and what it may do. */
export interface McpOptions {
  /** Of the toolbox, and before its tools' names. */
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
   * Which tools wait for a person. Default `destructive`: those that the server calls so. One that is no longer what it
   * was when it was first seen waits too, but under `none`.
   */
  readonly approve?: 'all' | 'none' | 'destructive' | undefined;
  /** Milliseconds that connecting may take, also again; a program may be installed first. Default 60,000. */
  readonly connectMs?: number | undefined;
  /** Milliseconds of a call without a sign of life; progress is one. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds that a call may take in all. Default 600,000. */
  readonly totalMs?: number | undefined;
  /** How often a failed call is tried again, where the server says that the tool only reads or may be repeated. Default 0. */
  readonly retries?: number | undefined;
  /** Characters of text that a result may have; what is beyond is cut, and marked. Default 100,000. */
  readonly maxResultChars?: number | undefined;
  /** Answers the server's own requests for a completion, within bounds. Default: refused. */
  readonly sampling?: ChatModel | McpSampling | undefined;
  /** `file://` addresses of folders that the server is told of. Default: it is told nothing. */
  readonly roots?: readonly string[] | undefined;
  /** Asks the person for the server. While it takes its time, calls do not time out. Default: refused. */
  readonly onElicit?:
    | ((question: McpQuestion, io: { readonly signal: AbortSignal }) => McpReply | Promise<McpReply>)
    | undefined;
  /** Is told of connections, of changed tools and of what a program writes to stderr. What it throws changes nothing. */
  readonly onEvent?: ((event: McpEvent) => void) | undefined;
  /** `auto`: asks the server first whether it speaks the protocol of July 2026; default `2025`: its initialization. */
  readonly protocol?: '2025' | 'auto' | undefined;
  /** Ends connecting; later it has no effect. */
  readonly signal?: AbortSignal | undefined;
  /** For time limits and backoff. */
  readonly clock?: Clock | undefined;
}

/** The tools of a server, as it has them now; an agent takes changes before its next step. */
export interface McpToolbox extends Toolbox, AsyncDisposable {
  readonly tools: readonly Tool[];
  /** Asks the server for its tools, after reconnecting where that is needed. */
  refresh(): Promise<void>;
  /** Ends calls under way, and the server with all its children where it is a program. */
  close(): Promise<void>;
}
