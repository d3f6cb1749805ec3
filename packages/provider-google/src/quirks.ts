import type { Effort } from '@majordomo/core';

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

/** Every way in which models and platforms of the generateContent wire differ in what they take. */
export interface GeminiQuirks {
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
  /** Does the platform take back the calls and results of tools that ran at the vendor? */
  readonly serverToolParts: boolean;
}

/** The newest models: what is not known by name is taken for one of them. */
export const GEMINI_QUIRKS: GeminiQuirks = {
  schemaField: 'json-schema',
  thinking: { by: 'level', levels: ['low', 'medium', 'high'] },
  unsignedCalls: 'mark',
  toolImages: 'in-response',
  outputWithTools: true,
  serverToolParts: true,
};
