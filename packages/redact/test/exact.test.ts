import { describe, expect, it } from 'vitest';
import { createRedactor } from '../src/index.ts';

const redactor = createRedactor();
const MASK = '[redacted]';

describe('the userinfo of a URL', () => {
  it.each([
    ['https://user:x@host/', `https://user:${MASK}@host/`],
    ['https://user:@host/', 'https://user:@host/'],
    ['redis://:x@host/', `redis://:${MASK}@host/`],
    ['ollama://abc@host', `ollama://${MASK}@host`],
    ['ollama://ab@host', 'ollama://ab@host'],
    ['a://abc@h b://abc@h', `a://${MASK}@h b://${MASK}@h`],
    ['https://user:p@ss@host/', `https://user:${MASK}@host/`],
    ["https://user:it's@host/", `https://user:${MASK}@host/`],
    ['https://user:$PASSWORD@host/', 'https://user:$PASSWORD@host/'],
  ])('%s becomes %s', (text, masked) => {
    expect(redactor.text(text)).toBe(masked);
  });
});

describe('a value after a name', () => {
  it.each([
    ['x-api-key: abc123', `x-api-key: ${MASK}`],
    ['x-api-key: abcdef', 'x-api-key: abcdef'],
    ['apikey = abc123', 'apikey = abc123'],
    ['apikey=abc123', `apikey=${MASK}`],
    ['apikey=abc12', 'apikey=abc12'],
    ['password: ab12', 'password: ab12'],
    ['password: abc12', 'password: abc12'],
    ['password: abcd12', `password: ${MASK}`],
    ['password: abcdef', 'password: abcdef'],
    ['password=abcd', `password=${MASK}`],
    ['password=abc', 'password=abc'],
    ['password == abcd12', 'password == abcd12'],
    ['password != abcd12', 'password != abcd12'],
    ['password => abcd12', `password => ${MASK}`],
    ['password := abcd12', `password := ${MASK}`],
    ['<password>abcd</password>', `<password>${MASK}</password>`],
    ['password>abcd', 'password>abcd'],
    ['--password abcd12', `--password ${MASK}`],
    ['--password --next', '--password --next'],
    ['?key=abcd1234', `?key=${MASK}`],
    ['?code=abcd1234', `?code=${MASK}`],
    ['?code=abcdefgh', '?code=abcdefgh'],
    ['f(token=abcd1234)', `f(token=${MASK})`],
    ['?password=abcd!&x=1', `?password=${MASK}&x=1`],
  ])('%s becomes %s', (text, masked) => {
    expect(redactor.text(text)).toBe(masked);
  });
});

it('rules of an application match in every line, but not across lines', () => {
  const own = createRedactor({ rules: [{ id: 'own', pattern: /acme-[\s\d]+/, source: 'own' }] });
  expect(own.text('one acme-12\nacme-345 b\n\nb acme-6\n7')).toBe(`one ${MASK}\n${MASK}b\n\nb ${MASK}\n7`);
});
