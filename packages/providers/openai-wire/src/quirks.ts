import type { Effort, JsonObject, ServiceTier } from '@majordomo/core';

/** Differences between servers that exist for both Chat Completions and Responses. These quirks determine only the request. */
export interface WireQuirks {
  /** Efforts that the model accepts. Any other effort becomes the next stronger effort, otherwise the strongest except `max`. */
  readonly efforts: readonly Exclude<Effort, 'none'>[];
  /**
   * Whether the server enforces schemas of tools and responses. If so, each schema is rewritten into OpenAI's strict subset. If
   * the subset cannot express a schema, the schema is sent unchanged, with a warning.
   */
  readonly strictTools: boolean;
  /**
   * Subset of JSON Schema that the server accepts for tools. `plain`: no alternatives at the root and no `null` types. `typed`:
   * in addition, a type in every schema.
   */
  readonly toolSchemas: 'complete' | 'plain' | 'typed';
  /** Method by which a response follows a schema. `json_object` (JSON mode) and `instruct` add the schema to the system text. */
  readonly output: 'json_schema' | 'json_object' | 'instruct';
  /**
   * Property that requests a cache lifetime: `prompt_cache_retention` for models up to gpt-5.5, `prompt_cache_options` from
   * gpt-5.6 on. `none`: the server controls its cache.
   */
  readonly cacheRequest: 'prompt_cache_retention' | 'prompt_cache_options' | 'none';
  /** Lifetimes that `prompt_cache_options` accepts. OpenAI accepts `30m`, and over Responses also `12h`. */
  readonly cacheTtls: readonly ('30m' | '12h')[];
  /** Property or header for the routing key of the prompt cache. `none`: the key is not sent. */
  readonly cacheKey: 'prompt_cache_key' | 'none' | { readonly header: string };
  /** Values of `service_tier` by the name of the tier in majordomo; `none` if the server has no tiers. */
  readonly serviceTiers: 'none' | Readonly<Record<ServiceTier, string>>;
  /** Whether the model accepts a verbosity other than its default. */
  readonly verbosity: boolean;
  /** Whether the server accepts `safety_identifier`. */
  readonly endUser: boolean;
  /** Properties that are added to every body. */
  readonly extraBody: JsonObject;
}

/** Returns a copy of `base` with `changes`. Bundlers omit a call that is marked as pure if its result is unused. */
export const extended = <T extends object>(base: T, changes: Partial<T>): T => ({ ...base, ...changes });
