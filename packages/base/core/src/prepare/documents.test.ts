import { expect, it } from 'vitest';
import { file, searchResult, toolResult, user, type TurnMessage } from '../types/messages.ts';
import { fitDocuments } from './documents.ts';
import { validate } from './validate.ts';

const RESULT = searchResult({ source: 'https://a.example/p', title: 'Prices', text: 'It costs 3.' });
const PDF = { ...file(new Uint8Array([1]), 'application/pdf', 'a.pdf'), context: 'of 2025', citations: true };
const textsOf = (message: TurnMessage | undefined) =>
  (message?.role === 'tool' ? (message.parts[0]?.content ?? []) : (message?.parts ?? [])).map((part) =>
    part.type === 'text' ? part.text : part,
  );

it('a target without citations receives search results as text, also in tool results', () => {
  const found = toolResult({ callId: 'c', name: 'search', content: [RESULT] });
  const messages = [user('hi'), user('q', RESULT), found];
  const { messages: fitted, warnings } = fitDocuments(messages, {}, 'a/b');
  const text = 'Prices (https://a.example/p)\n\nIt costs 3.';
  expect(fitted.map(textsOf)).toEqual([['hi'], ['q', text], [text]]);
  expect(warnings).toEqual([
    { action: 'dropped', what: 'citations of documents', why: 'a/b does not cite documents of the request' },
    {
      action: 'coerced',
      what: 'search results and descriptions of documents',
      why: 'a/b accepts them as text only',
    },
  ]);
});

it('a target without citations receives the description of a document as text before the document', () => {
  const { messages } = fitDocuments([user(PDF)], {}, 'a/b');
  expect(textsOf(messages[0])).toEqual([
    'a.pdf\n\nof 2025:',
    { type: 'file', mediaType: 'application/pdf', bytes: new Uint8Array([1]), name: 'a.pdf' },
  ]);
});

it('a request for citations alone is dropped with one warning', () => {
  const cited = { ...file(new Uint8Array([1]), 'application/pdf'), citations: true };
  const { messages, warnings } = fitDocuments([user(cited)], {}, 'a/b');
  expect(messages[0]?.parts).toEqual([
    { type: 'file', mediaType: 'application/pdf', bytes: new Uint8Array([1]) },
  ]);
  expect(warnings.map(({ what }) => what)).toEqual(['citations of documents']);
});

it('messages stay the same objects if the target cites documents, or if nothing is described', () => {
  const messages = [user('q', RESULT)];
  expect(fitDocuments(messages, { citations: true }, 'a/b').messages).toBe(messages);
  const plain = [user('q', file(new Uint8Array([1]), 'application/pdf'))];
  expect(fitDocuments(plain, {}, 'a/b').messages).toBe(plain);
});

it('a source of a PDF is an invalid request', () => {
  const messages = [user({ ...PDF, source: 'https://a.example' })];
  expect(() => {
    validate({ messages });
  }).toThrow('messages[0].parts[0].source requires a text, not application/pdf; put the source into context');
});
