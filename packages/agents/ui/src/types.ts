import type { AgentEvent, AgentStream, Decision, RunResult, RunState, Tool } from '@majordomo/agent';
import type { RunChannel, RunEvent } from '@majordomo/agent/durable';
import type {
  ChatResponse,
  ChatStream,
  Clock,
  ErrorKind,
  FinishReason,
  JsonObject,
  JsonValue,
  LlmError,
  Message,
  ToolCallPart,
  ToolResultPart,
  Usage,
} from '@majordomo/core';

/**
 * Events that can be sent to a page: the stream of a `ChatModel`, the stream of an `Agent`, or the events of a durable run
 * from `watchRun`. The stream must not have been read before.
 */
export type UiEvents = ChatStream | AgentStream | AsyncIterable<RunEvent> | AsyncIterable<AgentEvent>;

/* The message types depend on the version of the AI SDK. */
/* eslint-disable @typescript-eslint/no-explicit-any */
/** A message of the AI SDK (`UIMessage` of `ai` 5, 6 and 7), as JSON. */
export interface UiMessage {
  /** Id of the message. */
  id: string;
  /** Author of the message. */
  role: 'system' | 'user' | 'assistant';
  /** Application data of the message, such as the data that `UiOptions.metadata` adds. */
  metadata?: any;
  /** Parts of the message. Types as in `UIMessagePart` of the AI SDK. */
  parts: any[];
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** A chunk of the AI SDK's UI message stream protocol, version 1, as JSON. */
export interface UiMessageChunk extends JsonObject {
  /** Type of the chunk, such as `text-delta`. */
  readonly type: string;
}

/** Options of `fromUiMessages`. */
export interface FromUiOptions {
  /**
   * Secrets of the approval signatures, each at least 32 random bytes. The first secret is current. Signatures by the other
   * secrets are also accepted. If not set, approvals without a `stored` run state are rejected.
   */
  readonly secret?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Id of the chat in the approval signatures. Must equal the `chatId` of `UiOptions`. `@default undefined` */
  readonly chatId?: string | undefined;
  /**
   * Transcript of this chat, or state of its run, from the application's store, after a check that the chat is of the user. If set,
   * only the page's last user message or decisions are used. If a user message arrives instead of a decision, the pending calls get an
   * error result. To regenerate a response, omit the last turn and its user message. If not set, the page's transcript is used.
   */
  readonly stored?: readonly Message[] | RunState | undefined;
  /**
   * Function that loads a file part whose URL is not a `data:` URL. It must check the address. If not set, such a part is
   * rejected with `invalid-request`, because a page could name addresses inside the server's network.
   */
  readonly file?:
    | ((part: {
        readonly url: string;
        readonly mediaType: string;
        readonly filename: string | undefined;
      }) => Promise<Uint8Array>)
    | undefined;
  /** Function that converts a user message's `data-…` part to text, or returns `undefined` to drop it. @default drops all */
  readonly data?:
    | ((part: {
        readonly type: string;
        readonly id: string | undefined;
        readonly data: unknown;
      }) => string | undefined)
    | undefined;
  /** Clock for the expiry of approvals. `@default systemClock` */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** Validated input of a page. */
export interface UiInput {
  /** Transcript for `ChatModel.stream` or for a new run. Every tool call except pending ones has a result. */
  readonly messages: readonly Message[];
  /** Input of `Agent.run` and `Agent.stream`: the transcript, or the paused run with the calls that `decisions` decide. */
  readonly run: readonly Message[] | RunState;
  /** Decisions of the user on pending calls. */
  readonly decisions: readonly Decision[];
  /** Id of the assistant message that the response continues; `undefined` for a new message. */
  readonly messageId: string | undefined;
  /** Number of steps that this assistant message already shows. */
  readonly steps: number;
}

/** Options of `toUiMessages`. With `state`, set the same `secret` and `chatId` as for its response. */
export interface ToUiOptions extends Pick<UiOptions, 'reasoning' | 'replay' | 'secret' | 'chatId'> {
  /** Function that returns the id of the message that begins at `index` of the transcript. `@default (index) => \`m${index}\`` */
  readonly id?: ((index: number) => string) | undefined;
  /** Paused run whose pending calls become approval requests. */
  readonly state?: RunState | undefined;
}

/** Facts about a response, stored as `majordomo` in the metadata of its message. */
export interface UiFacts {
  /** Targets that responded, in order and without duplicates. */
  readonly targets: readonly string[];
  /** Token usage of all steps. */
  readonly usage: Omit<Usage, 'details'> | undefined;
  /** Finish reason of the last step. */
  readonly finish: FinishReason | undefined;
  /** Number of attempts in all steps. */
  readonly attempts?: number | undefined;
  /** Cost of all steps as decimal nano-USD. Set when `UiOptions.cost` is given and returns a cost. */
  readonly nanoUsd?: string | undefined;
  /** Failure of the response. */
  readonly error?: { readonly kind: ErrorKind; readonly retryAfterMs?: number | undefined } | undefined;
}

/** Result of a response. */
export interface UiEnd {
  /**
   * `finished`: the response is complete. `awaiting`: calls wait for a decision. `stopped`: the user stopped the response, the
   * page disconnected, or a newer response of the chat started. `failed`: an error ended the response.
   */
  readonly outcome: 'finished' | 'awaiting' | 'stopped' | 'failed';
  /**
   * Transcript to store: `input.messages` and the added messages. After a stop or a failure, the transcript ends with the text
   * that the page has shown. For a durable run without `durable.result`, it contains only `input.messages`.
   */
  readonly messages: readonly Message[];
  /** State of the agent's run, to store while the run awaits decisions. `undefined` for chat streams and durable runs. */
  readonly state: RunState | undefined;
  /** Error that ended the response. If the outcome is `stopped`, the kind of the error is `aborted`. */
  readonly error: LlmError | undefined;
}

/** Apps of MCP tools. */
export interface UiApps {
  /** Returns the app of a tool, and after the call the server's result. `content`: result that the model received. */
  part(
    tool: string,
    callId: string,
    content?: ToolResultPart['content'],
  ): { readonly app: JsonObject; readonly output?: JsonObject | undefined } | undefined;
}

/** Options for the conversion of events to chunks. */
export interface UiOptions {
  /**
   * Major version of the AI SDK on the page. Version 7 (7.0.82 or later): after a failover within a step, the `reset-step` chunk
   * removes the shown content of the step. Versions 6 and 5 lack this chunk, so a `reset` ends the response with an error chunk,
   * which `afterCommit: 'continue'` avoids. Version 5 has no approvals, so pending calls remain `input-available`. `@default 7`
   */
  readonly aiSdk?: 5 | 6 | 7 | undefined;
  /** Result of `fromUiMessages`. If set, the response continues the message `input.messageId` and reports its denied calls. */
  readonly input?: UiInput | undefined;
  /** Id of the assistant message. Must be the same for every replay of a response. `@default` `input.messageId` or a UUID */
  readonly messageId?: string | undefined;
  /**
   * Metadata of the message. The members that a function returns are added to `{ majordomo: facts }`. `false` sends no metadata.
   * To hide the models that `facts.targets` names, pass `false` or return another `majordomo` member. `@default () => ({})`
   */
  readonly metadata?: false | ((facts: UiFacts) => JsonObject) | undefined;
  /**
   * Function that returns the cost of a response for the facts, such as `costOfResponse` of `@majordomo/catalog`. The response
   * waits for the cost for at most 1 second. After that, the facts contain no cost. `@default` no cost
   */
  readonly cost?: ((response: ChatResponse) => Promise<{ readonly nanoUsd: bigint | undefined }>) | undefined;
  /** Whether reasoning is sent. `@default true` */
  readonly reasoning?: boolean | undefined;
  /** Whether citations are sent as source parts, and for version 7 also in the text part. `@default true` */
  readonly sources?: boolean | undefined;
  /**
   * Whether tokens that vendors require in the next request (signatures, encrypted reasoning) are sent as
   * `providerMetadata.majordomo.replay`, so that a stateless page returns them. `@default true`
   */
  readonly replay?: boolean | undefined;
  /**
   * MCP Apps of the agent's toolboxes: `mcpApps(toolboxes)` of `@majordomo/mcp`. A call of a tool with an app is sent with
   * `toolMetadata.app`, and its output is the complete result of the server, as the renderer of the AI SDK expects. Requires version 7.
   * @default no apps
   */
  readonly apps?: UiApps | undefined;
  /** Secret that signs approval requests. In an array, the first one signs. If not set, approvals require a `stored` state. */
  readonly secret?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Id of the chat, part of the approval signatures. */
  readonly chatId?: string | undefined;
  /** Duration for which an approval request is valid, in milliseconds. `@default 86_400_000` */
  readonly approvalTtlMs?: number | undefined;
  /** Functions that return the result and the pending calls of a durable run. Set them for the events of `watchRun`. */
  readonly durable?:
    | {
        /** Function that resolves to the result of the ended run, such as `() => runs.result(id)`. It replaces missed events. */
        readonly result?: (() => Promise<RunResult>) | undefined;
        /** Function that resolves to the waiting calls, or to `[]` after the run, such as `() => runs.awaiting(id)`. */
        readonly awaiting?: (() => Promise<readonly ToolCallPart[]>) | undefined;
      }
    | undefined;
  /**
   * Function that is called once when the response has ended, also if all readers disconnected. The last chunk is sent after it
   * settles, so that a page that received this chunk can read the stored data. If it rejects, the page receives an error chunk.
   */
  readonly onEnd?: ((end: UiEnd) => void | Promise<void>) | undefined;
  /** Listener for every failure, for logging. A returned string replaces the failure text that the page receives. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
  /** Clock for approvals and time limits. `@default systemClock` */
  readonly clock?: Clock | undefined;
}

/** Options for sending a response. */
export interface UiResponseOptions extends UiOptions {
  /** Signal of the request. When the client disconnects, the response is stopped. A resumable response continues. */
  readonly signal?: AbortSignal | undefined;
  /** Time without a chunk after which a comment line is sent, in milliseconds. 0 disables comment lines. `@default 15_000` */
  readonly heartbeatMs?: number | undefined;
  /** Headers in addition to the protocol's headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Options of `createResumableStreams`. */
export interface ResumableOptions {
  /**
   * Channel to the other processes of the application, such as `redisStores(…).channel`. With a channel, `resume` and `stop` work
   * in every process. Only data that a reader in another process needs is published. `@default` this process only
   */
  readonly channel?: RunChannel | undefined;
  /**
   * Time until a response is stopped after its last reader has disconnected, in milliseconds. 0 stops the response immediately.
   * `@default 300_000`
   */
  readonly disconnectMs?: number | undefined;
  /** Time for which an ended response can still be replayed to a page that loads, in milliseconds. `@default 10_000` */
  readonly keepMs?: number | undefined;
  /** Maximum size of a response retained for replay, in characters. A longer response cannot be resumed. `@default 16_777_216` */
  readonly maxChars?: number | undefined;
  /** Clock for the times above. `@default systemClock` */
  readonly clock?: Clock | undefined;
}

/** Options of `ResumableStreams.start`. */
export interface ResumableResponseOptions extends UiResponseOptions {
  /**
   * Id that the page gave its request, for example the id of the user's message. A page that resumes with it gets this response
   * and no other, however early it resumes. Use a new id for each request, also when an answer is generated again.
   */
  readonly requestId?: string | undefined;
}

/** Options of `ResumableStreams.resume`. */
export interface ResumeOptions extends Pick<UiResponseOptions, 'signal' | 'heartbeatMs' | 'headers'> {
  /** Id of the request whose response the page expects. `@default` the newest response that is known */
  readonly requestId?: string | undefined;
}

/**
 * Responses that continue when their connection ends, at most one per chat. A chat id gives access to the response, so the
 * application must check that the user owns the chat before it calls `start`, `resume` or `stop`.
 */
export interface ResumableStreams extends AsyncDisposable {
  /**
   * Starts a response and returns it. The response continues when the client disconnects. A running response of the same chat is
   * stopped, in any process. In the same process, `onEnd` of the new response waits for `onEnd` of the old one. Throws
   * `invalid-request` for an empty id and `config` after `close`.
   */
  start(chatId: string, events: UiEvents, options?: ResumableResponseOptions): Response;
  /**
   * Returns the response of a chat from its beginning: first the stored part, in few chunks and without content that a reset
   * removed, then the rest as it arrives. A continued message is replayed with its earlier parts. Returns status 204 if no
   * process reports a response within 2 seconds. With `requestId`, only the response to that request is returned. For `GET /api/chat/:id/stream`.
   */
  resume(chatId: string, options?: ResumeOptions): Promise<Response>;
  /**
   * Stops the response of a chat. Resolves to true when the connection to the vendor is closed and `onEnd` has settled. Resolves
   * to false if no response is running or no process answered within 2 seconds. Pages get an `abort` chunk.
   */
  stop(chatId: string): Promise<boolean>;
  /** Stops all responses of this process and waits for their `onEnd`. Call it before the process exits. */
  close(): Promise<void>;
}

/** Data of a `data-majordomo-suspended` part: a call whose tool waits for an answer. The page answers with `addToolOutput`. */
export interface UiSuspended {
  /** Id of the call. */
  readonly callId: string;
  /** Payload that the tool passed to `suspend`. For a call whose result is unknown, `{ key }`. */
  readonly payload: JsonValue;
  /** Set if the call was started and its result is unknown. See `RunResult.unknown`. */
  readonly unknown?: true | undefined;
}

/** Validated `RunAgentInput` of AG-UI 1.0. */
export interface AgUiInput extends Pick<UiInput, 'messages' | 'run' | 'decisions'> {
  /** Id of the thread, which the client has chosen. Check that the thread is of the user before you load or store data by this id. */
  readonly threadId: string;
  /** Id of the run that the client requests. */
  readonly runId: string;
  /** Version of AG-UI that the client states; `undefined` for a client before 1.0, such as CopilotKit's. */
  readonly protocolVersion: string | undefined;
  /** Messages as the client sent them. The snapshot after a reset begins with these messages. */
  readonly clientMessages: readonly object[];
  /**
   * Tools of the page, to add to the agent's tools. Their calls pause the run, and the next request contains the results. At most 64,
   * with 20,000 characters each.
   */
  readonly tools: readonly Tool[];
  /** State that the page sent. The page's user can change it. */
  readonly state: JsonValue | undefined;
  /** Context that the page sent for the model. The page's user can change it. */
  readonly context: readonly { readonly description: string; readonly value: string }[];
}

/** Options of `fromAgUi`. */
export interface FromAgUiOptions extends Pick<FromUiOptions, 'secret' | 'stored' | 'clock'> {
  /** The agent's own tools. A tool of the page that has the name of one of them is refused. @default `createAgent` refuses it */
  readonly serverTools?: readonly Pick<Tool, 'name'>[] | undefined;
}

/** Options for sending a run to an AG-UI client. */
export interface AgUiOptions extends Pick<
  UiResponseOptions,
  | 'secret'
  | 'approvalTtlMs'
  | 'onEnd'
  | 'onError'
  | 'clock'
  | 'signal'
  | 'heartbeatMs'
  | 'headers'
  | 'reasoning'
> {
  /** Result of `fromAgUi`. */
  readonly input: AgUiInput;
  /** Channel of `agUiChannel` for state and activities of this response. @default none */
  readonly channel?: AgUiChannel | undefined;
  /**
   * Whether tokens that vendors require in the next request (signatures, encrypted reasoning) are sent as `encryptedValue`, so that a
   * stateless page returns them. @default true
   */
  readonly replay?: boolean | undefined;
}

/**
 * Channel for state and activities of one AG-UI response. The page receives changes between the events of the model and while tools
 * run. A slow page receives only the newest state. Changes after the end of the response are not sent.
 */
export interface AgUiChannel {
  /** Last state: of `setState`, or as the page sent it, which the page's user can change. */
  readonly state: JsonValue | undefined;
  /**
   * Sends the state: first a snapshot, then the changed members, or a snapshot if it is smaller. The state is copied. Throws `config`
   * for a value that is not JSON.
   */
  setState(state: JsonValue): void;
  /** Shows an activity message, or replaces the message with this id. Throws `config` for content that is not a JSON object. */
  activity(id: string, type: string, content: JsonObject): void;
}
