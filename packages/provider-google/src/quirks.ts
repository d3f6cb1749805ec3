import type { Effort } from '@majordomo/core';
import type { QuirkValues } from '@majordomo/wire-kit';

/** The wire's own words for how much a model thinks, weakest first. */
export type ThinkingLevel = 'minimal' | 'low' | 'medium' | 'high';

/**
 * How a model is told to think. `level`: one of these, weakest first; `budget`: so many tokens for each effort;
 * `none`: it is not told.
 */
export type Thinking =
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] }
  | { readonly by: 'budget'; readonly tokens: Readonly<Record<Effort, number>> }
  | { readonly by: 'none' };

/** The ways in which models and platforms of the generateContent wire differ. They decide what is sent; reading is liberal. */
export interface Quirks {
  /** Schemas of tools and output: as JSON Schema, or in the older fields, cut to their OpenAPI subset. */
  readonly schemaField: 'json-schema' | 'subset';
  readonly thinking: Thinking;
  /**
   * A call that carries no thought signature, because another model made it. `mark`: sent with the mark that the
   * documentation gives for this, since Gemini 3 and later refuse it bare.
   */
  readonly unsignedCalls: 'send' | 'mark';
  /** Images that a tool returned: inside the function response (Gemini 3), or as parts after it. */
  readonly toolImages: 'in-response' | 'after-responses';
  /** Does the model take a schema for its answer and tools in one request? */
  readonly outputWithTools: boolean;
  /**
   * What `toolChoice: 'auto'` asks for. `validated`: calls that follow their schemas, or words, where the platform has
   * the mode VALIDATED (ai.google.dev/gemini-api/docs/function-calling: a preview, 2026-11).
   */
  readonly autoCalls: 'auto' | 'validated';
  /** Does the platform take back the calls and results of tools that ran at the vendor? */
  readonly serverToolParts: boolean;
}

/** Budgets are tokens; what a model may do least differs. */
export const thinkingBudget = (none: number, low: number, most = 24_576): Thinking => ({
  by: 'budget',
  tokens: { none, minimal: 512, low, medium: 8192, high: 24_576, xhigh: most, max: most },
});

const BY_LEVEL: Thinking = { by: 'level', levels: ['low', 'medium', 'high'] };

/** The newest models: what is not known by name is taken for one of them; what it refuses is dropped by recovery. */
export const GEMINI_QUIRKS: Quirks = {
  schemaField: 'json-schema',
  thinking: BY_LEVEL,
  unsignedCalls: 'mark',
  toolImages: 'in-response',
  outputWithTools: true,
  autoCalls: 'auto',
  serverToolParts: true,
};

const THINKING: ReadonlyMap<string, Thinking> = new Map([
  ['level', BY_LEVEL],
  ['budget', thinkingBudget(0, 1024)],
  ['none', { by: 'none' }],
]);

/** What a DSN may say, such as `?schemaField=subset&thinking=none`. */
export const QUIRK_WORDS: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  schemaField: ['json-schema', 'subset'],
  thinking: { takes: [...THINKING.keys()].join(', '), read: (text) => THINKING.get(text) },
  unsignedCalls: ['send', 'mark'],
  toolImages: ['in-response', 'after-responses'],
  outputWithTools: [true, false],
  autoCalls: ['auto', 'validated'],
  serverToolParts: [true, false],
};
