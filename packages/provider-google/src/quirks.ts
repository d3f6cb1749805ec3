import { LlmError, type Effort } from '@majordomo/core';

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
  /** Does the platform take back the calls and results of tools that ran at the vendor? */
  readonly serverToolParts: boolean;
}

/** Budgets are tokens; what a model may do least differs. */
export const thinkingBudget = (none: number, low: number): Thinking => ({
  by: 'budget',
  tokens: { none, low, medium: 8192, high: 24_576 },
});

const BY_LEVEL: Thinking = { by: 'level', levels: ['low', 'medium', 'high'] };

/** The newest models: what is not known by name is taken for one of them; what it refuses is dropped by recovery. */
export const GEMINI_QUIRKS: Quirks = {
  schemaField: 'json-schema',
  thinking: BY_LEVEL,
  unsignedCalls: 'mark',
  toolImages: 'in-response',
  outputWithTools: true,
  serverToolParts: true,
};

type Values<Name extends keyof Quirks> = Readonly<Record<string, Quirks[Name]>>;
const FLAG: Readonly<Record<string, boolean>> = { true: true, false: false };

const VALUES: { readonly [Name in keyof Quirks]: Values<Name> } = {
  schemaField: { 'json-schema': 'json-schema', subset: 'subset' },
  thinking: { level: BY_LEVEL, budget: thinkingBudget(0, 1024), none: { by: 'none' } },
  unsignedCalls: { send: 'send', mark: 'mark' },
  toolImages: { 'in-response': 'in-response', 'after-responses': 'after-responses' },
  outputWithTools: FLAG,
  serverToolParts: FLAG,
};

/** Quirks from the query of a DSN, such as `?schemaField=subset&thinking=none`; throws `config` for an unknown one. */
export function quirksFromParams(params: Readonly<Record<string, string>>): Partial<Quirks> {
  const quirks: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(params)) {
    const values: Readonly<Record<string, unknown>> | undefined = Object.hasOwn(VALUES, name)
      ? VALUES[name as keyof Quirks]
      : undefined;
    if (values === undefined || !Object.hasOwn(values, text))
      throw new LlmError('config', unknownQuirk(name, text, values));
    quirks[name] = values[text];
  }
  return quirks;
}

const unknownQuirk = (name: string, text: string, values: object | undefined): string =>
  values === undefined
    ? `unknown DSN parameter "${name}": there are ${Object.keys(VALUES).join(', ')}`
    : `DSN parameter ${name}=${text}: it is one of ${Object.keys(values).join(', ')}`;
