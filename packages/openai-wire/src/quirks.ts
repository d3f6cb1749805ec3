import type { Effort, JsonObject, ServiceTier } from '@majordomo/core';

/** Differences between servers that both wires have. A quirk decides what is sent; reading accepts every known form. */
export interface WireQuirks {
  /** Values for effort that the model accepts. For another effort the next stronger value is sent. */
  readonly efforts: readonly Exclude<Effort, 'none'>[];
  /**
   * Whether schemas of tools and responses are enforced. They are rewritten into OpenAI's strict subset; a schema that the
   * subset cannot express is sent unchanged with a warning.
   */
  readonly strictTools: boolean;
  /**
   * Part of JSON Schema that the server accepts for tools. `plain` has no alternatives at the root and no `null` types;
   * `typed` also has a type in every schema.
   */
  readonly toolSchemas: 'complete' | 'plain' | 'typed';
  /** Method that makes a response follow a schema. `json_object` and `instruct` put the schema into the system text. */
  readonly output: 'json_schema' | 'json_object' | 'instruct';
  /**
   * Member that requests a prompt cache other than the default: `prompt_cache_retention` up to gpt-5.5,
   * `prompt_cache_options` from gpt-5.6 on.
   */
  readonly cacheRequest: 'prompt_cache_retention' | 'prompt_cache_options' | 'none';
  /** Lifetimes that `prompt_cache_options` accepts: `30m` on Chat Completions, also `12h` on Responses. */
  readonly cacheTtls: readonly ('30m' | '12h')[];
  /** Place of the routing key of a prompt cache: a member, a header, or none. */
  readonly cacheKey: 'prompt_cache_key' | 'none' | { readonly header: string };
  /** Values for the service tiers; `none` if the server has no tiers. */
  readonly serviceTiers: 'none' | Readonly<Record<ServiceTier, string>>;
  /** Constant members of every body. */
  readonly extraBody: JsonObject;
}

/** Returns `base` with changes. A call that is marked as pure is left out of bundles that do not use its result. */
export const extended = <T extends object>(base: T, changes: Partial<T>): T => ({ ...base, ...changes });
