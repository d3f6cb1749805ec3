import type { Decision, RunState, Tool, Toolbox } from '@majordomo/agent';
import type { RecordStore } from '@majordomo/records';
import type { ChatModel, Clock, Credential, JsonObject, Message, UserMessage } from '@majordomo/core';
import type { OAuthClientProvider } from '@modelcontextprotocol/client';
import type { McpAround } from './around.ts';

/** Program that serves MCP on stdin and stdout. */
export interface McpProgram {
  readonly command: string;
  /** Arguments of the program. @default [] */
  readonly args?: readonly string[] | undefined;
  /** Environment of the program, in addition to a few variables of this process, such as `PATH` and `HOME`. @default {} */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Working directory of the program. @default the directory of this process */
  readonly cwd?: string | undefined;
}

/** Address of a server that uses streamable HTTP. */
export interface McpAddress {
  readonly url: string;
  /** Additional headers of each request to the server. @default {} */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Bearer token, or a function that returns the token for each request. After a 401, the function is called once more.
   * `oauth(…).credential` of `@majordomo/credentials` refreshes its token automatically.
   */
  readonly credential?: Credential | undefined;
  /**
   * Authorization of the client, or an `OAuthClientProvider` of the MCP SDK, for example for an enterprise grant. If the provider
   * redirects the user, the connection fails with `auth`, code `login-required`. Complete the login with the SDK's function `auth`,
   * and connect again. Cannot be combined with `credential`. A web application whose users connect their accounts uses
   * `createMcpConnections`.
   * @default none
   */
  readonly auth?: McpAuth | OAuthClientProvider | undefined;
  /**
   * Hosts (`name` or `name:port`) that the server or its metadata may name for the authorization although their addresses are not
   * public. Other hosts must be public, unless the server itself has a loopback address. @default []
   */
  readonly allow?: readonly string[] | undefined;
  /** Function that sends requests, such as the `fetch` of a service binding. @default the global fetch */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Authorization of the client. The MCP SDK discovers the authorization server, uses PKCE and resource indicators, refreshes
 * tokens, and checks the issuer of the metadata and of the callback (RFC 9207). Credentials are sent only to `issuer`. If the
 * server names another issuer, the connection fails with `auth`.
 */
export type McpAuth = McpMachineAuth | McpLogin;

/** Authorization of a program without a user. */
export type McpMachineAuth =
  | {
      readonly grant: 'client-credentials';
      readonly clientId: string;
      readonly clientSecret: string;
      /** Issuer of the authorization server at which the client is registered. */
      readonly issuer: string;
      /** Scopes to request, separated by spaces. @default the scopes that the server requests */
      readonly scope?: string | undefined;
    }
  | {
      readonly grant: 'private-key-jwt';
      readonly clientId: string;
      /** Private key as PEM (PKCS #8). */
      readonly privateKey: string;
      /** Algorithm of the signature, such as `ES256`. */
      readonly algorithm: string;
      readonly issuer: string;
      readonly scope?: string | undefined;
    };

/** Client of an authorization server. */
export type McpLoginClient =
  /** HTTPS address of a client ID metadata document (CIMD). */
  | { readonly metadataUrl: string }
  /**
   * Client that `issuer` has registered. With `clientSecret`, the client authenticates by the method in the server's metadata. The
   * secret is sent only to `issuer`.
   */
  | { readonly clientId: string; readonly clientSecret?: string | undefined; readonly issuer: string }
  /**
   * Registers the client at each new issuer (RFC 7591), and stores the registration. MCP has deprecated registration, so use it only
   * for servers that offer nothing else.
   */
  | { readonly register: { readonly name: string; readonly uri?: string | undefined } };

/** Login of a user in a browser on this machine. */
export interface McpLogin {
  readonly grant: 'login';
  readonly client: McpLoginClient;
  /** Scopes of the first login, separated by spaces. @default the scopes that the server requests */
  readonly scope?: string | undefined;
  /**
   * Function that shows the address of the login to the user. A login ends after 10 minutes. Without `show`, connecting without a
   * stored token fails with `auth`, code `login-required`.
   */
  readonly show?: ((url: string) => void | Promise<void>) | undefined;
  /** Port of the callback `http://127.0.0.1:<port>/callback`. @default a free port */
  readonly port?: number | undefined;
}

/** Endpoint of a server: a program or an address. */
export type McpEndpoint = McpProgram | McpAddress;

/** Event of a connection. */
export interface McpEvent {
  /**
   * Type of the event. `tools-changed`: the list of tools changed. `tool-changed`: a tool's definition changed.
   * `tool-rejected`: a tool is not offered to the model, because its name is empty, its input schema is nested too deeply, or its visibility
   * is invalid.
   * `approval`: a call requires approval because the definition of its tool has changed. `login-required`: a call needs a login, or
   * further scopes. `revocation-failed`: the authorization server did not revoke the tokens of a user who has disconnected.
   */
  readonly type:
    | 'connected'
    | 'closed'
    | 'tools-changed'
    | 'tool-changed'
    | 'tool-rejected'
    | 'approval'
    | 'stderr'
    | 'login-required'
    | 'revocation-failed';
  /** Description of the event, without the secrets in `place`. */
  readonly detail: string;
}

/** Model and limits for completions that a server requests. */
export interface McpSampling {
  readonly model: ChatModel;
  /** Maximum number of requests per connection, including reconnections. Further requests are refused. @default 10 */
  readonly maxRequests?: number | undefined;
  /** Maximum number of output tokens of a completion. A request for more tokens is reduced to this number. @default 1_000 */
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
  /** Name of the toolbox, and default prefix of its tools. Names in `connectMcpServers` must be unique. */
  readonly name: string;
  /** Program or address of the server. */
  readonly place: McpEndpoint;
  /** Prefix of tool names, or `''` for no prefix. @default '<name>_' */
  readonly prefix?: string | undefined;
  /**
   * New names of tools, by the server's names. They must be unique. The prefix is added to each new name. @default the server's
   * names
   */
  readonly rename?: Readonly<Record<string, string>> | ((name: string) => string) | undefined;
  /**
   * Names of the tools to use, before `rename`, or a function that selects the tools. A vendor may accept fewer tools per request, for
   * example 128. @default all, up to 1,000
   */
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
  /** Maximum time to connect or reconnect, in milliseconds. Includes the installation of a program. @default 60_000 */
  readonly connectMs?: number | undefined;
  /** Maximum time of a call without data from the server, in milliseconds. Progress counts as data. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** Maximum total duration of a call, in milliseconds. @default 600_000 */
  readonly totalMs?: number | undefined;
  /**
   * Maximum number of tool calls at the same time. Further calls wait, and their time limits begin when they are sent.
   * @default unlimited
   */
  readonly concurrency?: number | undefined;
  /** Maximum number of retries of a failed call of a tool that the server declares read-only or idempotent. @default 0 */
  readonly retries?: number | undefined;
  /** Maximum number of characters of a result. A longer text is truncated and marked. @default 100_000 */
  readonly maxResultChars?: number | undefined;
  /** Model, optionally with limits, for completions that the server requests. @default such requests are refused */
  readonly sampling?: ChatModel | McpSampling | undefined;
  /** Folders, as `file://` addresses, which the server receives on request. @default such requests are refused */
  readonly roots?: readonly string[] | undefined;
  /**
   * Function that shows a server's question to the user and returns the reply. While the function runs, `timeoutMs` is paused,
   * but not `totalMs`. @default such requests are refused
   */
  readonly onElicit?:
    | ((question: McpQuestion, io: { readonly signal: AbortSignal }) => McpReply | Promise<McpReply>)
    | undefined;
  /**
   * Whether the application shows MCP Apps, with `mcpApps`. Tools that only an app may call are then hidden from the model, and the
   * complete results of the last 100 calls of tools with an app are retained, up to 1 MiB each. @default false
   */
  readonly apps?: boolean | undefined;
  /** Whether `<prefix>list_resources` and `<prefix>read_resource` are offered if the server has resources. @default false */
  readonly resources?: boolean | undefined;
  /**
   * Events that pause the run, so that the process may end. `elicitation`: a question to the user. A server of protocol 2025
   * receives the answer `cancel`, because its question cannot outlive the process. `task`: a task of the server. `login`: a call
   * that needs a login or further scopes. The payload in `RunState.suspended` is an `McpSuspension`. `McpToolbox.settle` turns the
   * answers into decisions. `elicitation` cannot be combined with `onElicit`, and `login` cannot be combined with `place.auth.show`.
   * @default []
   */
  readonly suspend?: readonly ('elicitation' | 'task' | 'login')[] | undefined;
  /**
   * Time of the first connection. `now`: during `connectMcp`. `first-call`: at the first tool call, or during `connectMcp` if
   * `records` contain no tool list of an earlier connection. @default 'now'
   */
  readonly start?: 'now' | 'first-call' | undefined;
  /**
   * Store for the tool list, the last approved (otherwise first) definition of each tool, definitions for which an approval is requested,
   * and tokens of `place.auth`, by `name` and address. The values of its space `mcp` may be secret.
   * @default the memory of this toolbox
   */
  readonly records?: RecordStore | undefined;
  /** Listener for connections, changed tools and stderr output. Errors that the listener throws are ignored. */
  readonly onEvent?: ((event: McpEvent) => void) | undefined;
  /**
   * Wrapper of each request, such as `mcp` of `createTelemetry`. Its errors are ignored. The probe of `protocol` and the subscription to
   * changes are not wrapped. @default none
   */
  readonly around?: McpAround | undefined;
  /**
   * Protocol version. `auto`: the version of July 2026 if the server supports it, otherwise that of 2025. A probe finds the version.
   * A program has 10 seconds to respond to the probe, and is started again if it ends. `records` contain the version for seven days.
   * `2025`: no probe. @default 'auto'
   */
  readonly protocol?: '2025' | 'auto' | undefined;
  /** Signal that aborts connecting. Has no effect once the connection is open. */
  readonly signal?: AbortSignal | undefined;
  /** Clock for timeouts and backoff. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Toolbox with the current tools of a server. An agent applies changes to these tools before its next step. */
export interface McpToolbox extends Toolbox, AsyncDisposable {
  readonly tools: readonly Tool[];
  /** Instructions of the server, at most 20,000 characters. `undefined` before the first connection, or without instructions. */
  readonly instructions: string | undefined;
  /** Returns the server's resources and resource templates. */
  resources(): Promise<readonly McpResource[]>;
  /** Returns the content of a resource as text, images and PDFs. Throws `invalid-request` for an unknown address. */
  readResource(
    uri: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<UserMessage['parts']>;
  /** Returns the server's prompts. */
  prompts(): Promise<readonly McpPrompt[]>;
  /** Returns the messages of a prompt. Throws `invalid-request` for an unknown name or a missing argument. */
  prompt(
    name: string,
    args?: Readonly<Record<string, string>>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly Message[]>;
  /**
   * Returns decisions for the suspended calls of this server, including those of sub-agents. A call receives a decision when its
   * task has ended or all its questions are answered. Keys of `answers` are ids of calls as in `RunResult.awaiting`, followed by
   * `#<key>` if a call has several questions. A call that waits for a login is repeated once the login is stored. Continue with the
   * returned state, because it contains further questions of the server. Sends no request and throws `invalid-request` if an answer
   * does not match its form or no call waits for it.
   */
  settle(
    state: RunState,
    answers?: Readonly<Record<string, McpReply>>,
  ): Promise<{ readonly state: RunState; readonly decisions: readonly Decision[] }>;
  /** Reloads the list of tools. Reconnects if necessary. */
  refresh(): Promise<void>;
  /** Aborts calls in progress and closes the connection. Ends the server's program and its child processes, if any. */
  close(): Promise<void>;
}

/** Payload of a call that waits for an MCP server, in `RunState.suspended`. */
export type McpSuspension =
  | {
      readonly type: 'mcp-elicitation';
      /** Name of the toolbox. */
      readonly server: string;
      /** Name of the tool on the server. */
      readonly tool: string;
      readonly args: JsonObject;
      readonly questions: Readonly<Record<string, McpQuestion>>;
      /** Replies to the server's other requests. They are sent together with the answers to `questions`. */
      readonly replies?: JsonObject | undefined;
      /** Opaque state of the server, which is sent back unchanged. */
      readonly requestState?: string | undefined;
    }
  | {
      readonly type: 'mcp-task';
      readonly server: string;
      readonly tool: string;
      readonly taskId: string;
      /** Questions whose answers the task requires. */
      readonly questions?: Readonly<Record<string, McpQuestion>> | undefined;
    }
  | McpLoginSuspension;

/** Payload of a call that needs a login, or further scopes. `settle` repeats the call after the login. */
export interface McpLoginSuspension {
  readonly type: 'mcp-login';
  /** Name of the toolbox. */
  readonly server: string;
  /** Name of the tool on the server. */
  readonly tool: string;
  readonly args: JsonObject;
  /** Scopes to request in addition to those of the latest login, separated by spaces. */
  readonly scopes: string | undefined;
}

/** Resource of a server. */
export interface McpResource {
  readonly uri: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly mediaType: string | undefined;
  /** Whether `uri` is a template of RFC 6570. */
  readonly isTemplate: boolean;
}

/** Prompt of a server. */
export interface McpPrompt {
  readonly name: string;
  readonly description: string | undefined;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string | undefined;
    readonly required: boolean;
  }[];
}
