import type { CallEvent, ChatRequest, FilePart, ImagePart, Majordomo } from '@majordomo/core';
import type { InspectorOptions } from '@majordomo/inspector';

/** Caller of a request, as `authorize` returns it. */
export interface Caller {
  /** Tenant of the calls. Gates, limits and events receive it. */
  readonly tenant?: string | undefined;
  /** Whether the caller has access to mounted handlers, such as the inspector. @default false */
  readonly admin?: boolean | undefined;
  /** Names, and with `anySpec` specs, that the caller may call. Default: all names that the gateway serves. */
  readonly models?: readonly string[] | undefined;
  /** Metadata that is added to the metadata of the calls. It is not sent to vendors. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Function that loads an image or a file from its URL. `fetchMedia` of `@majordomo/media` implements it. */
export type FetchMedia = (
  url: string,
  options: { readonly signal: AbortSignal },
) => Promise<ImagePart | FilePart>;

/** Handler that serves a separate path. `createInspector` of `@majordomo/inspector` returns one. */
export interface Mounted {
  /** Path of the handler, such as `/inspector`. It receives the requests at and below this path. */
  readonly path: string;
  /** Listener called with the events of each call of the gateway. `request` is set for chats. */
  readonly onEvent?: ((event: CallEvent, request?: ChatRequest) => void) | undefined;
  /**
   * Handles a request. `admin`: whether `authorize` returned a caller with `admin: true`. The handler refuses other requests
   * itself. A rejection is reported to `onError`, and the client receives 502.
   */
  fetch(request: Request, options?: { readonly admin?: boolean | undefined }): Promise<Response>;
}

/** Models that a gateway serves, its callers, and its limits. */
export interface GatewayOptions {
  /** Majordomo that makes every call, with its chains, gates, health and events. */
  readonly majordomo: Majordomo;
  /** Names that clients may call, and the spec of each: `{ 'gpt-x': 'openai/gpt-x,anthropic/claude-y' }`. */
  readonly models: { readonly [name: string]: string };
  /** Whether clients may also use any spec as the name of a model. @default false */
  readonly anySpec?: boolean | undefined;
  /**
   * Function that identifies the caller. `undefined` is refused with 401. Without this option, `fetch` refuses every caller and
   * `serve` admits callers on this machine. A function that reads the body has to read that of `request.clone()`.
   */
  readonly authorize?: ((request: Request) => Caller | undefined | Promise<Caller | undefined>) | undefined;
  /** Mounted handlers, such as an inspector. They have precedence over built-in routes. @default [] */
  readonly mounts?: readonly Mounted[] | undefined;
  /**
   * Inspector of `@majordomo/inspector`, an optional peer, that is mounted with these options. `true`: its defaults, which admit
   * admins only. If the package is missing or an option is invalid, requests to the page are answered with 502 and the reason,
   * and `onError` receives a `config` error. @default false
   *
   * @example
   * createGateway({ majordomo, models, authorize, inspector: { token: process.env.INSPECTOR_TOKEN, ledger } });
   */
  readonly inspector?: boolean | Omit<InspectorOptions, 'majordomo' | 'models'> | undefined;
  /**
   * Listener called with an error of `authorize`, a failure of the gateway itself, or the error of a call that only the operator
   * can resolve: a missing key, a limit that waiting does not change, a gate that failed. `onEvent` of the majordomo
   * reports every other failure of a call. Errors that the listener throws are dropped.
   */
  readonly onError?: ((error: unknown, about: { readonly requestId: string }) => void) | undefined;
  /** Maximum size of a request body, in bytes. A larger one is refused with 413. @default 33_554_432 */
  readonly maxBodyBytes?: number | undefined;
  /** Maximum number of concurrent calls. Further calls are refused with 429. @default 5_000 */
  readonly maxConcurrent?: number | undefined;
  /** Time after which `serve` cuts a client that does not read its response, in milliseconds. @default 60_000 */
  readonly idleMs?: number | undefined;
  /** Origins of pages that may send requests, such as `https://app.example`. @default [] */
  readonly cors?: readonly string[] | undefined;
  /** Function that loads images and files from URLs; `fetchMedia` of `@majordomo/media` implements it. Default: URLs are refused. */
  readonly fetchMedia?: FetchMedia | undefined;
}

/** Options of a gateway with their defaults. */
export interface Settings extends Omit<
  GatewayOptions,
  'anySpec' | 'mounts' | 'maxBodyBytes' | 'maxConcurrent' | 'idleMs' | 'cors'
> {
  readonly anySpec: boolean;
  readonly mounts: readonly Mounted[];
  readonly maxBodyBytes: number;
  readonly maxConcurrent: number;
  readonly idleMs: number;
  readonly cors: readonly string[];
}
