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

/** What a choice is made by, in a word. */
export type StrategyName =
  | 'cost-effective'
  | 'balanced'
  | 'high-performance'
  | 'tool-calling'
  | 'long-context'
  | 'vision'
  | 'research';

/** How much each counts next to the others: `{ cost: 1, speed: 1, quality: 2 }` is what `{ cost: 2, speed: 2, quality: 4 }` is. */
export interface Weights {
  readonly cost: number;
  readonly speed: number;
  readonly quality: number;
}

/** What a name is asked for. */
export interface Turn {
  /** `undefined` where only the meaning is asked, and of images. */
  readonly request: ChatRequest | undefined;
  readonly call: CallInfo | undefined;
  readonly signal: AbortSignal;
}

/** What a semantic name stands for: a chain, a choice among targets, or a rule that names one of the two. */
export type Preset =
  | string
  /** A chain and how it is asked. */
  | NamedSpec
  | Choice
  /** Read at every call; `undefined`: the name means nothing now. */
  | ((turn: Turn) => string | undefined | Promise<string | undefined>);

/** The best of some targets, for this call. */
export interface Choice {
  /** Targets, or names that stand for some: a name is judged by its first target, and asked as a whole. */
  readonly choose: readonly string[];
  /**
   * Default: by the request. Images: `vision`; tools or a schema: `tool-calling`; 4,000 tokens of answer or 20,000
   * characters: `long-context`; otherwise `balanced`.
   */
  readonly by?: StrategyName | Weights | undefined;
  /** How many of the ranked go into the chain. Default 3. */
  readonly most?: number | undefined;
  /** What a target must be able to do, besides what the request shows. */
  readonly needs?: Needs | undefined;
  /** Always last, whatever is known of it. */
  readonly fallback?: string | undefined;
}

/** What is unknown of a target does not rule it out, but for a price where `maxUsdPerCall` is set. */
export interface Needs {
  readonly tools?: boolean | undefined;
  readonly images?: boolean | undefined;
  readonly structured?: boolean | undefined;
  /** `true`: none that never thinks; `false`: none that thinks, as no catalogue says which of them can leave it. */
  readonly reasoning?: boolean | undefined;
  /** Least tokens that input and answer together may be. */
  readonly contextTokens?: number | undefined;
  /** Highest estimate of a call's price, as `0.05`. */
  readonly maxUsdPerCall?: string | undefined;
}

/** What a router knows. */
export interface RouterOptions {
  /** What each name stands for. */
  readonly presets: { readonly [name: string]: Preset };
  /** Prices, limits and dates. Default: the snapshot of `@majordomo/catalog`. */
  readonly catalog?: Catalog | undefined;
  /** Spending lowers the rank of what runs out. */
  readonly ledger?: Ledger | undefined;
  /** 0 to 1 per target, yours: catalogues have none that is honest. Of others 0.5 is assumed. */
  readonly quality?: { readonly [target: string]: number } | undefined;
  /** A cheap target, asked first for turns that a classifier calls simple. Off by default. */
  readonly simpleTurns?:
    { readonly use: string; readonly is?: ((turn: Turn) => boolean) | undefined } | undefined;
  /** The key of `metadata` that overrides the choice for one call. Default `model`. */
  readonly overrideKey?: string | undefined;
  /** Time, for tests: `fakeClock` of `@majordomo/testing`. */
  readonly clock?: Clock | undefined;
}

/** One target that may be asked. */
export interface Candidate {
  /** As `choose` has it; elsewhere `provider/model`. */
  readonly target: string;
  /** The sum of its parts, the best first; 0 where nothing was ranked. */
  readonly score: number;
  /** `cost`, `speed` and `quality`, 10 together at best; `health`, `ledger` and `context` take off or add. */
  readonly parts: Readonly<Record<string, number>>;
  /** Of this request, whose answer is `maxTokens` long, else 1,000 tokens; `undefined`: unknown, or paid otherwise. */
  readonly estimateNanoUsd: bigint | undefined;
}

/** Why a name means what it means now; nothing is called. */
export interface Plan {
  readonly name: string;
  /** What the name stands for, as a spec. */
  readonly chain: string;
  readonly reason: 'preset' | 'ranked' | 'rule' | 'override' | 'simple-turn' | 'fallback';
  /** The ranked, best first, those beyond `most` too; where nothing was ranked, the targets in the order of the chain. */
  readonly candidates: readonly Candidate[];
  readonly rejected: readonly { readonly target: string; readonly why: string }[];
  /** What was assumed, and what will end. */
  readonly warnings: readonly string[];
}

/** Says what names mean. Made by `createRouter`. */
export interface Router {
  /** For `createMajordomo({ resolvers: [router.resolver] })`. */
  readonly resolver: Resolver;
  /** For `onEvent`: learns how fast targets really are. */
  readonly onEvent: (event: CallEvent) => void;
  /**
   * What the resolver would answer now, by running it; without a `request`, for 1,000 tokens in. Throws `config` for a
   * name that is no preset or means nothing, and for what a call would refuse.
   */
  plan(name: string, majordomo: Majordomo, turn?: Partial<Turn>): Promise<Plan>;
  /** Sets a preset, or forgets it. Throws `config` for one that cannot be meant. */
  set(name: string, preset: Preset | undefined): void;
  /** Of the presets. */
  names(): readonly string[];
}
