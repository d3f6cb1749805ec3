import { beginsAsMask } from '../mask.ts';
import type { Verdict } from './name.ts';

/** Words that stand for a missing or masked value, with and without quotes. */
const EMPTY_WORDS = 'null|undefined|none|nil|empty|unknown|redacted|hidden|masked|removed|todo|tbd';
/** Words of types and settings, with and without quotes. */
const TYPE_WORDS = 'true|false|string|number|boolean|object|required|optional';
/** Words that are not secret only without quotes. */
const UNQUOTED_WORDS = String.raw`any|bearer|basic|default|yes|no|on|off|n\/a|text|varchar`;

const PLACEHOLDER = new RegExp(
  String.raw`^(?:\*+|x+|\.+|-+|_+|${EMPTY_WORDS}|${TYPE_WORDS}|${UNQUOTED_WORDS})$`,
  'i',
);
/** Pattern of placeholders that a program or a reader replaces, such as `$TOKEN`, `{{ token }}`, `<your key>` and `%s`. */
const TEMPLATE = /^(?:\$|<|\{|%[A-Za-z(]|@\w+@$|#\{|\\?$)/;

/** Patterns of code that reads a value, such as `process.env.KEY`, `getToken()` and `self.api_key`. */
const CODE: readonly RegExp[] = [
  // Objects that hold settings, and keywords before an expression.
  /^(?:process|import|self|this|os|env|config|settings|options|props|secrets|vars|ctx|req)\./,
  /^ENV\[/,
  /^(?:await|new)\b/,
  // A call, and a path of names.
  /^[\w$.]*\(/,
  /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$/,
  // Names of variables that hold a secret.
  /^[a-z_]*(?:api_?key|token|secret|password|passwd|credential)s?$/,
  /^[A-Z][A-Z_]*(?:KEY|TOKEN|SECRET|PASSWORD)$/,
];

/** Pattern of quoted values that are not secret, even if the name always indicates a secret. */
const QUOTED_PLACEHOLDER = new RegExp(
  String.raw`^(?:\*{3,}|x{4,}|\.{3,}|-{3,}|_{3,}|${EMPTY_WORDS}|${TYPE_WORDS}|<[a-z][\w .:-]*>)$`,
  'i',
);
/** Patterns of quoted templates, such as `$TOKEN`, `${token}`, `{{ token }}`, `{api_key}`, `%TOKEN%` and `%s`. */
const QUOTED_TEMPLATE: readonly RegExp[] = [
  /^\$[A-Z][A-Z_]{2,}$/,
  /^\$\{[^{}]*\}$/,
  /^\$?\{\{[^{}]*\}\}$/,
  /^\{[a-z]{2,}(?:_[a-z]+)*\}$/,
  /^%[A-Z_]{3,}%$/,
  /^%s$/,
];

const matches = (patterns: readonly RegExp[], value: string): boolean =>
  patterns.some((pattern) => pattern.test(value));

/**
 * Whether an unquoted value is secret after a name of this kind. `isTight`: the value is certainly that of the name, because no space
 * precedes it, or because it is that of a header. Otherwise the next word of a sentence may follow, as in `token: the next one`.
 */
export function isSecret(value: string, verdict: Verdict, isTight: boolean): boolean {
  if (verdict === 'perhaps' || verdict === 'secret-if-quoted') return isRandom(value) && !isTemplate(value);
  if (isTemplate(value)) return false;
  if (verdict === 'password') return isPassword(value, isTight);
  return isTight ? value.length >= 6 && !matches(CODE, value) : isRandom(value);
}

/** Whether a quoted value is secret after a name of this kind. `isMember` is true if the name is quoted too, as in JSON. */
export function isQuotedSecret(value: string, name: string, verdict: Verdict, isMember: boolean): boolean {
  if (value === '') return false;
  // The quote may close a string that ends with a name, as in `"password:", "next"`.
  if (!isMember && /^(?:[\s,}\])]|[;.:]\s)/.test(value)) return false;
  if (verdict === 'perhaps') {
    const word = value.replace(/\s.*/s, '');
    const hasSeveralWords = /\S(?:\s|\\[nrt]\S)/.test(value.trim());
    // Under `token` or `bearer`, several words are a secret like any other.
    const isPhrase = hasSeveralWords && /(?:token|bearer)$/i.test(name);
    if (!isPhrase) return isRandom(word) && !isTemplate(word);
  }
  if (isMember) return !QUOTED_PLACEHOLDER.test(value) && !matches(QUOTED_TEMPLATE, value);
  return !isTemplate(value) && value.length >= (verdict === 'password' ? 4 : 6);
}

/** Whether `PWD` or `pwd` is the name of the working folder, as in a list of environment variables. */
export const isWorkingFolder = (name: string, value: string): boolean =>
  /^(?:old_?)?pwd$/i.test(name) && /^(?:[.~]{0,2}\/|[A-Za-z]:\\)[\w ./\\~@+-]*$/.test(value);

const isTemplate = (value: string): boolean =>
  beginsAsMask(value) || PLACEHOLDER.test(value) || TEMPLATE.test(value);

function isPassword(value: string, isTight: boolean): boolean {
  if (matches(CODE, value) || value.length < 4) return false;
  if (isTight) return true;
  return /\d|[^A-Za-z0-9.,:)']/.test(value) && value.length >= 6;
}

/** Whether the value looks random. Numbers, dates, paths, code, and names that consist of words do not look random. */
function isRandom(value: string): boolean {
  if (value.length < 8) return false;
  // Begin with the cheapest check, so that the time remains linear if names are repeated.
  return (
    isMixed(value) &&
    !/^[\d.,:+-]+$/.test(value) &&
    !matches(CODE, value) &&
    !isPath(value) &&
    !isOfWords(value)
  );
}

/** Whether a value mixes digits and letters as random values of its length do. A long value may have letters of one case only. */
function isMixed(value: string): boolean {
  const { hasLower, hasUpper, hasDigit, isAlphanumeric } = kindsIn(value);
  const kinds = Number(hasLower) + Number(hasUpper) + Number(hasDigit);
  if (value.length < 16) return kinds >= 2 && hasDigit;
  return kinds >= 2 || (value.length >= 20 && isAlphanumeric);
}

function kindsIn(value: string): Record<'hasLower' | 'hasUpper' | 'hasDigit' | 'isAlphanumeric', boolean> {
  const kinds = { hasLower: false, hasUpper: false, hasDigit: false, isAlphanumeric: true };
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code >= 97 && code <= 122) kinds.hasLower = true;
    else if (code >= 48 && code <= 57) kinds.hasDigit = true;
    else if (code >= 65 && code <= 90) kinds.hasUpper = true;
    else kinds.isAlphanumeric = false;
  }
  return kinds;
}

/** Whether the value consists of words, as in `my-secret-name`, `Created_At` and `gpt-4o-mini-2024`. */
export const isOfWords = (value: string): boolean =>
  /[-_. ]/.test(value) &&
  value
    .split(/[-_. ]+/)
    .every((word) =>
      /^(?:[A-Za-z]?[a-z]{0,14}|[A-Z]{1,12}|\d{1,4}|[a-z]{1,3}\d{1,2}|\d{1,2}[a-z]{1,2})$/.test(word),
    );

const isPath = (value: string): boolean => /^(?:[.~]{0,2}\/|[A-Za-z]:\\|[a-z]+:\/\/)/.test(value);
