import type { FilePart, ImagePart, Majordomo } from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';
import type { Redactor } from '@majordomo/redact';
import type { Planner } from './inspector/options.ts';

/** Who asks, as `authorize` says. */
export interface Caller {
  /** Gates, limits and events see it. */
  readonly tenant?: string | undefined;
  /** May see the inspector. */
  readonly admin?: boolean | undefined;
  /** Names, and with `anySpec` specs, that it may ask for. Default: all names that the gateway shows. */
  readonly models?: readonly string[] | undefined;
  /** Goes into the metadata of its calls; nothing of it is sent to a vendor. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Takes a picture or a file by its URL; `fetchMedia` of `@majordomo/media` fits. */
export type FetchMedia = (
  url: string,
  options: { readonly signal: AbortSignal },
) => Promise<ImagePart | FilePart>;

/** What a gateway serves, to whom, and how much of it. */
export interface GatewayOptions {
  /** Answers every call: its chains, gates, health and events hold here too. */
  readonly majordomo: Majordomo;
  /** What clients may ask for, and as what: `{ 'gpt-x': 'openai/gpt-x,anthropic/claude-y' }`. */
  readonly models: { readonly [name: string]: string };
  /** Also take any spec as a model's name. Default false. */
  readonly anySpec?: boolean | undefined;
  /**
   * Who asks; `undefined` is refused with 401. Without it `fetch` refuses everybody, and `serve` admits loopback. What
   * needs the body, or a copy, takes `request.clone()`.
   */
  readonly authorize?: ((request: Request) => Caller | undefined | Promise<Caller | undefined>) | undefined;
  /** What the inspector shows of spending and limits. */
  readonly ledger?: Ledger | undefined;
  /** The page at `/inspector`. Default: off; `content` shows prompts and answers too; `token` is asked for once. */
  readonly inspector?:
    | {
        readonly content?: boolean | undefined;
        readonly keep?: number | undefined;
        readonly token?: string | undefined;
        /** Plans of names; `Router` of `@majordomo/routing` fits. */
        readonly router?: Planner | undefined;
        /** Masks what is shown. Default: the rules of `@majordomo/redact`. */
        readonly redactor?: Redactor | undefined;
      }
    | undefined;
  /**
   * Called with what `authorize` threw, failures of the gateway itself, and calls that failed for a reason that only the
   * operator can resolve: a missing key, a limit that waiting does not change, a gate that failed. `onEvent` of the majordomo
   * reports every other failure of a call. Errors that it throws are dropped.
   */
  readonly onError?: ((error: unknown, about: { readonly requestId: string }) => void) | undefined;
  /** Largest body of a request. Default 32 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Calls at a time; one more is answered with 429. Default 5,000. */
  readonly maxConcurrent?: number | undefined;
  /** A client that reads nothing for this long, in ms, is cut. Default 60,000. */
  readonly idleMs?: number | undefined;
  /** Origins that browsers may ask from, such as `https://app.example`. Default: none. */
  readonly cors?: readonly string[] | undefined;
  /** Takes pictures and files by URL; `fetchMedia` of media fits. Default: refused. */
  readonly fetchMedia?: FetchMedia | undefined;
}

/** The options of a gateway with their defaults. */
export interface Settings extends Omit<
  GatewayOptions,
  'anySpec' | 'maxBodyBytes' | 'maxConcurrent' | 'idleMs' | 'cors'
> {
  readonly anySpec: boolean;
  readonly maxBodyBytes: number;
  readonly maxConcurrent: number;
  readonly idleMs: number;
  readonly cors: readonly string[];
}
