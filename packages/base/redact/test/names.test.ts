import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';
import { expectMasked } from './expect-masked.ts';

const MASK = '[redacted]';
const { value: redactValue } = createRedactor();

describe('a name that always has a secret', () => {
  const PAIRS =
    'api_key api_token secret_key access_key access_token refresh_token id_token session_token security_token auth_token ' +
    'client_secret private_key shared_secret bearer_token bot_token webhook_secret signing_secret subscription_key ' +
    'account_key shared_key master_key encryption_key signing_key app_secret consumer_secret access_secret token_secret ' +
    'oauth_token api_secret private_token personal_token service_key admin_key sas_token deploy_token vault_token ' +
    'consumer_key';
  const SINGLE =
    'apikey accesstoken refreshtoken authtoken xapikey apisecret secretkey clientsecret password passwd passphrase ' +
    'passcode pwd passwort pgpassword mysqlpwd authorization cookie';

  it.each([...PAIRS.split(' '), ...SINGLE.split(' ')])('is %s, also after other words', (name) => {
    const names = [name, `my_${name}`, name.replaceAll('_', '-'), name.toUpperCase(), `${name}2`];
    const values = Object.fromEntries(names.map((each) => [each, 'plain']));
    expect(redactValue(values)).toEqual(Object.fromEntries(names.map((each) => [each, MASK])));
  });

  it.each(['passwords', 'apiKeys', 'cookies', 'client_secrets', 'my_secrets', 'secrets', 'api_tokens'])(
    'is %s in the plural',
    (name) => {
      expect(redactValue({ [name]: 'plain' })).toEqual({ [name]: MASK });
    },
  );

  it.each(['authorizations', 'id_tokens', 'vault_tokens', 'tokens'])('is not %s', (name) => {
    expect(redactValue({ [name]: 'plain' })).toEqual({ [name]: 'plain' });
  });

  it.each([
    'apiKey',
    'accessToken',
    'privateKey',
    'db_pass',
    'pass_word',
    'my_secret',
    'set-cookie',
    'setCookie',
    'HTTPSPassword',
    'dbPassword',
  ])('is %s', (name) => {
    expect(redactValue({ [name]: 'plain' })).toEqual({ [name]: MASK });
  });

  it.each([
    'maxTokens',
    'total_tokens',
    'tokenType',
    'author',
    'keywords',
    'secretName',
    'tool_call_id',
    'pass',
    'word',
    'passes',
    'secretary',
    'authorizations2x',
    'apikeyname',
    'cookiejar',
  ])('is not %s', (name) => {
    expect(redactValue({ [name]: 'plain' })).toEqual({ [name]: 'plain' });
  });
});

describe('a name that may have a secret', () => {
  const NAMES =
    'token key auth credential credentials creds sig bearer jwt pat sid sessid sessionid phpsessid jsessionid ' +
    'authkey webhook';

  it.each(NAMES.split(' '))('is %s if the value looks random', (name) => {
    expectMasked(`my_${name}=«abcd1234efgh»`);
    expectMasked(`my_${name}=ordinary`);
  });

  it('is secret, also if a value is quoted', () => {
    expectMasked('secret=«abcd1234efgh»');
    expectMasked('secret=ordinary');
    expectMasked('secret="«ordinary»"');
  });

  it.each('access refresh auth api bearer bot oauth personal'.split(' '))(
    'is %s_tokens, unlike a count',
    (word) => {
      expectMasked(`${word}_tokens=«abcd1234efgh»`);
      expectMasked('prompt_tokens=abcd1234efgh');
      expectMasked('other_tokens=abcd1234efgh');
    },
  );
});

describe('a harmless name', () => {
  const KEYS =
    'cache primary foreign sort partition public pub object row hot map idempotency natural composite unique index ' +
    'hash range group s3 bucket storage translation i18n dedup dedupe route query lookup join order message ' +
    'metric label tag json dict property attribute field column config setting registry env react state store ' +
    'prompt cursor next last start end exclusive search filter name file data dataset kms arrow tab shift enter escape';
  const TOKENS =
    'page next continuation sync cursor max min num total prompt completion per pad eos bos unk sep mask stop ' +
    'start end special input output last first cached reasoning csrf xsrf device resume nextpage previous prev';

  it.each(KEYS.split(' '))('is %s_key', (word) => {
    expectMasked(`${word}_key=abcd1234efgh`);
  });

  it.each(TOKENS.split(' '))('is %s_token', (word) => {
    expectMasked(`${word}_token=abcd1234efgh`);
  });

  it.each(['x_credential', 'amz_credential', 'basic_auth', 'no_auth', 'is_webhook', 'has_webhook'])(
    'is %s',
    (name) => {
      expectMasked(`${name}=abcd1234efgh`);
    },
  );

  it.each(['my_key', 'my_token', 'my_credential', 'my_auth', 'my_webhook'])('is not %s', (name) => {
    expectMasked(`${name}=«abcd1234efgh»`);
  });
});

describe('a name in the query of a URL', () => {
  it.each(
    'key sig token signature x-amz-signature x-amz-security-token x-amz-credential apikey auth access_token appid KEY'.split(
      ' ',
    ),
  )('is %s', (name) => {
    expectMasked(`https://h/x?${name}=«abcdef»&n=1`);
    expectMasked(`https://h/x?n=1&${name}=«abcdef»`);
  });

  it('is code if the value looks random', () => {
    expectMasked('https://h/x?code=«abcd1234»');
    expectMasked('https://h/x?code=abcdef');
    expectMasked('https://h/x?CODE=«abcd1234»');
  });

  it.each(['page', 'keys', 'sign', 'x-amz-date'])('is not %s', (name) => {
    expectMasked(`https://h/x?${name}=abcdef&n=1`);
  });

  it('is not secret outside a query', () => {
    for (const before of ['', ' ', '/', ';']) expectMasked(`${before}sig=abcdef`);
  });
});
