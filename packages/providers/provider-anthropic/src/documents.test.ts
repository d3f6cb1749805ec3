import { file, searchResult, toolResult, user, type ModelRequest, type TurnMessage } from '@majordomo/core';
import { expect, it } from 'vitest';
import { MESSAGES_QUIRKS } from './quirks.ts';
import { toWire } from './request.ts';

const RESULT = searchResult({
  source: 'https://a.example/p',
  title: 'Prices',
  text: 'It costs 3.\n\nIt cost 2 before.',
});
const PDF = { ...file(new Uint8Array([1]), 'application/pdf', 'a.pdf'), title: 'A', context: 'of 2025' };
const wireOf = (messages: readonly TurnMessage[], more: Partial<ModelRequest> = {}) =>
  toWire(
    { messages, tools: [], output: undefined, extra: {}, ...more },
    'claude-x',
    MESSAGES_QUIRKS,
    'claude',
  );

const SENT_RESULT = {
  type: 'search_result',
  source: 'https://a.example/p',
  title: 'Prices',
  content: [
    { type: 'text', text: 'It costs 3.' },
    { type: 'text', text: 'It cost 2 before.' },
  ],
  citations: { enabled: true },
};

it('a text with a source is a search result whose paragraphs are cited, also in a tool result', () => {
  const call = { type: 'tool-call', id: 'c', name: 'search', args: {} } as const;
  const { params, warnings } = wireOf([
    user('q', RESULT),
    { role: 'assistant', parts: [call] },
    toolResult({ callId: 'c', name: 'search', content: [RESULT] }),
  ]);
  expect(params.messages[0]?.content[1]).toEqual(SENT_RESULT);
  expect(params.messages[2]?.content).toEqual([
    { type: 'tool_result', tool_use_id: 'c', content: [SENT_RESULT] },
  ]);
  expect(warnings).toEqual([]);
});

it('a document has its title, its context and a request for citations', () => {
  const { params } = wireOf([user('q', { ...PDF, citations: true })]);
  expect(params.messages[0]?.content[1]).toMatchObject({
    type: 'document',
    title: 'A',
    context: 'of 2025',
    citations: { enabled: true },
  });
});

it('all documents are cited if one is, with a warning', () => {
  const { params, warnings } = wireOf([user('q', PDF, RESULT)]);
  expect(params.messages[0]?.content[1]).toMatchObject({ citations: { enabled: true } });
  expect(warnings).toMatchObject([{ action: 'coerced', what: 'citations to all documents' }]);
});

it('no document is cited in a response with a schema, with a warning', () => {
  const schema = { type: 'object', properties: {}, additionalProperties: false };
  const { params, warnings } = wireOf([user('q', RESULT)], { output: { name: 'a', schema } });
  expect(params.messages[0]?.content[1]).not.toHaveProperty('citations');
  expect(warnings).toContainEqual(
    expect.objectContaining({ action: 'dropped', what: 'citations of documents' }),
  );
});
