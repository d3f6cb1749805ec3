import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { agUiTranslator } from '../src/ag-ui-translator.ts';
import { fromAgUi } from '../src/ag-ui.ts';
import type { UiMessageChunk } from '../src/index.ts';

const replay = (data: string) => ({ family: 'f', data });
const token = (data: string): JsonObject => ({ providerMetadata: { majordomo: { replay: replay(data) } } });
const value = (data: string): string => JSON.stringify({ replay: replay(data) });
const question = { id: 'u', role: 'user', content: 'hi' };
const body = (...messages: object[]) => ({ threadId: 't', runId: 'r', messages });

async function eventsOf(...chunks: UiMessageChunk[]) {
  const translate = agUiTranslator(await fromAgUi(body(question)));
  return [{ type: 'start' }, { type: 'start-step' }, ...chunks].flatMap(translate);
}

const STEP: UiMessageChunk[] = [
  { type: 'reasoning-start', id: '1-0' },
  { type: 'reasoning-delta', id: '1-0', delta: 'Hm.' },
  { type: 'reasoning-end', id: '1-0', ...token('reasoning') },
  { type: 'data-majordomo-vendor', data: { kind: 'search', text: 'q', replay: replay('vendor') } },
  { type: 'text-start', id: '1-2' },
  { type: 'text-delta', id: '1-2', delta: 'Let me see.' },
  { type: 'text-end', id: '1-2', ...token('text') },
  { type: 'tool-input-start', toolCallId: 'c1', toolName: 'work' },
  { type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: '{}' },
  { type: 'tool-input-available', toolCallId: 'c1', toolName: 'work', input: {}, ...token('call') },
  { type: 'tool-output-available', toolCallId: 'c1', output: 'ok' },
  { type: 'start-step' },
  { type: 'reset-step' },
];

describe('tokens of a vendor', () => {
  it('are sent after each part', async () => {
    const events = await eventsOf(...STEP);
    expect(events.filter(({ type }) => type === 'REASONING_ENCRYPTED_VALUE')).toMatchObject([
      { subtype: 'message', entityId: 'r-1-reasoning-1-0', encryptedValue: value('reasoning') },
      { subtype: 'message', entityId: 'r-1-reasoning-vendor-1' },
      { subtype: 'message', entityId: 'r-1', encryptedValue: value('text') },
      { subtype: 'tool-call', entityId: 'c1', encryptedValue: value('call') },
    ]);
  });

  it('are read back from a snapshot', async () => {
    const events = await eventsOf(...STEP);
    const messages = events.at(-1)?.['messages'] as object[];
    const input = await fromAgUi(body(...messages));
    expect(input.messages[1]?.parts).toEqual([
      { type: 'reasoning', text: 'Hm.', replay: replay('reasoning') },
      { type: 'vendor', kind: 'search', text: 'q', replay: replay('vendor') },
      { type: 'text', text: 'Let me see.', replay: replay('text') },
      { type: 'tool-call', id: 'c1', name: 'work', args: {}, replay: replay('call') },
    ]);
  });

  it('of a call contain the id of its program', async () => {
    const majordomo = { replay: replay('call'), programId: 'p' };
    const chunks = STEP.map((chunk) =>
      chunk['type'] === 'tool-input-available' ? { ...chunk, providerMetadata: { majordomo } } : chunk,
    );
    const events = await eventsOf(...chunks);
    const { messages } = await fromAgUi(body(...(events.at(-1)?.['messages'] as object[])));
    expect(messages[1]?.parts.at(-1)).toMatchObject({ id: 'c1', programId: 'p', replay: replay('call') });
  });

  it('are replaced if a second text joins the message of the first', async () => {
    const second: UiMessageChunk[] = [
      { type: 'text-start', id: '1-3' },
      { type: 'text-delta', id: '1-3', delta: ' Well.' },
      { type: 'text-end', id: '1-3', ...token('second') },
    ];
    const events = await eventsOf(...STEP.slice(4, 7), ...second);
    const tokens = events.filter(({ type }) => type === 'REASONING_ENCRYPTED_VALUE');
    expect(tokens.map(({ encryptedValue }) => encryptedValue)).toEqual([value('text'), '{}']);
  });

  it.each(['{', '7', '{}', '{"replay":7}', value('text').replace('family', 'name')])(
    'are ignored if they are malformed: %s',
    async (encryptedValue) => {
      const reasoning = { id: 'a-reasoning-0', role: 'reasoning', content: 'Hm.', encryptedValue };
      const turn = { id: 'a', role: 'assistant', content: 'Hello.', encryptedValue };
      const { messages } = await fromAgUi(body(question, reasoning, turn, question));
      expect(messages[1]?.parts).toEqual([{ type: 'text', text: 'Hello.' }]);
    },
  );
});

it('a snapshot contains no result of a step that was repeated', async () => {
  const step = STEP.slice(-6, -2);
  const events = await eventsOf(...step, { type: 'reset-step' }, ...step, ...STEP.slice(-2));
  const messages = events.at(-1)?.['messages'] as { readonly role: string }[];
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
});
