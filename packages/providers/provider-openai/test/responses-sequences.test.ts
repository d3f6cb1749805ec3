import type { AssistantPart, ModelRequest, TurnMessage } from '@majordomo/core';
import { hasRecordings, sequences, skippedNote, type Recording } from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import * as profiles from '../src/index.ts';
import { createOpenAI, openaiCompatible, type ResponsesProfile } from '../src/index.ts';
import { replay, type CreateProvider, type ReadTurns } from './replay.ts';
import { sentIn, type RecordedItem } from './sent.ts';

const recorded = sequences('openai-responses');

const PROFILES = new Map(
  Object.values(profiles).flatMap((value): [string, ResponsesProfile][] =>
    typeof value === 'object' && 'api' in value ? [[value.id, value]] : [],
  ),
);

/** Returns the recorded input as messages. The assistant turns are those that the provider read. */
function transcript(input: readonly RecordedItem[] | string, readTurns: ReadTurns): TurnMessage[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }];
  const messages: TurnMessage[] = [];
  let turn = -1;
  let isOpen = false;
  const assistantItems = input.filter(isAssistantItem);
  const turns = input.filter((item, at) => isAssistantItem(item) && !isAssistantItem(input[at - 1])).length;
  for (const item of input) {
    if (isAssistantItem(item)) {
      if (!isOpen) turn++;
      isOpen = true;
      const turnParts = readTurns[readTurns.length - turns + turn] ?? assistantItems.flatMap(partOf);
      if (messages.at(-1)?.role !== 'assistant') messages.push({ role: 'assistant', parts: turnParts });
      continue;
    }
    isOpen = false;
    const text = textOf(item.content) || (typeof item.output === 'string' ? item.output : '');
    if (item.type === 'function_call_output') {
      const part = {
        type: 'tool-result',
        callId: item.call_id ?? '',
        name: 'tool',
        content: [{ type: 'text', text }],
      } as const;
      messages.push({ role: 'tool', parts: [part] });
    } else if (item.role === 'user') {
      messages.push({ role: 'user', parts: [{ type: 'text', text }] });
    }
  }
  return messages;
}

const isAssistantItem = (item: RecordedItem | undefined): boolean =>
  item?.role === 'assistant' || item?.type === 'reasoning' || item?.type === 'function_call';

const textOf = (content: RecordedItem['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('');

const partOf = (item: RecordedItem): AssistantPart[] =>
  item.type === 'function_call'
    ? [{ type: 'tool-call', id: item.call_id ?? '', name: item.name ?? '', args: {} }]
    : [];

/** Vendors that serve OpenAI's models. */
const OPENAI_VENDORS: ReadonlySet<string> = new Set(['openai', 'azure', 'copilot']);

const create: CreateProvider = (vendor, options) => {
  if (OPENAI_VENDORS.has(vendor)) return createOpenAI(options);
  const profile = PROFILES.get(vendor === 'chatgpt' ? 'codex' : vendor);
  return openaiCompatible(
    profile ?? { api: 'responses', id: vendor, baseURL: 'https://vendor.invalid/v1' },
    options,
  );
};

function requestFor(step: Recording, readTurns: ReadTurns): Partial<ModelRequest> {
  const { input = '', tools = [] } = sentIn(step);
  return {
    messages: transcript(input, readTurns),
    tools: tools.map(({ name = '' }) => ({ name, description: '', parameters: {} })),
  };
}

describe.skipIf(!hasRecordings)(`recorded sessions over Responses${skippedNote}`, () => {
  test('exist', () => {
    expect(recorded.length).toBeGreaterThan(10);
  });

  test.each(recorded)('$id: the next request contains what the vendor accepted', async ({ steps }) => {
    const bodies = await replay(steps, create, requestFor);
    for (const [at, step] of steps.entries()) {
      const recordedBody = sentIn(step);
      const { toolCallIdsEchoed = [], toolNamesEchoed = [] } = step.expected.echo ?? {};
      // Some sessions are a series of single questions.
      if (typeof recordedBody.input === 'string' || !recordedBody.input?.some(isAssistantItem)) continue;
      const items = bodies[at]?.['input'] as readonly RecordedItem[];
      const calls = items.filter(({ type }) => type === 'function_call');
      expect(calls.map(({ call_id }) => call_id)).toEqual(expect.arrayContaining([...toolCallIdsEchoed]));
      expect(calls.map(({ name }) => name)).toEqual(expect.arrayContaining([...toolNamesEchoed]));
      const secrets = (all: readonly RecordedItem[]): unknown[] =>
        // The recordings of requests elide long values.
        all.flatMap(({ encrypted_content: secret }) =>
          secret && !secret.startsWith('<elided') ? [secret] : [],
        );
      expect(secrets(items)).toEqual(expect.arrayContaining(secrets(recordedBody.input)));
      // A server that accepts plain reasoning receives it.
      const plainReasoning = (all: readonly RecordedItem[]): unknown[] =>
        all
          .filter(({ type, content }) => type === 'reasoning' && (content?.length ?? 0) > 0)
          .map(({ content }) => content);
      expect(plainReasoning(items)).toEqual(expect.arrayContaining(plainReasoning(recordedBody.input)));
      expect(items.at(-1)?.type).not.toBe('reasoning');
    }
  });
});
