import { LlmError, type Citation, type JsonObject, type TokenLogprob } from '@majordomo/core';
import { asList, asNumber, asRecord, asText } from '@majordomo/core/toolkit';

/** Converts log probabilities of the form `[{ token, logprob, top_logprobs: [{ token, logprob }] }]`. Omits other items. */
export function tokenLogprobs(list: unknown): readonly TokenLogprob[] {
  return asList(list).flatMap((each) => {
    const found = tokenOf(each);
    return found === undefined ? [] : [{ ...found, top: topOf(each) }];
  });
}

const topOf = (each: unknown): TokenLogprob['top'] =>
  asList(asRecord(each)['top_logprobs']).flatMap((top) => tokenOf(top) ?? []);

function tokenOf(value: unknown): Omit<TokenLogprob, 'top'> | undefined {
  const { token: text, logprob: number } = asRecord(value);
  const token = asText(text);
  const logprob = asNumber(number);
  return token === undefined || logprob === undefined ? undefined : { token, logprob };
}

/** Converts a list of numbers to a vector. Returns `undefined` for any other value. */
export function asVector(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers: readonly unknown[] = value;
  return numbers.every((number) => typeof number === 'number') ? Float32Array.from(numbers) : undefined;
}

/** Converts lists of numbers to vectors. Returns `undefined` for any other value. Does not check the number of vectors. */
export function asVectors(value: unknown): readonly Float32Array[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const vectors = value.map(asVector);
  return vectors.every((vector) => vector !== undefined) ? vectors : undefined;
}

/** Properties of a citation that a server sent. Their values may be of any type. */
export interface RawCitation {
  readonly url?: unknown;
  readonly document?: unknown;
  readonly title?: unknown;
  readonly quote?: unknown;
  /** Start of the cited passage in the response, in the server's unit. It is ignored without `end`. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  /** Members that the other properties do not represent. */
  readonly other?: JsonObject | undefined;
}

/** Converts a citation. Returns `undefined` if it has neither a URL nor a document. Omits empty strings. */
export function toCitation({
  url,
  document,
  title,
  quote,
  start,
  end,
  other,
}: RawCitation): Citation | undefined {
  const hasDocument = typeof document === 'number' || isNonEmpty(document);
  if (!isNonEmpty(url) && !hasDocument) return undefined;
  return {
    ...(isNonEmpty(url) && { url }),
    ...(hasDocument && { document }),
    ...(isNonEmpty(title) && { title }),
    ...(isNonEmpty(quote) && { quote }),
    ...(start !== undefined && end !== undefined && { start, end }),
    ...(other !== undefined && { other }),
  };
}

const isNonEmpty = (value: unknown): value is string => typeof value === 'string' && value !== '';

/**
 * Returns the positive counts by name and removes `suffix` from the names: `{ web_search: 2 }` for `{ web_search_requests: 2,
 * web_fetch_requests: 0 }`. Returns `undefined` if no count is positive.
 */
export function positiveCounts(raw: unknown, suffix = ''): Readonly<Record<string, number>> | undefined {
  const counts = Object.entries(asRecord(raw)).flatMap(([name, count]): [string, number][] =>
    typeof count === 'number' && count > 0
      ? [[name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name, count]]
      : [],
  );
  return counts.length === 0 ? undefined : Object.fromEntries(counts);
}

/** Object without the properties that are `undefined`. */
type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Returns the properties that are not `undefined`; `undefined` if there are none. */
export function definedMembers<T extends object>(members: T): Defined<T> | undefined {
  let defined: Defined<T> | undefined;
  for (const name of Object.keys(members) as (keyof T)[]) {
    const value = members[name];
    if (value === undefined) continue;
    defined ??= {};
    defined[name] = value as Exclude<T[keyof T], undefined>;
  }
  return defined;
}

/** Parses JSON that a server sent. Throws kind `protocol` for invalid JSON. */
export function parseJson(text: string, target: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `${target}: the server sent invalid JSON`;
    throw new LlmError('protocol', message, { target, path: '' }, { cause });
  }
}
