import { describe, it } from 'vitest';
import { expectMasked } from './expect-masked.ts';

describe('the credential of an authorization header', () => {
  const SCHEMES =
    'bearer Basic token digest api-key apikey negotiate ntlm hawk aws4-hmac-sha256 aws4-ecdsa-p256-sha256 key dpop ' +
    'sharedkey sharedkeylite sso-key bot oauth jwt splunk geniekey sharedaccesssignature googlelogin mac private-token ' +
    'ssws client zoho-oauthtoken';

  it.each(SCHEMES.split(' '))('is masked after the scheme %s', (scheme) => {
    expectMasked(`Authorization: ${scheme} «abcd12»`);
  });

  it.each([
    'Authorization: other abcd12',
    `Authorization: Bearer${' '.repeat(16)}«abcd12»`,
    `Authorization: Bearer${' '.repeat(17)}abcd12`,
    'Authorization: Bearer abcd1',
    'Authorization: Bearer abcdef',
    'Authorization: Bearer «abcdEf»',
    `Authorization: Bearer ${'a'.repeat(15)}`,
    `Authorization: Bearer «${'a'.repeat(16)}»`,
    'Authorization: abcd1',
    'Authorization: «abcd12»',
    `Authorization: ${'a'.repeat(23)}`,
    `Authorization: «${'a'.repeat(24)}»`,
    ...['***', '<token>', '${token}', '$TOKEN', '{token}', '%s', '[redacted]abc1'].map(
      (value) => `Authorization: Bearer ${value}`,
    ),
  ])('looks like a credential: %s', (marked) => {
    expectMasked(marked);
  });

  it.each([' ', '"', "'", '`', ',', '\\'])('ends at %j', (character) => {
    expectMasked(`Authorization: Bearer «abcd12»${character}x`);
  });

  it.each([119, 120, 121, 500])('is masked completely if it has %d characters', (length) => {
    expectMasked(`Authorization: Bearer «${'a1'.repeat(length).slice(0, length)}» x`);
  });

  it.each([
    'Authorization: Digest «username="u", response="abcdef12" »',
    'Authorization: Digest «username="u", response="abcdef12"»\nnext',
    'Authorization: Digest «username="u", response="abcdef12"»\r\nnext',
    String.raw`{"h":"Authorization: Digest «username=\"u\", response=\"abcdef12\"»","n":1}`,
    'Authorization: Digest qop',
  ])('with parameters ends with its line or string: %j', (marked) => {
    expectMasked(marked);
  });

  it.each([
    'authorization: "Bearer «abcd12»"',
    'authorization: "Bearer «abcd12»',
    "authorization: 'abcdef'",
    "{'authorization': '«abcdef»'}",
    '{"authorization":"«x»"}',
    '{"authorization":""}',
    '{"authorization":"<token>"}',
    '{"authorization":"Bearer «[redacted]abcd12»"}',
    // The first 120 characters decide.
    `{"authorization":"<${'a'.repeat(118)}>"}`,
    `{"authorization":"«<${'a'.repeat(119)}>»"}`,
  ])('can be quoted: %s', (marked) => {
    expectMasked(marked);
  });
});

describe('the values of cookies', () => {
  it.each([
    'Cookie: a=bcd',
    'Cookie: a=«bcde»',
    'Cookie:a=«bcde»',
    'Cookie: a=«bcde»; c=«defg»',
    'Cookie: a=«bcde»;c=«defg»; e',
    'Cookie: a=b; c=«defg»',
    'Cookie: a=***; b=«cdef»',
    'Cookie: a="«bcde»"; c=defg',
    'Cookie: a=«bcde»,f',
    'Cookie: a=«bcde» f',
    "Cookie: a=«b'cde»; x=«yzzz»",
    'Cookie: a=$bcd',
    'Cookie: a={b}cde',
    'Cookie: a=<bcd>',
    'Cookie: =abcd; b=cdef',
    'Set-Cookie: a=«bcde»; c=defg',
    'Set-Cookie: a={b}; c=defg',
    '{"h":"Cookie: a=«bcde»"}',
    String.raw`'Cookie: a=«bcde»\' x`,
    String.raw`{"h":"{\"c\":\"Cookie: a=«bcde»\"}"}`,
    `Cookie: ${'a'.repeat(120)}=«bcde»`,
    `Cookie: ${'a'.repeat(121)}=bcde`,
    `Cookie: x=«abcd»;${' '.repeat(8)}a=«bcde»`,
    `Cookie: x=«abcd»;${' '.repeat(9)}a=bcde`,
  ])('are masked: %s', (marked) => {
    expectMasked(marked);
  });
});

describe('the userinfo of a URL', () => {
  it.each([
    'x://ab@h',
    'x://«abc»@h',
    'x://abc:@h',
    'x://:«a»@h',
    'a://«abc»@h b://«abc»@h',
    'x://a:«b:c»@h',
    'x://«a@b»@h',
    "x://«a'c»@h",
    'xhttps://«abc»@h',
    'x://@h',
    'x://://«abc»@h',
    `https+${'a'.repeat(26)}://abc@h`,
    `https+${'a'.repeat(27)}://«abc»@h`,
    '-x://«abc»@h',
    'https://«a1B2c3D4e5»@h',
    `x://«${'a'.repeat(1023)}»@h`,
    `x://${'a'.repeat(1024)}@h`,
    ...['https', 'http+x', 'svn+ssh', 'ssh+x', 'postgres', 'postgresql', 's3', 'HTTPS'].map(
      (scheme) => `${scheme}://abc@h`,
    ),
    ...'/?# "<\\`>\n'.split('').map((character) => `x://abc${character}@h`),
    ...['${A}', '$A', '<a>', '{a}', '{{a}}', '***', '%s', '[redacted]'].flatMap((value) => [
      `x://${value}@h`,
      `https://u:${value}@h`,
    ]),
  ])('is masked if it is a secret: %j', (marked) => {
    expectMasked(marked);
  });
});
