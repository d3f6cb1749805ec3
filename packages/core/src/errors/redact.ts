import { toBase64 } from '../util/bytes.ts';

/** A place in a text: from the first character to the one behind the last. */
export type Span = readonly [from: number, to: number];

/**
 * Shapes of keys that vendors issue, and places where a credential stands in text; a first group is kept. Every run of
 * characters is entered once, so that a text costs its length whatever is in it.
 */
const KEY_SHAPES: readonly RegExp[] = [
  /\b(?:sk|pk|rk)[-_][\w-]{12,}/g,
  /\b(?:gsk|xai|hf|r8|csk|nvapi|pplx|tvly|npm|pypi|whsec|dop_v1|gh[oprsu]|github_pat)[-_][\w-]{16,}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /(?<![\w.-])SG\.[\w-]{16,}\.[\w-]{16,}/g,
  /\bAIza[\w-]{30,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bya29\.[\w.-]{10,}/g,
  /(?<![\w.-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:[^-]|-(?!----END ))*/g,
  // Words follow "basic" in prose: a credential has a digit or a capital inside, or is long.
  /(\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s{1,16})(?=[A-Za-z._~+/=-]{0,64}(?:\d|[a-z][A-Z])|[A-Za-z._~+/=-]{24})[\w.~+/=-]{8,}/g,
  /(\bapi[-_]?key["'\\]{0,4}\s{0,8}[:=]\s{0,8}["'\\]{0,4})[^\s"'\\,}&]{6,}/gi,
  /((?:secret_?access_?key|(?:session|security|access|refresh|id)[-_]?token|client_?secret)["'\\]{0,4}\s{0,8}[:=]\s{0,8}["'\\]{0,4})[^\s"'\\,}&]{6,}/gi,
  /([?&](?:key|sig|token|x-amz-(?:signature|credential))=)[^\s"'\\&#]{4,}/gi,
  // Up to the last `@`, as DSNs are read.
  /(:\/\/)[^\s/"'\\]+(?=@)/g,
];

/** What stands where a secret stood. */
const MASK = '***';

/** The text with every known secret and everything of a key's shape masked. */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  return redactor(secrets)(text);
}

/** `redact` for many texts: what the secrets look like is found once. */
function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = formsOf(secrets);
  return (text) => masked(text, spansOf(text, forms));
}

/** Only what is known: for texts of our own, which may show what a DSN looks like. */
export function redactValues(text: string, secrets: readonly (string | undefined)[]): string {
  return masked(text, apart(knownSpans(text, formsOf(secrets))));
}

function masked(text: string, spans: readonly Span[]): string {
  let clean = '';
  let at = 0;
  for (const [from, to] of spans) {
    clean += text.slice(at, from) + MASK;
    at = to;
  }
  return at === 0 ? text : clean + text.slice(at);
}

/** Where known secrets and everything of a key's shape stand: in order, apart from each other. Masks are none. */
export function secretSpans(text: string, secrets: readonly (string | undefined)[]): readonly Span[] {
  return spansOf(text, formsOf(secrets));
}

function spansOf(text: string, forms: ReadonlySet<string>): readonly Span[] {
  const found = knownSpans(text, forms);
  for (const shape of KEY_SHAPES) {
    for (const match of text.matchAll(shape)) {
      const from = match.index + (match[1]?.length ?? 0);
      const to = match.index + match[0].length;
      if (!isMask(text.slice(from, to))) found.push([from, to]);
    }
  }
  return apart(found);
}

function knownSpans(text: string, forms: ReadonlySet<string>): Span[] {
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
 * What a secret looks like as it is, without its blanks, percent-encoded, inside JSON, and in base64 at any place of a
 * longer text. None for one or two characters: that would mask half of a text and protects nothing.
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
    // Half of a surrogate pair, which no URL can carry.
    return secret;
  }
}

/** Bytes before the secret move its bits by 0, 2 or 4: only characters that it alone decides are looked for. */
function inBase64(secret: string): readonly string[] {
  const bytes = new TextEncoder().encode(secret);
  return [0, 1, 2].flatMap((before) => {
    const padded = new Uint8Array(before + bytes.length);
    padded.set(bytes, before);
    const whole = Math.floor((padded.length * 8) / 6);
    const form = toBase64(padded).slice(Math.ceil((before * 8) / 6), whole);
    // Shorter ones stand in other data by chance.
    return form.length < 8 ? [] : [form, form.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const isMask = (text: string): boolean => /^\**$/.test(text);

function apart(spans: Span[]): readonly Span[] {
  const kept: [number, number][] = [];
  for (const [from, to] of spans.sort(([a], [b]) => a - b)) {
    const last = kept.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
    else kept.push([from, to]);
  }
  return kept;
}

/** Whatever is longer is not the error but what hangs on it: the rest is left out. */
const MOST_MEMBERS = 2000;
const MOST_CHARACTERS = 200_000;
/** Not shown before a cut, which may stand in a secret. */
const LONGEST_SECRET = 10_000;

const BRAND = Symbol.for('majordomo.LlmError');

/** Names of members that hold a credential, whatever it looks like. */
const CREDENTIAL =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|password|passphrase|(?:x-)?api[-_]?key)$|secret|token$|private_?key$/i;

/** What holds requests, sockets and headers in one runtime or another never comes along. */
const OPAQUE: unique symbol = Symbol();

/**
 * A foreign error, as a cause that may be shown: itself when all that it holds is plain and free of secrets, else a copy
 * without them. SDK errors carry the vendor's text, which may echo the key, and some the whole request.
 */
export function redactCause(cause: unknown, secrets: readonly (string | undefined)[] = []): unknown {
  const cleaner = new Cleaner(secrets);
  const clean = cleaner.clean(cause);
  if (!cleaner.changed) return cause;
  return clean === OPAQUE ? new Error(`a thrown ${typeof cause}`) : clean;
}

class Cleaner {
  changed = false;
  private readonly redact: (text: string) => string;
  private readonly seen = new Map<object, unknown>();
  private left = MOST_MEMBERS;

  constructor(secrets: readonly (string | undefined)[]) {
    this.redact = redactor(secrets);
  }

  clean(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'function') return this.drop();
    if (typeof value !== 'object' || value === null) return value;
    if (this.seen.has(value)) return this.seen.get(value);
    if (value instanceof Error) return this.error(value);
    if (Array.isArray(value)) return this.members(value, []);
    if (value instanceof Headers) return this.members(Object.fromEntries(value), {});
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? this.members(value, {}) : this.drop();
  }

  private text(value: string): string {
    const clean = this.redact(value.slice(0, MOST_CHARACTERS));
    if (clean !== value) this.changed = true;
    return value.length > MOST_CHARACTERS ? clean.slice(0, -LONGEST_SECRET) || MASK : clean;
  }

  private drop(): typeof OPAQUE {
    this.changed = true;
    return OPAQUE;
  }

  private error(error: Error): Error {
    // Ours are clean when they are made.
    if (BRAND in error) return error;
    const message = textOf(error, 'message');
    const stack = textOf(error, 'stack');
    // It may be no text but something that holds one.
    if (stack === '') this.changed = true;
    const said = this.text(error instanceof SyntaxError ? this.withoutSample(message) : message);
    const copy = new Error(said);
    this.members(error, copy);
    copy.message = said;
    copy.name = this.text(textOf(error, 'name'));
    copy.stack = this.text(stack.replace(message, () => said));
    return copy;
  }

  /** Engines quote the text that they stumble over, a few characters of a key included. */
  private withoutSample(message: string): string {
    this.changed = true;
    return `not valid JSON${/ (?:in JSON )?at position \d+/.exec(message)?.[0] ?? ''}`;
  }

  /** HTTP libraries keep what they sent, such as `config.headers.Authorization`. */
  private member(key: PropertyKey, value: unknown): unknown {
    if (typeof value !== 'string' || typeof key !== 'string' || !CREDENTIAL.test(key))
      return this.clean(value);
    this.changed = true;
    return MASK;
  }

  /** Members that cannot be seen in JSON are seen by inspectors. */
  private members<T extends object>(from: object, to: T): T {
    this.seen.set(from, to);
    const known = from instanceof Error ? 'stack' : Array.isArray(from) && 'length';
    for (const key of Reflect.ownKeys(from)) {
      const member = Object.getOwnPropertyDescriptor(from, key);
      if (member === undefined || key === known) continue;
      if (this.left-- < 1) {
        this.drop();
        break;
      }
      const name = typeof key === 'string' ? this.text(key) : key;
      const value = 'value' in member ? this.member(key, member.value) : this.drop();
      if (value !== OPAQUE)
        Object.defineProperty(to, name, { ...member, value, writable: true, configurable: true });
    }
    return to;
  }
}

/** Returns an empty string for a member that is not a string: SDKs copy members of a body onto their errors. */
function textOf(error: Error, member: 'message' | 'name' | 'stack'): string {
  const value: unknown = error[member];
  return typeof value === 'string' ? value : '';
}
