import { expect, it } from 'vitest';
import { resultContent, textPart } from './content.ts';
import { string, type Fields } from './fields.ts';

const bytes = new Uint8Array([1]);
const toPart = (block: Fields) =>
  block.isSet('text')
    ? textPart(block.required('text', string))
    : [{ type: 'file' as const, mediaType: 'application/pdf', bytes }];

it('names the block of a tool result that is not an image, also after a text block without text', () => {
  const parse = resultContent(toPart);
  expect(() => parse([{ text: '' }, {}], 'messages[2].content')).toThrow(
    'messages[2].content[1] must be an image, not application/pdf',
  );
  expect(parse([{ text: '' }, { text: 'a' }], 'content')).toEqual([{ type: 'text', text: 'a' }]);
  expect(parse('', 'content')).toEqual([]);
});

it('refuses a lone surrogate in the string of a tool result', () => {
  expect(() => resultContent(toPart)('\uD800', 'content')).toThrow('content');
});
