import type { JsonValue } from '@majordomo/core';
import { isList, secretSpans } from '@majordomo/core/toolkit';
import { createRedactor, RULES } from '@majordomo/redact';
import { isSecretHeader } from '@majordomo/wire-kit/internal';

/** Replacement for a secret. */
const MASK = '***';

type Span = readonly [from: number, to: number];

const redactor = createRedactor();
/**
 * Ids of the rules that recognize a secret by its shape. Rules that depend on a property's name are not used, because a property
 * `token` of a response may contain a piece of text.
 */
const BY_SHAPE: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));

/** Returns the ranges of known secrets and of strings with a secret's shape, sorted and without overlap. */
export function spansOf(text: string, secrets: readonly string[]): readonly Span[] {
  const shapes = redactor
    .find(text)
    .filter(({ rule }) => BY_SHAPE.has(rule))
    .map(({ start, end }): Span => [start, end]);
  const all = [...secretSpans(text, secrets), ...shapes].sort(([a], [b]) => a - b);
  const apart: Span[] = [];
  for (const [from, to] of all) {
    const last = apart.at(-1);
    if (last === undefined || from > last[1]) apart.push([from, to]);
    else apart[apart.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return apart;
}

/** Returns the text with masked secrets. */
export function hidden(text: string, secrets: readonly string[]): string {
  let clean = '';
  let at = 0;
  for (const [from, to] of spansOf(text, secrets)) {
    clean += text.slice(at, from) + MASK;
    at = to;
  }
  return clean + text.slice(at);
}

/** Pattern of the names of headers that identify an account. */
const ACCOUNT_HEADER = /organi[sz]ation|project|account|tenant|workspace|customer/i;
/** Patterns of the names of parameters and JSON members with credentials. A member `key`, `token` or `code` may contain text. */
const CREDENTIAL_PARAMETER = /^(?:key|api[-_]?key|token|access_token|sig|code)$|^x-amz-|secret|signature/i;
const CREDENTIAL_MEMBER = /^(?:api[-_]?key|password|(?:access|refresh|session|id)[-_]?token|.*secret.*)$/i;
/** Pattern of path segments that contain an account id. */
const ACCOUNT_SEGMENT = /\/(accounts|projects|organizations)\/[^/]+/g;
/** Minimum length of a credential that is masked everywhere in a recording. Shorter values may occur in text by chance. */
const MIN_SECRET_LENGTH = 8;

/** Returns headers with lower-case names, masked credentials and masked account ids. */
export function concealHeaders(
  headers: Headers,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...headers].map(([name, value]) => [
      name,
      isSecretHeader(name) || ACCOUNT_HEADER.test(name) ? MASK : hidden(value, secrets),
    ]),
  );
}

/** Returns a URL without user information, with masked credentials and masked account ids. */
export function concealUrl(url: URL, secrets: readonly string[]): string {
  const clean = new URL(url);
  clean.username = '';
  clean.password = '';
  for (const name of new Set(clean.searchParams.keys())) {
    if (CREDENTIAL_PARAMETER.test(name)) clean.searchParams.set(name, MASK);
  }
  clean.pathname = clean.pathname.replace(ACCOUNT_SEGMENT, `/$1/${MASK}`);
  return hidden(clean.href, secrets);
}

/** Masks secrets in all strings and property names of a JSON value, and the string values of properties such as `password`. */
export function concealJson(value: JsonValue, secrets: readonly string[]): JsonValue {
  if (typeof value === 'string') return hidden(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => concealJson(item, secrets));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      hidden(name, secrets),
      typeof member === 'string' && CREDENTIAL_MEMBER.test(name)
        ? MASK
        : concealJson(member ?? null, secrets),
    ]),
  );
}

/**
 * Masks secrets in consecutive chunks. A secret that spans several chunks is replaced with one mask, in the chunk in which the
 * secret begins. Chunks are decoded with one character per byte, so a chunk may end within a UTF-8 character.
 */
export function concealChunks(
  chunks: readonly Uint8Array[],
  secrets: readonly string[],
): readonly Uint8Array[] {
  const texts = chunks.map((chunk) => Buffer.from(chunk).toString('latin1'));
  const spans = spansOf(texts.join(''), secrets.map(asBytes));
  let from = 0;
  return texts.map((text) => {
    const start = from;
    from += text.length;
    return Buffer.from(concealPiece(text, start, spans), 'latin1');
  });
}

function concealPiece(text: string, start: number, spans: readonly (readonly [number, number])[]): string {
  const end = start + text.length;
  let clean = '';
  let at = start;
  for (const [from, to] of spans) {
    if (to <= start || from >= end) continue;
    if (from > at) clean += text.slice(at - start, from - start);
    if (from >= start) clean += MASK;
    at = Math.min(to, end);
  }
  return clean + text.slice(at - start);
}

/** Returns the UTF-8 encoding of a string with one character per byte. */
export const asBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** Returns the credentials and account ids in headers and a URL, so that the caller can also mask them in bodies. */
export function credentialsOf(headers: Headers, url?: URL): readonly string[] {
  const found = [...headers].flatMap(([name, value]) => {
    if (name.toLowerCase() === 'set-cookie') return [cookieIn(value)];
    if (isSecretHeader(name)) return credentialsIn(value);
    return ACCOUNT_HEADER.test(name) ? [value] : [];
  });
  const parameters = [...(url?.searchParams ?? [])].filter(([name]) => CREDENTIAL_PARAMETER.test(name));
  const accounts = [...(url?.pathname.matchAll(ACCOUNT_SEGMENT) ?? [])].map(
    ([segment]) => segment.split('/')[2],
  );
  return [...found, ...parameters.map(([, value]) => value), ...accounts].filter(
    (value) => value !== undefined && value.length >= MIN_SECRET_LENGTH,
  ) as readonly string[];
}

/** Returns the cookie's value from a `set-cookie` header, without the cookie's name and attributes. */
function cookieIn(value: string): string {
  const [pair = ''] = value.split(';', 1);
  return pair.slice(pair.indexOf('=') + 1).trim();
}

/** Returns the credentials in a header's value: tokens, basic-auth names and passwords, cookies, AWS key ids and signatures. */
function credentialsIn(value: string): readonly string[] {
  if (value.startsWith('AWS4-')) {
    return [...value.matchAll(/(?:Credential|Signature)=([^/,\s]+)/g)].map(([, part = '']) => part);
  }
  const [, scheme = '', credential = value] = /^([a-z-]{3,20})\s+(\S+)$/i.exec(value) ?? [];
  const password =
    scheme.toLowerCase() === 'basic' ? Buffer.from(credential, 'base64').toString().split(':') : [];
  const cookies = value.split(/;\s*/).map((cookie) => cookie.slice(cookie.indexOf('=') + 1));
  return [value, credential, ...password, ...(value.includes(';') ? cookies : [])];
}
