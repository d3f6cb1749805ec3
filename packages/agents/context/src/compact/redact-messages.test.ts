import { assistant, file, type AssistantPart, type Message } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { expect, it } from 'vitest';
import { prune } from '../transcript/prune.ts';
import { redactMessages } from './redact-messages.ts';
import { MIN_DETAIL, render } from './render.ts';

const TOKEN = 'ghp_d7ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0123';
const searched: AssistantPart = {
  type: 'vendor',
  kind: 'web_search_call',
  text: `tea ${TOKEN}`,
  replay: { family: 'f', data: { item: { encrypted: 'opaque' } } },
};
const cited: AssistantPart = {
  type: 'text',
  text: 'Tea is old.',
  citations: [{ url: `https://a.example/?key=${TOKEN}`, quote: 'old' }],
  replay: { family: 'f', data: { cited: [] } },
};
const turn: Message = assistant([searched, cited]);

it('describes vendor parts to a summarizer in text, without tokens, sources and secrets', () => {
  const messages = redactMessages([turn], createRedactor());
  expect(messages).toEqual([
    assistant([
      { type: 'text', text: '[web_search_call: tea [redacted]]' },
      { type: 'text', text: 'Tea is old.' },
    ]),
  ]);
  expect(render(messages, MIN_DETAIL)).toEqual([
    'assistant: [web_search_call: tea [redacted]]',
    'assistant: Tea is old.',
  ]);
});

it('omits vendor parts without text for a summarizer', () => {
  const { text: _text, ...searchedWithoutText } = searched;
  expect(redactMessages([assistant([searchedWithoutText, cited])], createRedactor())).toEqual([
    assistant([{ type: 'text', text: 'Tea is old.' }]),
  ]);
});

it('a pruned turn retains vendor parts with their tokens, or loses both', () => {
  expect(prune([turn], undefined)).toEqual([turn]);
  const call: AssistantPart = { type: 'tool-call', id: 'c', name: 'f', args: { text: 'x'.repeat(5000) } };
  const [pruned] = prune([assistant([searched, cited, call])], undefined);
  expect(pruned?.parts.map(({ type }) => type)).toEqual(['text', 'tool-call']);
  expect(pruned?.parts[0]).toEqual({ type: 'text', text: 'Tea is old.', citations: cited.citations });
});

it('redacts the text, arguments and names of each kind of message', () => {
  const password = { password: 'hunter22' };
  const imagePart = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) } as const;
  const pdf = { type: 'file', mediaType: 'application/pdf', bytes: new Uint8Array([1]) } as const;
  const blob = file(new Blob(['a']), 'text/plain', TOKEN);
  const text = `a ${TOKEN}`;
  const result = { type: 'tool-result', callId: 'c', name: 'look', isError: true } as const;
  const replay = { family: 'f', data: 1 };
  const messages: readonly Message[] = [
    { role: 'system', parts: [{ type: 'text', text }] },
    { role: 'user', parts: [{ type: 'text', text }, imagePart, pdf, { ...pdf, name: TOKEN }, blob] },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'hm' },
        { type: 'tool-call', id: 'c', name: 'look', args: password, replay },
      ],
    },
    { role: 'tool', parts: [{ ...result, content: [{ type: 'text', text }, imagePart] }] },
  ];
  const redacted = { type: 'text', text: 'a [redacted]' };
  expect(redactMessages(messages, createRedactor())).toEqual([
    { role: 'system', parts: [redacted] },
    {
      role: 'user',
      parts: [redacted, imagePart, pdf, { ...pdf, name: '[redacted]' }, { ...blob, name: '[redacted]' }],
    },
    {
      role: 'assistant',
      parts: [{ type: 'tool-call', id: 'c', name: 'look', args: { password: '[redacted]' } }],
    },
    { role: 'tool', parts: [{ ...result, content: [redacted, imagePart] }] },
  ]);
});
