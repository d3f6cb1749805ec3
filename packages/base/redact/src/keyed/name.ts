import { memoize } from '../memoize.ts';

/** Kind of value that a name indicates. */
export type Verdict =
  /** The value is a password. */
  | 'password'
  /** The value is a secret, as for `api_key` and `clientSecret`. */
  | 'secret'
  /** For the name `secret`: a quoted value is a secret, and an unquoted value is a secret if it looks random. */
  | 'secret-if-quoted'
  /** The value is a secret if it looks random. Under `token` or `bearer`, a quoted value of several words is also a secret. */
  | 'perhaps'
  | 'authorization'
  | 'cookie'
  | 'set-cookie';

const PASSWORD = new Set('password passwd passphrase passcode pwd passwort pgpassword mysqlpwd'.split(' '));
/** Last words of names whose values are secret. `api:key` means the words `api` and `key`, as in `API_KEY` and `apiKey`. */
const SECRET = new Set(
  (
    'apikey api:key apitoken api:token secret:key access:key access:token accesstoken refresh:token refreshtoken ' +
    'id:token session:token security:token auth:token authtoken client:secret private:key shared:secret ' +
    'bearer:token bot:token webhook:secret signing:secret subscription:key account:key shared:key ' +
    'master:key encryption:key signing:key app:secret consumer:secret access:secret token:secret oauth:token ' +
    'xapikey apisecret api:secret secretkey clientsecret private:token personal:token service:key admin:key ' +
    'sas:token deploy:token vault:token consumer:key'
  ).split(' '),
);
const PERHAPS = new Set(
  'secret token key auth credential credentials creds sig bearer jwt pat sid sessid sessionid phpsessid jsessionid authkey webhook'.split(
    ' ',
  ),
);
/** Words before `tokens` in the names of credentials. After other words, `tokens` is the name of a count. */
const HAS_TOKENS = new Set('access refresh auth api bearer bot oauth personal'.split(' '));
/** Words that make a name harmless, as in `cache_key` and `next_page_token`, by the last word of the name. */
const HARMLESS_BEFORE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'key',
    new Set(
      (
        'cache primary foreign sort partition public pub object row hot map idempotency natural composite unique index ' +
        'hash range group s3 bucket storage translation i18n dedup dedupe route query lookup join order message ' +
        'metric label tag json dict property attribute field column config setting registry env react state store ' +
        'prompt cursor next last start end exclusive search filter name file data dataset kms arrow tab shift enter escape'
      ).split(' '),
    ),
  ],
  [
    'token',
    new Set(
      (
        'page next continuation sync cursor max min num total prompt completion per pad eos bos unk sep mask stop ' +
        'start end special input output last first cached reasoning csrf xsrf device resume nextpage previous prev'
      ).split(' '),
    ),
  ],
  ['credential', new Set(['x', 'amz'])],
  ['auth', new Set(['basic', 'no', 'requires', 'require'])],
  ['webhook', new Set(['is', 'has'])],
]);

const MAX_CACHED = 2000;

/** Returns the kind of value for a name in any spelling, such as `X-Api-Key`, `apiKey` or `AWS_SECRET_ACCESS_KEY`. */
export const verdictOn: (name: string) => Verdict | undefined = memoize(
  (name) => verdictOnWords(wordsOf(name)),
  MAX_CACHED,
);

function verdictOnWords(words: readonly string[]): Verdict | undefined {
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  const verdict = verdictOnLast(last, before, words.length);
  if (verdict !== undefined && verdict !== 'perhaps') return verdict;
  // A plural names several secrets, unless it is a count, as in `max_tokens`, or the plural of an uncertain name, such as `keys`.
  const isCount = last === 'tokens' && !HAS_TOKENS.has(before);
  if (!last.endsWith('s') || isCount) return verdict;
  const singular = verdictOnLast(last.slice(0, -1), before, words.length);
  return singular === 'perhaps' || singular === 'authorization' ? verdict : (singular ?? verdict);
}

function verdictOnLast(last: string, before: string, count: number): Verdict | undefined {
  if (PASSWORD.has(last)) return 'password';
  // `passWord` and `db_pass`, but not `pass` alone.
  if (last === 'word' && before === 'pass') return 'password';
  if (last === 'pass' && count > 1) return 'password';
  if (last === 'authorization') return 'authorization';
  if (last === 'cookie') return before === 'set' ? 'set-cookie' : 'cookie';
  if (HARMLESS_BEFORE.get(last)?.has(before) === true) return undefined;
  if (SECRET.has(`${before}:${last}`) || SECRET.has(last)) return 'secret';
  if (last === 'secret') return count > 1 ? 'secret' : 'secret-if-quoted';
  return PERHAPS.has(last) ? 'perhaps' : undefined;
}

/** Splits a name into lower-case words. For example, `HTTPSToken` and `dbPassword2` have two words. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .replace(/(?<![\d_.\s-])[\d_.\s-]+$/, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
