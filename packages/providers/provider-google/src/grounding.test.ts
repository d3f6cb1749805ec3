import { describe, expect, it } from 'vitest';
import { citationsOf, quotationsOf } from './grounding.ts';

const web = { web: { uri: 'https://a.example', title: 'a.example' } };
const file = { retrievedContext: { text: 'Paris is the capital.', fileSearchStore: 'fileSearchStores/x' } };
const sourceText = 'é€ tea🍵 is old.';

describe('grounding', () => {
  it('converts positions from bytes', () => {
    const segment = { startIndex: 6, endIndex: 13, text: 'tea🍵' };
    const grounding = {
      groundingChunks: [web, file],
      groundingSupports: [{ segment, groundingChunkIndices: [0, 1, 7] }],
    };
    const position = { start: 3, end: 8 };
    expect(citationsOf(grounding, sourceText)).toEqual([
      { url: 'https://a.example', title: 'a.example', ...position },
      {
        document: 'fileSearchStores/x',
        quote: 'Paris is the capital.',
        other: { fileSearchStore: 'fileSearchStores/x' },
        ...position,
      },
    ]);
    expect(sourceText.slice(position.start, position.end)).toBe(segment.text);
  });

  it('searches a segment of another text, and omits the position of a missing one', () => {
    const at = (text: string) =>
      citationsOf(
        {
          groundingChunks: [web],
          groundingSupports: [
            { segment: { startIndex: 90, endIndex: 96, text }, groundingChunkIndices: [0] },
          ],
        },
        sourceText,
      );
    expect(at('is old')).toMatchObject([
      { start: sourceText.indexOf('is old'), end: sourceText.indexOf('.') },
    ]);
    expect(at('never said')).toEqual([{ url: 'https://a.example', title: 'a.example' }]);
  });

  it('returns every source without supports', () => {
    const source = [{ url: 'https://a.example', title: 'a.example' }];
    expect(citationsOf({ groundingChunks: [web, {}] }, sourceText)).toEqual(source);
    expect(citationsOf({}, sourceText)).toEqual([]);
  });
});

describe('quotations', () => {
  it('have a URL or a title, and a position in characters', () => {
    const quoted = [
      { uri: 'https://a.example', title: '', endIndex: 5 },
      { uri: '', title: 'A book', startIndex: 6, endIndex: 13 },
      { uri: '', title: '' },
    ];
    expect(quotationsOf(quoted, sourceText)).toEqual([
      { url: 'https://a.example', start: 0, end: 2 },
      { document: 'A book', title: 'A book', start: 3, end: 8 },
    ]);
    expect(sourceText.slice(0, 2)).toBe('é€');
  });

  it('have no position beyond the end of the text', () => {
    expect(quotationsOf([{ uri: 'https://a.example', startIndex: 3, endIndex: 99 }], sourceText)).toEqual([
      { url: 'https://a.example' },
    ]);
  });
});
