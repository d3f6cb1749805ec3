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
 * Weights of a choice. Only their ratios matter: `{ cost: 1, speed: 1, quality: 2 }` equals
 * `{ cost: 2, speed: 2, quality: 4 }`.
 */
export interface Weights {
  readonly cost: number;
  readonly speed: number;
  readonly quality: number;
}

/** Call for which a name is resolved. */
export interface Turn {
  /** Request of the call. `undefined` for a look-up without a request, and for calls that are not chats. */
  readonly request: ChatRequest | undefined;
  readonly call: CallInfo | undefined;
  readonly signal: AbortSignal;
}

/** Definition of a name: a chain, a choice among targets, or a function that returns a spec. */
export type Preset =
  | string
  /** Chain with its settings. */
  | NamedSpec
  | Choice
  /** Function that returns a spec for a call, or `undefined` if the name cannot be resolved at present. */
  | ((turn: Turn) => string | undefined | Promise<string | undefined>)
  | Split;

/** Preset that divides calls among arms; see `split`. */
export interface Split {
  (turn: Turn): string;
  /** Weights by name or target. */
  readonly arms: { readonly [arm: string]: number };
  /** Returns the arm of a key. */
  armOf(key: string): string;
}

/** Options of `split`. */
export interface SplitOptions {
  /** Part of the hash. Splits with equal salts and arms choose the same keys. Change it to choose other keys. @default '' */
  readonly salt?: string | undefined;
}

/** Choice of the best targets for a call. */
export interface Choice {
  /** Targets or names. The first target of a name determines its rank, and the complete chain of the name is used. */
  readonly choose: readonly string[];
  /**
   * Strategy or weights of the ranking.
   *
   * @default the first that fits the request: `vision` for images, `tool-calling` for tools or a schema, `long-context` for
   * `maxTokens` of at least 4,000 or at least 20,000 characters, or `balanced`
   */
  readonly by?: StrategyName | Weights | undefined;
  /**
   * Maximum number of ranked targets in the chain.
   *
   * @default 3
   */
  readonly most?: number | undefined;
  /** Required abilities, in addition to those that the request needs. `tools: false` allows targets without tools. @default {} */
  readonly needs?: Needs | undefined;
  /** Spec that always follows the ranked targets. The spec itself is not ranked. @default no fallback */
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
   * Whether the model must reason. `true` excludes models without reasoning. `false` excludes all models with reasoning, because
   * the catalog does not state which of these models can disable it.
   */
  readonly reasoning?: boolean | undefined;
  /** Minimum context in tokens, including input and output. */
  readonly contextTokens?: number | undefined;
  /** Maximum estimated cost of a call in USD, such as `0.05`. */
  readonly maxUsdPerCall?: string | undefined;
}

/** Options of `createRouter`. */
export interface RouterOptions {
  /** Presets by name. */
  readonly presets: { readonly [name: string]: Preset };
  /**
   * Catalog with prices, limits and dates.
   *
   * @default the snapshot of `@majordomo/catalog`
   */
  readonly catalog?: Catalog | undefined;
  /** Ledger, read at most every 5 s with a time limit of 250 ms. Targets whose limits in it are nearly used up rank lower. @default none */
  readonly ledger?: Ledger | undefined;
  /**
   * Quality of targets from 0 to 1, as the application rates it.
   *
   * @default 0.5
   */
  readonly quality?: { readonly [target: string]: number } | undefined;
  /**
   * `use`: target that is called first for simple turns. `is`: function that returns whether a turn is simple, by default
   * `isSimpleTurn`. @default no special target
   */
  readonly simpleTurns?:
    | { readonly use: string; readonly is?: ((turn: Turn) => boolean) | undefined }
    | undefined;
  /**
   * Key of the call metadata whose value overrides the outermost preset for a call. The catalog need not contain the model.
   *
   * @default 'model'
   */
  readonly overrideKey?: string | undefined;
  /**
   * Clock. Tests use `fakeClock` of `@majordomo/testing`.
   *
   * @default the system clock
   */
  readonly clock?: Clock | undefined;
}

/** Ranked target. */
export interface Candidate {
  /** Target as written in `choose`, or otherwise `provider/model`. */
  readonly target: string;
  /** Sum of `parts`. 0 if the targets are not ranked. */
  readonly score: number;
  /**
   * Parts of the score. The sum of `cost`, `speed` and `quality` is at most 10. The score adds `health`, `ledger` and `context`.
   */
  readonly parts: Readonly<Record<string, number>>;
  /**
   * Estimated cost of this request in nano-USD, with a response of `maxTokens` or 1,000 tokens. `undefined` if the price is
   * unknown or a subscription covers the call.
   */
  readonly estimateNanoUsd: bigint | undefined;
}

/** Decision of the router about a name, with reasons. No model is called. */
export interface Plan {
  readonly name: string;
  /** Spec of the chain to which the name resolves. */
  readonly chain: string;
  readonly reason: 'preset' | 'ranked' | 'rule' | 'override' | 'simple-turn' | 'fallback';
  /** Ranked targets, best first, including targets beyond `most`. If the preset does not rank, the chain's targets in order. */
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly { readonly target: string; readonly why: string }[];
  /** Warnings about assumed values, retirements, and failures of the catalog and the ledger. */
  readonly warnings: readonly string[];
}

/** Router that `createRouter` returns. */
export interface Router {
  /** Resolver for `createMajordomo({ resolvers: [router.resolver] })`. */
  readonly resolver: Resolver;
  /** Listener that measures the speed of targets. Pass it to `createMajordomo` as `onEvent`. */
  readonly onEvent: (event: CallEvent) => void;
  /**
   * Runs the resolver and returns its decision. If `turn` has no `request`, assumes 1,000 input tokens. Rejects with `config` for
   * an unknown name, and with the errors that a call of this name would throw.
   */
  plan(name: string, majordomo: Majordomo, turn?: Partial<Turn>): Promise<Plan>;
  /** Sets a preset, or removes it if `preset` is `undefined`. Throws `config` for an invalid preset. */
  set(name: string, preset: Preset | undefined): void;
  /** Returns the names of the presets. */
  names(): readonly string[];
}
