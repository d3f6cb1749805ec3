import { asText } from '../util/values.ts';
import { toBase64 } from '../util/bytes.ts';

/** Range of a string in UTF-16 units. `to` is exclusive. */
export type Span = readonly [from: number, to: number];

/**
 * Escapes after which a word begins, although they end with a letter or a digit: `\n`, `\012`, `\x20`, `\u0020`, `%20`, `%2520`, `%5Cn`,
 * `=20` in mail, `#012` in system logs, `^I` in the output of `cat -A`, and terminal sequences such as `ESC[32m` and `ESC(B`.
 */
const ESCAPE = [
  String.raw`\\(?:[abefnrtv]|[0-7]{1,3}|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8})`,
  String.raw`%(?:25){0,3}(?:[\dA-Fa-f]{2}|5[Cc][abefnrtv])|=[\dA-F]{2}|#[0-7]{3}|\^[@-_]`,
  String.raw`\[(?:[0-?]{1,24}[A-Za-z]|[mK])|\([A-Z\d]|\u001b(?:[A-Z\d]|\[[A-Za-z])`,
].join('|');
/** Start of a word. */
const START = String.raw`(?:\b|(?<=${ESCAPE}))`;
/** Start of a word, or a position after `_` if a part of the rest has ten letters and digits, unlike the words of a name. */
const START_OR_JOIN = String.raw`(?:\b|(?<=${ESCAPE})|(?<=_)(?=[\w.-]{0,40}?(?=[A-Za-z0-9]{10})[A-Za-z]{0,9}\d))`;
/** Start of a word that is not part of a name with dots and hyphens. A hyphen also begins an item of a list and a line of a diff. */
const START_OF_NAME = String.raw`(?:(?<![\w.-])|(?<=${ESCAPE})|(?<=(?:^|[^\w.-]|${ESCAPE})-))`;

const shape = (start: string, pattern: RegExp): RegExp =>
  new RegExp(start + pattern.source, `g${pattern.flags}`);

/**
 * Patterns of vendors' keys and of credentials in text. If a pattern has a group, the text of the group is not masked. The
 * patterns match in linear time, because their quantifiers are bounded or begin at a fixed prefix.
 */
const KEY_SHAPES: readonly RegExp[] = [
  shape(START, /(?:sk|pk|rk)[-_][\w-]{12,}/),
  shape(START, /(?:hf|r8)[-_][\w-]{16,}/),
  // Beginnings of four or more characters, which may follow `_`.
  shape(START_OR_JOIN, /(?:sk|pk|rk)[-_](?:proj|svcacct|admin|ant|or|live|test)[-_][\w-]{12,}/),
  shape(
    START_OR_JOIN,
    /(?:gsk|xai|csk|nvapi|pplx|tvly|npm|pypi|whsec|dop_v1|gh[oprsu]|github_pat)[-_][\w-]{16,}/,
  ),
  shape(START_OR_JOIN, /xox[abeprs]-[A-Za-z0-9-]{10,}/),
  shape(START_OF_NAME, /SG\.[\w-]{16,}\.[\w-]{16,}/),
  shape(START_OR_JOIN, /AIza[\w-]{30,}/),
  shape(START_OR_JOIN, /(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/),
  shape(START_OR_JOIN, /ya29\.[\w.-]{10,}/),
  // A token of three parts. Its start is not inside a name, so a long name is read once.
  new RegExp(String.raw`${START_OF_NAME}eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}`, 'g'),
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----END ))*/g,
  // In prose, an ordinary word follows "basic". A credential has a digit, a capital after a small letter, or 24 characters.
  shape(
    START,
    /((?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s{1,16})(?=[A-Za-z._~+/=-]{0,64}(?:\d|[a-z][A-Z])|[A-Za-z._~+/=-]{24})[\w.~+/=-]{8,}/,
  ),
  shape(START, /(api[-_]?key["'\\]{0,4}\s{0,8}[:=]\s{0,8}["'\\]{0,4})[^\s"'\\,}&]{6,}/i),
  /((?:secret_?access_?key|(?:session|security|access|refresh|id)[-_]?token|client_?secret)["'\\]{0,4}\s{0,8}[:=]\s{0,8}["'\\]{0,4})[^\s"'\\,}&]{6,}/gi,
  /([?&](?:key|sig|token|x-amz-(?:signature|credential))=)[^\s"'\\&#]{4,}/gi,
  // User information of a URL, such as a DSN. The information ends at the last `@`.
  /(:\/\/)[^\s/"'\\]+(?=@)/g,
];

const MASK = '***';

/** Returns the text with all given secrets masked, and with all strings masked that match the pattern of a key. */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  return maskSpans(text, secretSpans(text, secrets));
}

/** Returns the text with the given secrets masked. Other strings that match the pattern of a key are not masked. */
export function redactValues(text: string, secrets: readonly (string | undefined)[]): string {
  return maskSpans(text, mergeSpans(spansOfForms(text, formsOf(secrets))));
}

function maskSpans(text: string, spans: readonly Span[]): string {
  let clean = '';
  let at = 0;
  for (const [from, to] of spans) {
    clean += text.slice(at, from) + MASK;
    at = to;
  }
  return at === 0 ? text : clean + text.slice(at);
}

/** Returns the ranges of the text that `redact` masks, in order and without overlaps. */
export function secretSpans(text: string, secrets: readonly (string | undefined)[]): readonly Span[] {
  return spansOf(text, formsOf(secrets));
}

function spansOf(text: string, forms: ReadonlySet<string>): readonly Span[] {
  const found = spansOfForms(text, forms);
  for (const shape of KEY_SHAPES) {
    for (const match of text.matchAll(shape)) {
      const from = match.index + (match[1]?.length ?? 0);
      const to = match.index + match[0].length;
      if (!isMask(text.slice(from, to))) found.push([from, to]);
    }
  }
  return mergeSpans(found);
}

function spansOfForms(text: string, forms: ReadonlySet<string>): Span[] {
  const found: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
      found.push([at, at + form.length]);
    }
  }
  return found;
}

const formsOf = (secrets: readonly (string | undefined)[]): ReadonlySet<string> =>
  new Set(secrets.flatMap(secretForms));

/**
 * Returns the forms of a secret: unchanged, trimmed, percent-encoded, in JSON, and in base64 at any position of a longer string.
 * A secret of one or two characters has no forms, because masking every occurrence would make other text unreadable.
 */
export function secretForms(secret: string | undefined): readonly string[] {
  const bare = secret?.trim() ?? '';
  if (secret === undefined || bare.length < 3) return [];
  return [secret, bare, inJson(secret), inJson(bare), inUrl(bare), ...inBase64(bare)];
}

const inJson = (secret: string): string => JSON.stringify(secret).slice(1, -1);

function inUrl(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // Use the secret itself, because half of a surrogate pair cannot be encoded.
    return secret;
  }
}

/**
 * Returns the base64 forms of a secret. The bytes before a secret shift its bits by 0, 2 or 4. A form contains only characters
 * that depend on the secret alone.
 */
function inBase64(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  return [0, 1, 2].flatMap((before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const end = Math.floor((padded.length * 8) / 6);
    const form = toBase64(padded).slice(Math.ceil((before * 8) / 6), end);
    // Shorter forms also occur by chance in text without the secret.
    return form.length < 8 ? [] : [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const isMask = (text: string): boolean => /^\**$/.test(text);

function mergeSpans(spans: Span[]): readonly Span[] {
  const merged: [number, number][] = [];
  for (const [from, to] of spans.sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

// Limits of a copied error: members in total, and characters of each string. Anything beyond these limits is omitted.
const MAX_MEMBERS = 2000;
const MAX_CHARACTERS = 200_000;
/** Number of characters to omit at the end of a truncated string, because the truncation may split a secret. */
const MAX_SECRET = 10_000;

const BRAND = Symbol.for('majordomo.LlmError');

/** Names of members that contain a credential. */
const CREDENTIAL =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|password|passphrase|(?:x-)?api[-_]?key)$|secret|token$|private_?key$/i;

/** Marker for an object that is not copied, such as a request or a socket. */
const OPAQUE: unique symbol = Symbol();

/**
 * Returns the cause itself if nothing in it must be masked or omitted, otherwise a cleaned copy. Errors of SDKs contain the
 * vendor's message, which may contain the key, and some of these errors contain the complete request.
 */
export function redactCause(cause: unknown, secrets: readonly (string | undefined)[] = []): unknown {
  const cleaner = new Cleaner(secrets);
  const clean = cleaner.clean(cause);
  if (!cleaner.isChanged) return cause;
  return clean === OPAQUE ? new Error(`a thrown ${typeof cause}`) : clean;
}

class Cleaner {
  isChanged = false;
  private readonly forms: ReadonlySet<string>;
  /** Copy of each object, so that a circular value is copied once. */
  private readonly copies = new Map<object, unknown>();
  private remainingMembers = MAX_MEMBERS;

  constructor(secrets: readonly (string | undefined)[]) {
    this.forms = formsOf(secrets);
  }

  clean(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'function') return this.drop();
    if (typeof value !== 'object' || value === null) return value;
    if (this.copies.has(value)) return this.copies.get(value);
    if (value instanceof Error) return this.error(value);
    if (Array.isArray(value)) return this.members(value, []);
    if (value instanceof Headers) return this.members(Object.fromEntries(value), {});
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? this.members(value, {}) : this.drop();
  }

  private text(value: string): string {
    const start = value.slice(0, MAX_CHARACTERS);
    const clean = maskSpans(start, spansOf(start, this.forms));
    if (clean !== value) this.isChanged = true;
    return value.length > MAX_CHARACTERS ? clean.slice(0, -MAX_SECRET) || MASK : clean;
  }

  private drop(): typeof OPAQUE {
    this.isChanged = true;
    return OPAQUE;
  }

  private error(error: Error): Error {
    // Secrets are removed before an `LlmError` is created.
    if (BRAND in error) return error;
    // SDKs copy members of a response body onto their errors, so each member may have any type.
    const message = asText(error.message) ?? '';
    const stack = asText(error.stack) ?? '';
    // Always use the copy if the stack is not a string, because an object may contain a secret.
    if (stack === '') this.isChanged = true;
    const clean = this.text(error instanceof SyntaxError ? this.withoutSample(message) : message);
    const copy = new Error(clean);
    // Also copies the original message, which is replaced here.
    this.members(error, copy);
    copy.message = clean;
    copy.name = this.text(asText(error.name) ?? '');
    copy.stack = this.text(stack.replace(message, () => clean));
    return copy;
  }

  /** Removes the invalid JSON that engines quote in a message, because the quotation may contain a part of a key. */
  private withoutSample(message: string): string {
    this.isChanged = true;
    return `not valid JSON${/ (?:in JSON )?at position \d+/.exec(message)?.[0] ?? ''}`;
  }

  /** Copies a member, or masks a credential such as `Authorization`, because HTTP libraries attach the request to errors. */
  private member(key: PropertyKey, value: unknown): unknown {
    if (typeof value !== 'string' || typeof key !== 'string' || !CREDENTIAL.test(key))
      return this.clean(value);
    this.isChanged = true;
    return MASK;
  }

  /** Copies all members, because inspectors also show members that are not enumerable. */
  private members<T extends object>(from: object, to: T): T {
    this.copies.set(from, to);
    /** Member that is not copied, because `error` sets it, or because the array sets it itself. */
    const omitted = from instanceof Error ? 'stack' : Array.isArray(from) && 'length';
    for (const key of Reflect.ownKeys(from)) {
      const member = Object.getOwnPropertyDescriptor(from, key);
      if (member === undefined || key === omitted) continue;
      if (this.remainingMembers-- < 1) {
        this.drop();
        break;
      }
      const name = typeof key === 'string' ? this.text(key) : key;
      // A getter is not called, because it may have effects.
      const value = 'value' in member ? this.member(key, member.value) : this.drop();
      if (value !== OPAQUE)
        Object.defineProperty(to, name, { ...member, value, writable: true, configurable: true });
    }
    return to;
  }
}
