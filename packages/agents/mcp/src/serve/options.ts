import type { Agent, Skill, Tool } from '@majordomo/agent';
import type { Message } from '@majordomo/core';
import type { McpStore } from '../store.ts';

/** Options of `serveMcp`. */
export interface ServeOptions {
  /** Name of the server, which clients receive. */
  readonly name: string;
  /** Version of the server, which clients receive. */
  readonly version: string;
  /** Tools to serve, with unique names. */
  readonly tools: readonly Tool[];
  /** Instructions for the clients' models. @default none */
  readonly instructions?: string | undefined;
  /**
   * Handling of tools that need approval. `ask`: the client must ask its user, and a tool does not run if the client does not
   * support elicitation. `client`: the client is trusted to ask its user before a call.
   * @default 'ask'
   */
  readonly approvals?: 'ask' | 'client' | undefined;
  /**
   * Maximum number of HTTP sessions for clients of protocol 2025, which need a session for cancellation and elicitation. With 0,
   * the server has no sessions, as is required on hosts with many instances.
   * @default 0
   */
  readonly sessions?: number | undefined;
  /** Strings and files that clients may read. @default [] */
  readonly resources?: readonly ServedResource[] | undefined;
  /** Prompts that clients may request. @default [] */
  readonly prompts?: readonly ServedPrompt[] | undefined;
  /** Skills. Clients receive a skill's tools, and its instructions as a prompt with the skill's name. @default [] */
  readonly skills?: readonly Skill[] | undefined;
  /** Folder whose skill folders are served through MCP's skills extension. Requires Node, Bun or Deno. @default none */
  readonly skillsFolder?: string | undefined;
  /**
   * Agents, served as tools with the argument `task`. The client's user decides on an agent's calls that need approval, even with
   * `approvals: 'client'`. @default []
   */
  readonly agents?: readonly ServedAgent[] | undefined;
  /**
   * Store for runs of `agents` that wait for an approval. A run can continue for one hour. Several serving processes must share
   * the store. @default the memory of this process, with at most 1,000 runs
   */
  readonly store?: McpStore | undefined;
  /** Listener for errors that occur outside of calls. @default errors are ignored */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** String or file that clients may read. */
export interface ServedResource {
  readonly uri: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly mediaType: string;
  /** Function that returns the content. If it throws an error, the client's request fails. */
  readonly read: (io: { readonly signal: AbortSignal }) => string | Uint8Array | Promise<string | Uint8Array>;
}

/** Prompt that clients may request. */
export interface ServedPrompt {
  readonly name: string;
  readonly description?: string | undefined;
  readonly arguments?:
    | readonly {
        readonly name: string;
        readonly description?: string | undefined;
        readonly required?: boolean | undefined;
      }[]
    | undefined;
  /** Returns messages with text and images. A string is one message of the user. */
  messages(
    args: Readonly<Record<string, string>>,
  ): string | readonly Message[] | Promise<string | readonly Message[]>;
}

/** Agent that clients may call. */
export interface ServedAgent {
  readonly name: string;
  readonly description: string;
  readonly agent: Pick<Agent, 'run'>;
}

/** Server that `serveMcp` returns. */
export interface McpServerHandle {
  /** Serves the client on stdin and stdout. No other code may write to stdout. Resolves when the client has disconnected. */
  stdio(): Promise<void>;
  /** Responds to an HTTP request, which the application must authorize first. */
  fetch(request: Request): Promise<Response>;
  /** Aborts the requests in progress. Later requests receive the status 503. */
  close(): Promise<void>;
}
