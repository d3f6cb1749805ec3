import type { Effort } from '@majordomo/core';
import type { QuirkValues } from '@majordomo/wire-kit/internal';

/** Thinking levels of the API, lowest first. */
export type ThinkingLevel = 'minimal' | 'low' | 'medium' | 'high';

/** Form of the thinking setting. `level`: one of `levels`. `budget`: a number of tokens for each effort. `none`: not sent. */
export type Thinking =
  | { readonly by: 'level'; readonly levels: readonly ThinkingLevel[] }
  | { readonly by: 'budget'; readonly tokens: Readonly<Record<Effort, number>> }
  | { readonly by: 'none' };

/** Differences between models and platforms of generateContent. They affect only requests, not the response reader. */
export interface Quirks {
  /** Fields for tool schemas and output schemas: the JSON Schema fields, or the older fields for a subset of OpenAPI schemas. */
  readonly schemaField: 'json-schema' | 'subset';
  readonly thinking: Thinking;
  /**
   * Handling of calls that other models made and that lack a thought signature. `send`: sent unchanged. `mark`: sent with the
   * documented placeholder, because Gemini 3 and later reject calls without a signature.
   */
  readonly unsignedCalls: 'send' | 'mark';
  /** Position of images in tool results: inside the function response (Gemini 3), or in parts after the responses. */
  readonly toolImages: 'in-response' | 'after-responses';
  /** Whether the model accepts an output schema together with tools in one request. */
  readonly outputWithTools: boolean;
  /**
   * Mode for `toolChoice: 'auto'`. `validated` is VALIDATED, in which calls match their schemas (a preview feature according to
   * ai.google.dev/gemini-api/docs/function-calling, 2026-11).
   */
  readonly autoCalls: 'auto' | 'validated';
  /** Whether the platform accepts calls and results of tools that ran at the vendor. */
  readonly serverToolParts: boolean;
}

/** Returns the thinking setting with token budgets by effort. The budgets for `none`, `low` and `max` differ between models. */
export const thinkingBudget = (none: number, low: number, max = 24_576): Thinking => ({
  by: 'budget',
  tokens: { none, minimal: 512, low, medium: 8192, high: 24_576, xhigh: max, max },
});

const BY_LEVEL: Thinking = { by: 'level', levels: ['low', 'medium', 'high'] };

/** Quirks of the newest and of unknown models. For some rejected settings, another attempt omits the setting (`recovery.ts`). */
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

/** Values that a DSN accepts for each quirk, such as `?schemaField=subset&thinking=none`. */
export const QUIRK_VALUES: { readonly [Name in keyof Quirks]: QuirkValues<Quirks[Name]> } = {
  schemaField: ['json-schema', 'subset'],
  thinking: { takes: [...THINKING.keys()].join(', '), read: (text) => THINKING.get(text) },
  unsignedCalls: ['send', 'mark'],
  toolImages: ['in-response', 'after-responses'],
  outputWithTools: [true, false],
  autoCalls: ['auto', 'validated'],
  serverToolParts: [true, false],
};
