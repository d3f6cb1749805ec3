import { beginsAsMask } from '../mask.ts';
import type { Span } from '../rule.ts';

const SCHEME =
  /^(?:bearer|basic|token|digest|api-?key|negotiate|ntlm|hawk|aws4-hmac-sha256|aws4-ecdsa-p256-sha256|key|dpop|sharedkey(?:lite)?|sso-key|bot|oauth|jwt|splunk|geniekey|sharedaccesssignature|googlelogin|mac|private-token|ssws|client|zoho-oauthtoken)[ \t]{1,16}/i;
/** `Digest username="…"`: the quotes belong to it. */
const HAS_PARAMETERS = /^(?:digest|hawk|oauth|aws4|mac|sharedaccesssignature)/i;

/** What stands behind `Authorization:`, without its scheme. */
export function findCredential(
  text: string,
  start: number,
  end: number,
  from: number,
  found: Span[],
): number | undefined {
  const value = text.slice(start, Math.min(end, start + 64));
  const [scheme = ''] = SCHEME.exec(value) ?? [];
  const begin = start + scheme.length;
  let stop = HAS_PARAMETERS.test(scheme) ? end : begin;
  while (stop < end && !/[\s"'`,\\\u2028\u2029]/.test(text.charAt(stop))) stop++;
  if (!isCredential(text.slice(begin, Math.min(stop, begin + 120)), scheme !== '')) return undefined;
  found.push({ rule: 'authorization-header', start: begin, end: stop, from });
  return stop;
}

/** A word of prose has neither a digit nor a capital inside, and is short. */
function isCredential(value: string, hasScheme: boolean): boolean {
  if (beginsAsMask(value) || /^(?:\*+$|[<${%\s]|\.\.\.)/.test(value) || value.length < 6) return false;
  if (/\d|[a-z][A-Z]/.test(value)) return true;
  return hasScheme ? value.length >= 16 : value.length >= 24;
}

/** All values of `Cookie:`; of `Set-Cookie:` the first, since attributes are words of a protocol. */
export function findCookies(
  text: string,
  start: number,
  end: number,
  from: number,
  isAll: boolean,
  found: Span[],
): number | undefined {
  let last: number | undefined;
  let at = start;
  while (at < end) {
    const semicolon = text.slice(at, end).indexOf(';');
    const stop = semicolon === -1 ? end : at + semicolon;
    const equals = text.slice(at, stop).indexOf('=');
    const begin = at + equals + (text[at + equals + 1] === '"' ? 2 : 1);
    if (equals > 0 && isCookie(text.slice(begin, stop))) {
      last = begin + runLength(text, begin, stop);
      found.push({ rule: 'cookie', start: begin, end: last, from });
    }
    if (!isAll) break;
    at = stop + 1;
  }
  return last;
}

const isCookie = (value: string): boolean =>
  value.trim().length >= 4 && !beginsAsMask(value) && !/^(?:\*+$|[<${])/.test(value);

function runLength(text: string, start: number, most: number): number {
  let end = start;
  while (end < most && !/[\s"'\u2028\u2029]/.test(text.charAt(end))) end++;
  return end - start;
}
