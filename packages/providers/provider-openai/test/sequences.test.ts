import type { AssistantPart, ModelRequest, TurnMessage } from '@majordomo/core';
import { hasRecordings, sequences, skippedNote, type Recording } from '@majordomo/test-support';
import { describe, expect, test } from 'vitest';
import { openaiCompatible, PROFILES } from '../src/index.ts';
import { replay, type CreateProvider, type ReadTurns } from './replay.ts';
import { sentIn, type RecordedMessage } from './sent.ts';

const recorded = sequences('openai-chat');

const BY_ID = new Map(PROFILES.map((profile) => [profile.id, profile]));

/** Returns the recorded messages as messages of majordomo. The last assistant turns are those that the provider read. */
function transcript(messages: readonly RecordedMessage[], readTurns: ReadTurns): TurnMessage[] {
  const assistantCount = messages.filter(({ role }) => role === 'assistant').length;
  let turnIndex = 0;
  return messages.flatMap((message): TurnMessage[] => {
    const text = textOf(message);
    if (message.role === 'user') return [{ role: 'user', parts: [{ type: 'text', text }] }];
    if (message.role === 'tool') return [{ role: 'tool', parts: [result(message, text)] }];
    if (message.role !== 'assistant') return [];
    const turnParts = readTurns[readTurns.length - assistantCount + turnIndex++];
    return [{ role: 'assistant', parts: turnParts ?? partsOf(message, text) }];
  });
}

const textOf = ({ content }: RecordedMessage): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('');

const result = ({ tool_call_id: callId = '' }: RecordedMessage, text: string) =>
  ({ type: 'tool-result', callId, name: 'tool', content: [{ type: 'text', text }] }) as const;

const partsOf = ({ tool_calls: calls = [] }: RecordedMessage, text: string): AssistantPart[] => [
  ...(text === '' ? [] : [{ type: 'text', text } as const]),
  ...calls.map(({ id, function: { name } }) => ({ type: 'tool-call', id, name, args: {} }) as const),
];

const create: CreateProvider = (vendor, options) =>
  openaiCompatible(BY_ID.get(vendor) ?? { id: vendor, baseURL: 'https://vendor.invalid/v1' }, options);

function requestFor(step: Recording, readTurns: ReadTurns): Partial<ModelRequest> {
  const { messages, tools = [] } = sentIn(step);
  return {
    messages: transcript(messages, readTurns),
    tools: tools.map((tool) => ({ name: tool.function?.name ?? '', description: '', parameters: {} })),
  };
}

describe.skipIf(!hasRecordings)(`recorded sessions${skippedNote}`, () => {
  test('exist', () => {
    expect(recorded.length).toBeGreaterThan(30);
    const echoedIds = recorded.flatMap(({ steps }) =>
      steps.flatMap(({ expected }) => expected.echo?.toolCallIdsEchoed ?? []),
    );
    expect(echoedIds.length).toBeGreaterThan(50);
  });

  test.each(recorded)('$id: the next request contains what the vendor accepted', async ({ steps }) => {
    const bodies = await replay(steps, create, requestFor);
    for (const [at, step] of steps.entries()) {
      const recordedBody = sentIn(step);
      const { toolCallIdsEchoed = [], toolNamesEchoed = [], signaturesEchoed = 0 } = step.expected.echo ?? {};
      // Some sessions are a series of single questions.
      if (!recordedBody.messages.some(({ role }) => role === 'assistant')) continue;
      const sent = bodies[at]?.['messages'] as readonly RecordedMessage[];
      const calls = sent.flatMap(({ tool_calls: toolCalls = [] }) => toolCalls);
      expect(calls.map(({ id }) => id)).toEqual(expect.arrayContaining([...toolCallIdsEchoed]));
      expect(calls.map(({ function: { name } }) => name)).toEqual(
        expect.arrayContaining([...toolNamesEchoed]),
      );
      const signatures = JSON.stringify(sent).match(/"(?:signature|data)":"/g) ?? [];
      expect(signatures.length).toBeGreaterThanOrEqual(signaturesEchoed);
    }
  });
});
