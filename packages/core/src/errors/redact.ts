import { toBase64 } from '../bytes/base64.ts';

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
export const MASK = '***';

/** The text with every known secret and everything of a key's shape masked. */
export function redact(text: string, secrets: readonly (string | undefined)[] = []): string {
  return redactor(secrets)(text);
}

/** `redact` for many texts: what the secrets look like is found once. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const forms = formsOf(secrets);
  return (text) => masked(text, spansOf(text, forms));
}

/** Only what is known: for texts of our own, which may show what a DSN looks like. */
export function redactKnown(text: string, secrets: readonly (string | undefined)[]): string {
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
