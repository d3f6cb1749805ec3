import type {
  CacheLifetime,
  CachePlan,
  ChatRequest,
  JsonObject,
  ServiceTier,
  UserPart,
} from '@majordomo/core';
import { identifierOf } from './settings.ts';
import { mediaPart, urlPart, type Media, type NamedPart } from './media.ts';
import { NO_EQUIVALENT, type Notes } from './notes.ts';
import {
  invalid,
  jsonObject,
  nonEmptyString,
  object,
  oneOf,
  string,
  type Fields,
  type Parser,
} from './fields.ts';

/** Returns the service tier, or `undefined` for `auto`. Drops tiers except `default`, `flex` and `priority` with a warning. */
export function tierOf(body: Fields, notes: Notes): ServiceTier | undefined {
  const tier = body.optional('service_tier', string);
  if (tier === 'default' || tier === 'flex' || tier === 'priority') return tier;
  if (tier !== undefined && tier !== 'auto') notes.dropped(`service_tier ${tier}`, NO_EQUIVALENT);
  return undefined;
}

/** Returns the metadata for the events of a call. Vendors do not receive the metadata. */
export function metadataOf(body: Fields): Readonly<Record<string, unknown>> | undefined {
  const metadata = body.optional('metadata', object)?.value;
  const user = body.optional('user', string);
  const identifier = body.optional('safety_identifier', string) ?? user;
  return identifier === undefined ? metadata : { ...metadata, user: identifier };
}

export const verbosity: Parser<'low' | 'medium' | 'high'> = oneOf('low', 'medium', 'high');

/** Returns the end user's identifier for the vendor. */
export function endUserOf(body: Fields, notes: Notes): string | undefined {
  const identifier = body.optional('safety_identifier', nonEmptyString);
  if (identifier === undefined) return identifierOf(body, 'user', notes);
  const user = body.optional('user', string);
  if (user !== undefined && user !== identifier) notes.dropped('user', 'safety_identifier is used');
  return identifier;
}

/** Maximum length of the key of a `CachePlan`, in characters. */
const MAX_KEY_LENGTH = 64;

/**
 * Returns the cache setting: the lifetime, and the routing key if the request has one. In mode `explicit`, a request without
 * breakpoints is not cached. Providers choose the positions of breakpoints themselves.
 */
export function cacheOf(body: Fields, notes: Notes): ChatRequest['cache'] {
  const retention = body.optional('prompt_cache_retention', oneOf('in_memory', 'in-memory', '24h'));
  const key = body.optional('prompt_cache_key', nonEmptyString);
  if (key !== undefined && key.length > MAX_KEY_LENGTH)
    invalid('prompt_cache_key', `must have at most ${MAX_KEY_LENGTH} characters`);
  const options = body.optional('prompt_cache_options', object);
  const ttl = options?.optional('ttl', oneOf('30m', '12h'));
  const isExplicit = options?.optional('mode', oneOf('implicit', 'explicit')) === 'explicit';
  const longest: CacheLifetime = ttl === '12h' || retention === '24h' ? 'long' : 'short';
  notes.unparsedInObject(options);
  const isMarked = hasBreakpoint(body.value);
  if (isExplicit && !isMarked) return 'none';
  if (isMarked)
    notes.coerced('prompt_cache_breakpoint', 'each provider chooses the positions of cache points');
  const plan: CachePlan = key === undefined ? {} : { key };
  // The client has marked only some messages, so core decides about the messages.
  if (isExplicit) return { prefix: longest, ...plan };
  if (options !== undefined || longest === 'long') return { prefix: longest, messages: longest, ...plan };
  return key === undefined ? undefined : plan;
}

/** Whether an object in a value has a breakpoint. Reads no strings, which can be large. */
function hasBreakpoint(value: object): boolean {
  if (Object.hasOwn(value, 'prompt_cache_breakpoint')) return true;
  const members = value as Readonly<Record<string, unknown>>;
  return Object.keys(members).some((key) => {
    const member = members[key];
    return typeof member === 'object' && member !== null && hasBreakpoint(member);
  });
}

/** Returns the schema of a response format. The schema receives the description of the format, unless it has its own. */
export function formatSchema(format: Fields, notes: Notes): JsonObject {
  const description = format.optional('description', string);
  const schema = format.required('schema', jsonObject);
  // The name is for error messages. Each provider enforces the schema if its API can.
  notes.unparsedInObject(format, 'type', 'name', 'strict');
  return { ...(description !== undefined && { description }), ...schema };
}

/** Returns the options of a stream. The gateway adds no padding, so `include_obfuscation` has no effect. */
export function noteStreamOptions(body: Fields, notes: Notes): Fields | undefined {
  const options = body.optional('stream_options', object);
  notes.unparsedInObject(options, 'include_usage', 'include_obfuscation');
  return options;
}

/** Members of a text block that repeat the text of an earlier response, or for which `cacheOf` adds a warning. */
export const TEXT_MEMBERS: readonly string[] = ['annotations', 'logprobs', 'prompt_cache_breakpoint'];

/** Converts the data of a file: a data URL, another URL, or the base64 of a PDF. */
export const fileDataPart = (data: string, path: string, media: Media, fileName?: string): UserPart =>
  /^(?:data:|https?:)/.test(data)
    ? urlPart(data, path, media, fileName)
    : mediaPart(data, 'application/pdf', path, fileName);

/** Returns the file that a part names by its id, or `undefined` if the part contains its data. `others`: members with data. */
export function fileById(part: Fields, media: Media, ...others: readonly string[]): NamedPart | undefined {
  const id = part.optional('file_id', nonEmptyString);
  if (id === undefined) return undefined;
  const path = part.pathOf('file_id');
  for (const other of others) if (part.isSet(other)) invalid(path, `must not be set together with ${other}`);
  return media.byFile(id, path);
}
