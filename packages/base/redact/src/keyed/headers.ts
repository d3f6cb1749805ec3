import { beginsAsMask } from '../mask.ts';
import type { Span } from '../rule.ts';
import { behindMasks, endOfQuoted, endsString, isApostrophe, type Quote } from '../quote.ts';
import { isQuotedSecret } from './value.ts';

const SCHEME =
  /^(?:bearer|basic|token|digest|api-?key|negotiate|ntlm|hawk|aws4-hmac-sha256|aws4-ecdsa-p256-sha256|key|dpop|sharedkey(?:lite)?|sso-key|bot|oauth|jwt|splunk|geniekey|sharedaccesssignature|googlelogin|mac|private-token|ssws|client|zoho-oauthtoken)[ \t]{1,16}/i;
/** Number of characters in which a scheme and the blanks after it are found. The longest scheme has 22, and up to 16 blanks. */
const MAX_SCHEME = 64;
/** Number of characters at the start of a value that decide whether the value is a credential. */
const HEAD_LENGTH = 120;
/** Maximum number of characters that are searched in a header with parameters. */
const MAX_HEADER = 2048;
/** Authentication schemes with parameters, such as `Digest username="…"`. The quotes are part of the credential. */
const HAS_PARAMETERS = /^(?:digest|hawk|oauth|aws4|mac|sharedaccesssignature)/i;

/**
 * Adds the credential after `Authorization:`, without the authentication scheme, to `found`. Returns the offset of its end, or
 * `undefined` if the value is not a credential. `from`: start of the header's name.
 */
export function findCredential(text: string, start: number, from: number, found: Span[]): number | undefined {
  const value = text.slice(start, start + MAX_SCHEME);
  const [scheme = ''] = SCHEME.exec(value) ?? [];
  const begin = start + scheme.length;
  const head = /^[^\s"'`,\\]*/.exec(text.slice(begin, begin + HEAD_LENGTH))?.[0] ?? '';
  const end = HAS_PARAMETERS.test(scheme) ? endOfHeader(text, begin) : undefined;
  // Check only the start of a value, so that a long line is not scanned again for each repeated header.
  if (!isCredential(end === undefined ? head : text.slice(begin, end), scheme !== '')) return undefined;
  let stop = end ?? begin + head.length;
  while (stop < text.length && head.length === HEAD_LENGTH && !/[\s"'`,\\]/.test(text.charAt(stop))) stop++;
  found.push({ rule: 'authorization-header', start: begin, end: stop, from });
  return stop;
}

/** Returns the offset of the end of the line, or of the JSON string that contains the header. */
function endOfHeader(text: string, start: number): number {
  const most = Math.min(text.length, start + MAX_HEADER);
  let end = start;
  while (end < most && text[end] !== '\n' && !(text[end] === '"' && endsString(text, end))) end++;
  if (text[end] === '"') while (text[end - 1] === '\\') end--;
  return text[end - 1] === '\r' ? end - 1 : end;
}

/**
 * Finds a quoted credential. It ends at the closing quote. Without a closing quote, it ends with the line or the surrounding JSON
 * string. Returns the offset of the credential's end, or `undefined` if the value is not a credential. `isMember`: whether the name
 * is quoted too. Such a value needs no digit and no length to be a credential.
 */
export function findQuotedCredential(
  text: string,
  start: number,
  quote: Quote,
  isMember: boolean,
  from: number,
  found: Span[],
): number | undefined {
  const value = text.slice(start, endOfQuoted(text, start, quote, start + HEAD_LENGTH).end);
  const [scheme = ''] = SCHEME.exec(value) ?? [];
  const begin = behindMasks(text, start + scheme.length);
  const credential = value.slice(begin - start);
  const isSecret = isMember
    ? isQuotedSecret(credential, '', 'secret', true)
    : isCredential(credential, scheme !== '');
  if (!isSecret) return undefined;
  const { end, isClosed } = endOfQuoted(text, begin, quote);
  const open = isClosed ? {} : { open: quote };
  found.push({ rule: 'authorization-header', start: start + scheme.length, end, from, ...open });
  return end;
}

/** Whether the value is a credential. An ordinary word is short and has no digit or inner capital. */
function isCredential(value: string, hasScheme: boolean): boolean {
  if (beginsAsMask(value) || /^(?:\*+$|[<${%\s]|\.\.\.)/.test(value) || value.length < 6) return false;
  if (/\d|[a-z][A-Z]/.test(value)) return true;
  return hasScheme ? value.length >= 16 : value.length >= 24;
}

/** Finds all values of `Cookie:`, and the first value of `Set-Cookie:`. The attributes of `Set-Cookie:` are not secret. */
export function findCookies(
  text: string,
  start: number,
  from: number,
  isAll: boolean,
  found: Span[],
): number | undefined {
  let last: number | undefined;
  for (let at = start; ;) {
    COOKIE_NAME.lastIndex = at;
    const name = COOKIE_NAME.exec(text)?.[0] ?? '';
    if (name === '') return last;
    const begin = at + name.length;
    const end = endOfCookie(text, begin);
    if (isCookie(text.slice(begin, end))) {
      found.push({ rule: 'cookie', start: begin, end, from });
      last = end;
    }
    if (!isAll || text[end] !== ';') return last;
    at = end + 1;
  }
}

/** Pattern of a cookie's name, with the preceding whitespace. */
const COOKIE_NAME = /[ \t]{0,8}[^\s=;,:"']{1,120}="?/y;

/** Returns the offset of the end of a cookie. Skips marks of masks at the start, because `\s` would also match them. */
function endOfCookie(text: string, begin: number): number {
  let end = behindMasks(text, begin);
  while (end < text.length && !endsCookie(text, end, begin)) end++;
  // Backslashes before a quote are part of the quote of the string that contains the cookie.
  if (text[end] === '"' || text[end] === "'") while (text[end - 1] === '\\') end--;
  return end;
}

const endsCookie = (text: string, at: number, begin: number): boolean =>
  /[\s"';,]/.test(text.charAt(at)) && !isApostrophe(text, at, begin);

const isCookie = (value: string): boolean =>
  value.length >= 4 && !beginsAsMask(value) && !/^(?:\*+$|[<${\s])/.test(value);
