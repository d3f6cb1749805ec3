import type { Catalog } from '@majordomo/catalog';
import type {
  CallEvent,
  CallInfo,
  ChatRequest,
  Clock,
  Majordomo,
  NamedSpec,
  Resolver,
} from '@majordomo/core';
import type { Ledger } from '@majordomo/ledger';

/** Name of a strategy. */
export type StrategyName =
  | 'cost-effective'
  | 'balanced'
  | 'high-performance'
  | 'tool-calling'
  | 'long-context'
  | 'vision'
  | 'research';

/**
 * Weights of a choice. Only their ratios count: `{ cost: 1, speed: 1, quality: 2 }` equals `{ cost: 2, speed:
 * 2, quality: 4 }`.
 */
export interface Weights {
  readonly cost: number;
  readonly speed: number;
  readonly quality: number;
}

/** Call for which a name is resolved. */
export interface Turn {
  /** `undefined` for a look-up without a request, and for images. */
  readonly request: ChatRequest | undefined;
  readonly call: CallInfo | undefined;
  readonly signal: AbortSignal;
}

/** Meaning of a name: a chain, a choice among targets, or a function that returns one of the two. */
export type Preset =
  | string
  /** Chain with its settings. */
  | NamedSpec
  | Choice
  /** Called for each call; `undefined` if the name means nothing now. */
  | ((turn: Turn) => string | undefined | Promise<string | undefined>);

/** Choice of the best targets for a call. */
export interface Choice {
  /** Targets or names. A name is ranked by its first target and used as a whole chain. */
  readonly choose: readonly string[];
  /**
   * Strategy or weights.
   *
   * @default by the request: images use `vision`, tools or a schema `tool-calling`, 4,000 tokens of output or
   * 20,000 characters `long-context`, others `balanced`
   */
  readonly by?: StrategyName | Weights | undefined;
  /**
   * Maximum number of ranked targets in the chain.
   *
   * @default 3
   */
  readonly most?: number | undefined;
  /** Required abilities, in addition to those that the request needs. */
  readonly needs?: Needs | undefined;
  /** Spec that always comes last, without ranking. */
  readonly fallback?: string | undefined;
}

/**
 * Required abilities. Unknown facts do not exclude a target, except an unknown price with `maxUsdPerCall`.
 */
export interface Needs {
  readonly tools?: boolean | undefined;
  readonly images?: boolean | undefined;
  readonly structured?: boolean | undefined;
  /**
   * `true` excludes models without reasoning. `false` excludes models with reasoning, since no catalogue
   * states which of them can omit it.
   */
  readonly reasoning?: boolean | undefined;
  /** Minimum context in tokens, input and output together. */
  readonly contextTokens?: number | undefined;
  /** Maximum estimated cost of a call in USD, such as `0.05`. */
  readonly maxUsdPerCall?: string | undefined;
}

/** Options of `createRouter`. */
export interface RouterOptions {
  /** Presets by name. */
  readonly presets: { readonly [name: string]: Preset };
  /**
   * Catalogue with prices, limits and dates.
   *
   * @default the snapshot of `@majordomo/catalog`
   */
  readonly catalog?: Catalog | undefined;
  /** Ledger whose limits lower the rank of targets that run out. */
  readonly ledger?: Ledger | undefined;
  /**
   * Quality of targets from 0 to 1, as rated by the application.
   *
   * @default 0.5
   */
  readonly quality?: { readonly [target: string]: number } | undefined;
  /**
   * Cheap target that is tried first for simple turns. `is` decides which turns are simple; by default
   * `isSimpleTurn`.
   */
  readonly simpleTurns?:
    { readonly use: string; readonly is?: ((turn: Turn) => boolean) | undefined } | undefined;
  /**
   * Key of call metadata that overrides the choice for a call.
   *
   * @default 'model'
   */
  readonly overrideKey?: string | undefined;
  /**
   * Clock; tests use `fakeClock` of `@majordomo/testing`.
   *
   * @default the system clock
   */
  readonly clock?: Clock | undefined;
}

/** Ranked target. */
export interface Candidate {
  /** Target as written in `choose`, otherwise `provider/model`. */
  readonly target: string;
  /** Sum of the parts; 0 without a ranking. */
  readonly score: number;
  /**
   * Parts of the score: `cost`, `speed` and `quality` are 10 together at best; `health`, `ledger` and
   * `context` are added.
   */
  readonly parts: Readonly<Record<string, number>>;
  /**
   * Estimated cost of this request in nano-USD, with `maxTokens` or 1,000 tokens of output; `undefined` if it
   * is unknown or paid otherwise.
   */
  readonly estimateNanoUsd: bigint | undefined;
}

/** Explanation of what a name means now. No model is called. */
export interface Plan {
  readonly name: string;
  /** Meaning of the name as a spec. */
  readonly chain: string;
  readonly reason: 'preset' | 'ranked' | 'rule' | 'override' | 'simple-turn' | 'fallback';
  /**
   * Ranked targets, best first, including those beyond `most`; without a ranking, the targets in the order of
   * the chain.
   */
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly { readonly target: string; readonly why: string }[];
  /** Assumptions and upcoming retirements. */
  readonly warnings: readonly string[];
}

/** Router of names, created by `createRouter`. */
export interface Router {
  /** For `createMajordomo({ resolvers: [router.resolver] })`. */
  readonly resolver: Resolver;
  /** Listener for `onEvent` that measures the speed of targets. */
  readonly onEvent: (event: CallEvent) => void;
  /**
   * Returns what the resolver would return now, by running it; without a `request`, for 1,000 input tokens.
   * Throws `config` for an unknown name or a name without a meaning, and for errors that a call would have.
   */
  plan(name: string, majordomo: Majordomo, turn?: Partial<Turn>): Promise<Plan>;
  /** Sets or removes a preset. Throws `config` for an invalid preset. */
  set(name: string, preset: Preset | undefined): void;
  /** Returns the names of the presets. */
  names(): readonly string[];
}
