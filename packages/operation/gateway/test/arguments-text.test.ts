import { parseArguments } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { ArgumentsText } from '../src/response/arguments-text.ts';
import { argumentsText, toolCallPart } from '../src/parsing/tools.ts';

/** Returns the text that is emitted for these chunks of arguments. */
function emittedText(chunks: readonly string[], asWritten = true): string {
  const args = new ArgumentsText();
  const text = chunks.map((chunk) => args.push(chunk)).join('');
  const part = toolCallPart('c', 'edit', chunks.join(''));
  return text + args.end(part, { complete: argumentsText(part), asWritten });
}

const RAW = [
  '',
  '{}',
  ' {"a": 1} ',
  '{"a":"x\ny\tz\u0001"}',
  '{"a":[1,2,],"b":{"c":1 , } , }',
  '{"a":{"b":[1,"}"',
  '{"a":1}}]',
  String.raw`{"a":"\"\\","b":"\u00e9}\n"}`,
  '"{\\"a\\":1}"',
  '[1,2]',
  'null',
  '{"a":1} thanks',
  '{"a":1}{"b":2}',
  '{"a":[1}',
  "{'a':1}",
  'I would edit it: {"a":1}',
  '\u00a0{"a":1}',
  '{"a":1,\u00a0}',
  '{"a":1, \ufeff}',
  '{"a":[1,\f]}',
  '{"a":\u00a01}',
  '{"a":1}\u00a0',
];

describe('streamed arguments', () => {
  it.each(RAW)('equal the complete arguments for every split of %j', (raw) => {
    const expected = parseArguments(raw);
    for (let size = 1; size <= raw.length + 1; size++) {
      const chunks = Array.from({ length: Math.ceil(raw.length / size) }, (_, index) =>
        raw.slice(index * size, (index + 1) * size),
      );
      const text = emittedText(chunks);
      if (expected.invalid === undefined) expect(JSON.parse(text)).toEqual(expected.args);
      else expect(text).toBe(raw);
    }
  });

  it('are not emitted before an object starts', () => {
    const args = new ArgumentsText();
    expect(args.push('"{\\"a\\"')).toBe('');
    expect(new ArgumentsText().push(' {"a":"b')).toBe('{"a":"b');
  });

  it('end after the object if they are not emitted as written', () => {
    expect(emittedText(['{"a":1} tha', 'nks'], false)).toBe('{"a":1}');
  });
});
