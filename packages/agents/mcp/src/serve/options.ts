import type { Agent, Skill, Tool } from '@majordomo/agent';
import type { Message, JsonObject, ObjectSchema } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import type { ServerEventBus } from '@modelcontextprotocol/server';
import type { McpAround } from '../around.ts';
import type { McpQuestion } from '../options.ts';

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
  /**
   * Maximum number of elements of all arrays of an HTTP request together. A request with more elements, more than ten times as many
   * object members, 500 levels or 4 MiB is refused before it is parsed. @default 10_000
   */
  readonly maxElements?: number | undefined;
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
   * Store for runs of `agents` that wait for an approval, in its space `mcp-runs`. A run can continue once, for one hour. Several serving
   * processes must share the store. @default the memory of this process, with at most 1,000 runs
   */
  readonly records?: RecordStore | undefined;
  /**
   * Host names that `fetch` accepts in `Host` and `Origin`, without ports. `any` disables the check, for platforms that route requests
   * by host. Another host receives the status 403. @default loopback names
   */
  readonly hosts?: readonly string[] | 'any' | undefined;
  /** Further host names of pages that may send requests (`Origin`). Requests without `Origin` need no entry. @default [] */
  readonly origins?: readonly string[] | undefined;
  /**
   * Resources whose addresses contain variables (RFC 6570: `{name}` and `{+name}`). Pass `[]` if `update` adds the first resource of any
   * kind, because a client that connects without resources never reads them. @default no templates
   */
  readonly templates?: readonly ServedTemplate[] | undefined;
  /** HTML apps of tools (MCP Apps). Clients without apps receive the tools as before. @default [] */
  readonly apps?: readonly ServedApp[] | undefined;
  /** Secret of at least 32 bytes that signs the state of `ask`. Several processes must share it. @default random per process */
  readonly secret?: string | Uint8Array | undefined;
  /** Change notifications between processes: a `ServerEventBus` of the MCP SDK. @default this process */
  readonly bus?: ServerEventBus | undefined;
  /**
   * Wrapper of each request, except for `initialize` and `ping`, such as `mcp` of `createTelemetry`. Its errors are ignored.
   * @default none
   */
  readonly around?: McpAround | undefined;
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
  /** Functions that complete the arguments. @default none */
  readonly complete?: Completions | undefined;
  /** Returns messages with text, images and files. A string is one message of the user. `io` is a context for `ask`. */
  messages(
    args: Readonly<Record<string, string>>,
    io: PromptContext,
  ): string | readonly Message[] | Promise<string | readonly Message[]>;
}

/** Context of a prompt, for `ask`. */
export interface PromptContext {
  readonly context: unknown;
  /** Signal that aborts when the client disconnects, or the prompt waits for an answer. */
  readonly signal: AbortSignal;
}

/** Resource whose address contains variables. */
export interface ServedTemplate {
  /**
   * Address with variables, such as `seat://{flight}/{seat}`. A variable has at least one character and ends at the first occurrence of
   * the text after it. `{name}` does not contain a slash, `{+name}` may.
   */
  readonly template: string;
  /** Unique name. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly mediaType: string;
  /** Returns the content, or `undefined` if no such resource exists. Values are decoded, and may contain any characters. */
  readonly read: (
    variables: Readonly<Record<string, string>>,
    io: { readonly signal: AbortSignal },
  ) => string | Uint8Array | undefined | Promise<string | Uint8Array | undefined>;
  /** Functions that complete the variables. @default none */
  readonly complete?: Completions | undefined;
}

/**
 * Functions that complete an argument, by name. `value`: the characters that the user has typed. `args`: values of other arguments.
 * The client receives at most 100 values.
 */
export type Completions = Readonly<
  Record<
    string,
    (value: string, args: Readonly<Record<string, string>>) => readonly string[] | Promise<readonly string[]>
  >
>;

/** HTML app of tools (MCP Apps, 2026-01-26). */
export interface ServedApp {
  /** Address, which begins with `ui://`. */
  readonly uri: string;
  /** Names of the tools whose results the app shows. */
  readonly tools: readonly string[];
  readonly html: string | (() => string | Promise<string>);
  /** Origins from which the app may load data and resources. @default none */
  readonly csp?:
    | {
        readonly connectDomains?: readonly string[] | undefined;
        readonly resourceDomains?: readonly string[] | undefined;
      }
    | undefined;
  /** Whether the host should draw a border around the app. @default the host decides */
  readonly prefersBorder?: boolean | undefined;
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
  /**
   * Replaces the tools without those of skills, or the templates, for new requests, and notifies the clients. Throws like `serveMcp` for
   * an invalid tool or template, and then changes nothing.
   */
  update(change: {
    readonly tools?: readonly Tool[] | undefined;
    readonly templates?: readonly ServedTemplate[] | undefined;
  }): void;
  /** Notifies the clients that subscribed to a resource. */
  resourceUpdated(uri: string): void;
  /** Aborts the requests in progress. Later requests receive the status 503. */
  close(): Promise<void>;
}

/** Question of `ask`. `schema`: form with members that are strings, numbers, booleans or lists of options. */
export type AskQuestion<T extends object> = (
  | { readonly message: string; readonly schema: ObjectSchema<T> | JsonObject }
  | Extract<McpQuestion, { mode: 'url' }>
) & {
  /**
   * Name of the question, unique in a call: 1 to 64 letters, digits, `_`, `-` and `.`, but not `approve`. Set it if a tool asks its
   * questions in different orders, because an answer belongs to the question of its name. @default `q1`, `q2` … in the order of the questions
   */
  readonly key?: string | undefined;
};

/** Answer of the user. `content` matches the schema. `decline`: the user refused. `cancel`: the user did not decide. */
export type AskAnswer<T extends object> =
  | { readonly action: 'accept'; readonly content: T }
  | { readonly action: 'decline' | 'cancel' };
