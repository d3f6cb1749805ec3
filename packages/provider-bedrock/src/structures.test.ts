import { expect, it } from 'vitest';
import { answerIn } from './structures.ts';

const blocks = (content: string): string => `{"output":{"message":{"content":[${content}]}}}`;
const read = (content: string): unknown => answerIn(blocks(content), 'p/m');
const given = (...content: readonly object[]): object => ({ output: { message: { content } } });

it.each([
  ['as it is', '"redactedContent"'],
  ['with escapes', String.raw`"redacted\u0043ontent"`],
])('bytes are bytes, by a name that is written %s', (_how, name) => {
  expect(read(`{"reasoningContent":{${name}:"AQI="}}`)).toEqual(
    given({ reasoningContent: { redactedContent: Uint8Array.of(1, 2) } }),
  );
});

it('a null is nothing, and a text that only speaks of one stays', () => {
  expect(read('{"text":"null and void","toolUse":null}')).toEqual(given({ text: 'null and void' }));
});

it('without either all of it is as it was sent', () => {
  const content = '{"text":"hi"},{"toolUse":{"toolUseId":"a","name":"n","input":{"b":[1,"c"]}}}';
  expect(read(content)).toEqual(JSON.parse(blocks(content)));
});
