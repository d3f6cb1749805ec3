import type { MetricSample, RequestEvent } from '@majordomo/admin';
import type {
  CallEvent,
  CallOptions,
  ChatModel,
  ChatRequest,
  FilePart,
  ImagePart,
  JsonObject,
  Majordomo,
  ResultPiece,
} from '@majordomo/core';
import type { Background } from '@majordomo/background';
import type { Catalog } from '@majordomo/catalog';
import type { FileContentStore } from '@majordomo/files';
import type { InspectorOptions } from '@majordomo/inspector';
import type { RecordStore } from '@majordomo/records';
import type { OperatorReports } from './errors/report.ts';

/** Result of `authorize` for a request. */
export interface Caller {
  /** Tenant of the calls. Gates, limits and events receive the tenant. @default none */
  readonly tenant?: string | undefined;
  /** Id of the key that the caller used. The metadata of the caller's calls contains the id as `key`. @default none */
  readonly key?: string | undefined;
  /** Whether the caller may use handlers that admit admins, such as the inspector, and `/metrics`. @default false */
  readonly admin?: boolean | undefined;
  /** Model names that the caller may use. With `anySpec`, may also contain specs. @default all served names */
  readonly models?: readonly string[] | undefined;
  /** Tools, prompts and resources of MCP servers that the caller may use. @default those of all servers */
  readonly mcp?: McpAccess | undefined;
  /**
   * Additional metadata of the caller's calls. Vendors do not receive it. `key` and `requestId` are replaced. A member `client` replaces
   * the metadata that the client sends. @default none
   */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Function that loads an image or a file from a URL. `fetchMedia` of `@majordomo/media` implements this type. */
export type FetchMedia = (
  url: string,
  options: { readonly signal: AbortSignal },
) => Promise<ImagePart | FilePart>;

/** Handler that serves a separate path, such as the result of `createInspector` of `@majordomo/inspector`. */
export interface Mounted {
  /** Path of the handler, such as `/inspector`. The handler receives the requests at and below this path. */
  readonly path: string;
  /** Listener called with the events of each call of the gateway. `request` is set if the call is a chat. */
  readonly onEvent?: ((event: CallEvent, request?: ChatRequest) => void) | undefined;
  /**
   * Responds to a request. `admin`: whether `authorize` returned a caller with `admin: true`. The handler itself refuses
   * callers without access. If it rejects, the client receives the same response as for a call that fails with this error.
   */
  fetch(request: Request, options?: { readonly admin?: boolean | undefined }): Promise<Response>;
  /** Returns whether a client with this bearer token may read `GET /metrics`, if `metrics` is `admin`. @default none may */
  readonly accepts?: ((token: string) => boolean) | undefined;
  /** Returns counters for `GET /metrics`, such as costs. @default none */
  readonly metrics?: (() => readonly MetricSample[]) | undefined;
}

/** Context of a request of a route. */
export interface RouteContext {
  readonly caller: Caller;
  readonly requestId: string;
  /** Path of the URL. */
  readonly path: string;
  /** Options for calls that the route makes. */
  readonly call: CallOptions;
}

/** Handler of a route such as `/v1/batches`. Called only for authorized callers. `onRequest` reports each request. */
export type Route = (request: Request, context: RouteContext) => Promise<Response>;

/**
 * Access to MCP servers, by the name of the server, such as `{ github: ['search_*', '!search_code'] }`. A server without an entry is
 * not accessible. A pattern applies to the name of a tool or prompt, and to the address of a resource. `*` stands for any characters.
 * Accessible is what a pattern matches and no pattern with `!` matches.
 */
export interface McpAccess {
  readonly [server: string]: readonly string[];
}

/** Context of a request to `/mcp` or `/mcp/NAME`. */
export interface McpContext extends RouteContext {
  /** Name of the server in `/mcp/NAME`. `undefined` for `/mcp`, which stands for all servers. */
  readonly server: string | undefined;
  /** Body of a POST as JSON, within the limits of the gateway. `undefined` for other methods. */
  readonly body: unknown;
  /** Signal that aborts when the response has been sent, its stream has ended, or the client has disconnected. */
  readonly ended: AbortSignal;
}

/** Tool of an MCP server, as a model receives it. */
export interface McpTool {
  /** Name at the server. */
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON Schema of the arguments. */
  readonly inputSchema: JsonObject;
  /** Hints of the server, such as `{ readOnlyHint: true }`. */
  readonly annotations?: JsonObject | undefined;
}

/** Answer to a call of a tool: a result, or an error of JSON-RPC. */
export type McpAnswer =
  | { readonly content: readonly ResultPiece[]; readonly isError: boolean }
  | { readonly code: number; readonly message: string };

/** MCP server that a client names by its address. Its headers and its token are secrets of the client. */
export interface McpRemote {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bearer token. */
  readonly token: string | undefined;
}

/** Tools of MCP servers for the models of the Responses API. `server`: name of a server, or a server that the client names by its address. */
export interface McpTools {
  /**
   * Returns the tools of a server that the caller may use, or `undefined` if the caller may use nothing of this server. If it rejects, the
   * client receives the message of the error.
   */
  list(server: string | McpRemote, context: RouteContext): Promise<readonly McpTool[] | undefined>;
  /** Calls a tool. `signal` of `context.call` aborts when the client disconnects. */
  call(server: string | McpRemote, tool: string, args: JsonObject, context: RouteContext): Promise<McpAnswer>;
}

/** Handler of `/mcp` and `/mcp/NAME`, such as the result of `mcpGateway` of `@majordomo/mcp-gateway`. */
export interface McpHandler {
  /**
   * Responds to a request of an authorized caller. The body of `request` has been read. An open event stream counts as a call of the
   * gateway. If the handler rejects, the client receives an error of JSON-RPC.
   */
  fetch(request: Request, context: McpContext): Promise<Response>;
  /**
   * Tools for requests of the Responses API with tools of the type `mcp`.
   * @default none: such tools are dropped with a warning
   */
  readonly tools?: McpTools | undefined;
}

/** Options for the stored state of the Responses API. */
export interface ResponsesOptions {
  /** Store for responses, such as the `records` of `sqliteStores`. */
  readonly records: RecordStore;
  /** Time for which a response is stored, in milliseconds. @default 2_592_000_000 (30 days) */
  readonly keepMs?: number | undefined;
}

/** Options for the files of clients. */
export interface GatewayFilesOptions {
  /** Store for the facts about files and their limits, such as the `records` of `sqliteStores`. */
  readonly records: RecordStore;
  /** Store for the bytes of files, such as `folderFiles(path)` of `@majordomo/files/node`. */
  readonly store: FileContentStore;
  /**
   * Maximum size of a file in bytes. A larger file is refused with 413. The files that a request names must not be larger than
   * `maxBodyBytes` in total. @default 536_870_912 (512 MiB)
   */
  readonly maxBytes?: number | undefined;
  /** Maximum number of files of a tenant, including unfinished uploads. Further files are refused with 400. @default 1_000 */
  readonly maxFiles?: number | undefined;
  /**
   * Maximum size of all files of a tenant in bytes, including unfinished uploads. Further files are refused with 400. The content of
   * deleted files, which is removed 10 minutes later, and temporary copies each have another limit of this size. @default
   * 10_737_418_240 (10 GiB)
   */
  readonly maxTotalBytes?: number | undefined;
  /** Time for which a file is stored in milliseconds. Clients can choose a shorter time. @default 2_592_000_000 (30 days) */
  readonly keepMs?: number | undefined;
}

/** Options of `createGateway`. */
export interface GatewayOptions {
  /** Majordomo instance that makes every call, with its chains, gates, health and events. */
  readonly majordomo: Majordomo;
  /** Spec of each model name that clients may use, such as `{ 'gpt-x': 'openai/gpt-x,anthropic/claude-y' }`. */
  readonly models: { readonly [name: string]: string };
  /** Whether clients may also use any spec of at most 16 targets and aliases as the name of a model. @default false */
  readonly anySpec?: boolean | undefined;
  /**
   * Function that identifies the caller. Callers for which it returns `undefined` are refused with 401. Without this option,
   * `fetch` refuses every caller and `serve` admits callers on this machine. A function that reads the body has to read it from
   * `request.clone()`.
   */
  readonly authorize?: ((request: Request) => Caller | undefined | Promise<Caller | undefined>) | undefined;
  /**
   * Function that wraps the model of each chat, for example with `guarded` of `@majordomo/guards` or `cached` of
   * `@majordomo/cache`. Called once per request. If it throws, the request fails with this error. @default none
   */
  readonly wrapModel?: ((model: ChatModel, caller: Caller) => ChatModel) | undefined;
  /** Handlers of additional paths, such as the result of `createAdmin`. They take precedence over built-in routes. @default [] */
  readonly mounts?: readonly Mounted[] | undefined;
  /**
   * Routes by path. A path that ends in `/*` includes all paths below it. Built-in routes have precedence, so the path of a built-in
   * route is refused. If a route rejects, the client receives the same response as for a call that fails with this error. @default {}
   */
  readonly routes?: { readonly [path: string]: Route } | undefined;
  /**
   * Handler of `/mcp` and `/mcp/NAME`, such as `mcpGateway({ servers })` of `@majordomo/mcp-gateway`. The keys, limits of requests, and
   * reports of the gateway apply to its requests. Requests of the Responses API can name its servers as tools of the type `mcp`.
   * @default none: these paths are not served
   */
  readonly mcp?: McpHandler | undefined;
  /**
   * State of the Responses API, for `previous_response_id`, references to items, and reading stored responses. Only callers of
   * the same tenant can read a response. A response of a caller without a tenant can be read only with the same `key`. All callers
   * for which `authorize` returns neither are treated as one caller. If the store fails, the client receives its response with
   * `store: false`.
   * @default none: nothing is stored, and requests with parameters that need stored responses are refused
   */
  readonly responses?: ResponsesOptions | undefined;
  /**
   * Jobs that answer requests of the Responses API with `background: true`, made with the same majordomo. The id of such a response is
   * the key of its job. The gateway continues jobs of stopped gateways with the same store from its first request until `drain`. An
   * update that replaces the majordomo should also replace the jobs. Running calls then end with the earlier ones.
   * Requires `responses`. Callers whose model `wrapModel` wraps are refused, because the events of a job are read without a wrapper.
   * @default none: requests with `background: true` are refused
   */
  readonly background?: Background | undefined;
  /**
   * Files that clients upload to `/v1/files`, and to which their requests refer by `file_id`. Files belong to a tenant, and those of
   * a caller without a tenant to its `key`. A file that a request names counts for `maxBodyBytes` and `maxUrls`. The content of a
   * document is read only if a target needs it; see `files` of `createMajordomo`.
   * @default none: `/v1/files` is not served, and requests with `file_id` are refused
   */
  readonly files?: GatewayFilesOptions | undefined;
  /**
   * Function that answers `POST /v1/moderations` instead of a model of `models`. Receives and returns OpenAI's JSON bodies. A body
   * without a valid `input` is refused, and so is each caller with an empty list as `models`; other lists do not apply. @default none: the moderation model with the requested name of `models`, by default
   * `omni-moderation-latest`, answers
   */
  readonly moderations?: ((body: JsonObject, options: CallOptions) => Promise<JsonObject>) | undefined;
  /**
   * Access to `GET /metrics`. `public` admits everyone. `admin` admits callers with `admin: true`, and requests with the token of
   * a mounted admin API. @default not served
   */
  readonly metrics?: 'admin' | 'public' | undefined;
  /**
   * Readiness checks, such as `() => stores.ready()`. `/ready` returns 503 with the names of the checks that reject or take
   * longer than 2 s. `onError` receives their errors. @default {}
   */
  readonly checks?: { readonly [name: string]: () => Promise<unknown> } | undefined;
  /**
   * Listener called once per request, when the response is ready. For a streamed response, it is called when the client has read
   * the last byte or has disconnected. `onRequest` of `createCallLog` of `@majordomo/admin` implements this listener.
   */
  readonly onRequest?: ((event: RequestEvent) => void) | undefined;
  /**
   * Listener called with the events of each call of the gateway. `request` is set if the call is a chat. `onEvent` of
   * `createCallLog` of `@majordomo/admin` implements this listener.
   */
  readonly onEvent?: ((event: CallEvent, request?: ChatRequest) => void) | undefined;
  /**
   * Options of the inspector to mount, or `true` for the default options, which admit admins only. Requires the optional peer
   * `@majordomo/inspector`. If the package is missing or an option is invalid, requests to the inspector receive 502 and the
   * reason, and `onError` receives a `config` error. @default false
   * @example
   * createGateway({ majordomo, models, authorize, inspector: { token: process.env.INSPECTOR_TOKEN, ledger } });
   */
  readonly inspector?: boolean | Omit<InspectorOptions, 'majordomo' | 'models'> | undefined;
  /**
   * Catalog with the retirement dates of models, such as a refreshed catalog. If a model retires within 90 days or has retired,
   * its responses have the headers `Deprecation`, `Sunset` and, if a successor is known, `x-majordomo-successor`. Requires the
   * optional peer `@majordomo/catalog`.
   * @default none: no response has these headers
   */
  readonly catalog?: Catalog | undefined;
  /**
   * Listener called with errors of `authorize`, failures of the gateway, and errors of calls that only the operator can resolve
   * (a missing key, a limit that does not reset with time, a gate that failed). `onEvent` of the majordomo reports all other
   * failures of calls. Errors that the listener throws are ignored.
   */
  readonly onError?: ((error: unknown, about: { readonly requestId: string }) => void) | undefined;
  /**
   * Maximum size of a request body, in bytes. Also the maximum size of everything that a request names and the gateway loads: the
   * media at URLs, files by `file_id`, and stored responses in JSON. A larger request is refused with 413. @default 33_554_432
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Maximum size of the bodies of all requests in progress, in bytes. A body counts from its first byte to the end of the call.
   * Further requests are refused with 429. Must not be less than `maxBodyBytes`.
   * @default an eighth of the heap of the process, from `maxBodyBytes` to 16 times `maxBodyBytes`
   */
  readonly maxTotalBodyBytes?: number | undefined;
  /**
   * Maximum number of elements of all arrays of a request in JSON together, such as its messages, parts and tools. Its objects may
   * have ten times as many members together. A request with more is refused with 400 before it is parsed. @default 10_000
   */
  readonly maxElements?: number | undefined;
  /**
   * Maximum number of concurrent calls. All choices of a request count as one. A request for a stored response counts as a call, and
   * an open WebSocket as another. Further calls receive 429. @default 5_000
   */
  readonly maxConcurrent?: number | undefined;
  /**
   * Maximum number of open WebSockets of a caller with the same `tenant` and `key`. Further upgrades receive 429. The conversations
   * that all sockets of the caller keep must not be larger than `maxBodyBytes` together. @default 16
   */
  readonly maxSockets?: number | undefined;
  /** Time in milliseconds after which `serve` disconnects a client that does not read its response. @default 60_000 */
  readonly idleMs?: number | undefined;
  /** Origins such as `https://app.example` whose pages may call the gateway. Pages of other origins receive 403. @default [] */
  readonly cors?: readonly string[] | undefined;
  /**
   * Function that loads images and files by URL, such as `fetchMedia` of `@majordomo/media`. Called for at most four URLs of a
   * request at once, and only for a request whose caller may use the model and has budget left. A token count loads nothing.
   * @default none; URLs are refused
   */
  readonly fetchMedia?: FetchMedia | undefined;
  /**
   * Maximum number of different URLs, files and MCP servers by `server_url` that a request may name. A request with more is refused with
   * 400. @default 20
   */
  readonly maxUrls?: number | undefined;
}

type DefaultedOption =
  | 'anySpec'
  | 'mounts'
  | 'routes'
  | 'checks'
  | 'maxBodyBytes'
  | 'maxTotalBodyBytes'
  | 'maxElements'
  | 'maxConcurrent'
  | 'maxSockets'
  | 'maxUrls'
  | 'idleMs'
  | 'cors';

/** Names of the options that `update` cannot change. */
export const FIXED = [
  'mounts',
  'responses',
  'files',
  'metrics',
  'onRequest',
  'onEvent',
  'inspector',
  'onError',
] as const;

/** Options that `update` can change. */
export type GatewayUpdate = Partial<Omit<GatewayOptions, (typeof FIXED)[number]>>;

/** Checked options of a gateway, with defaults. */
export type Settings = Omit<GatewayOptions, DefaultedOption | 'files'> & {
  readonly [Name in DefaultedOption]: NonNullable<GatewayOptions[Name]>;
} & { readonly reports: OperatorReports; readonly files: FilesSettings | undefined };

/** Options for files with defaults. */
export type FilesSettings = {
  readonly [Name in keyof GatewayFilesOptions]-?: NonNullable<GatewayFilesOptions[Name]>;
};
