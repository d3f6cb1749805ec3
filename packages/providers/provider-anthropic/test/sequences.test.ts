import { createHash } from 'node:crypto';
import type { JsonObject, ModelTool, TurnMessage } from '@majordomo/core';
import {
  deliveryOf,
  hasRecordings,
  playedInTurn,
  sequences,
  skippedNote,
  type Recording,
  type Seen,
} from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createAnthropic } from '../src/index.ts';
import { callModel } from './calls.ts';

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: JsonObject;
  readonly tool_use_id?: string;
  readonly content?: string | readonly Block[];
}
interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}
interface Body {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools?: readonly { readonly name: string; readonly input_schema: JsonObject }[];
}

const sessions = sequences('anthropic-messages');

describe.skipIf(!hasRecordings)(`recorded sessions${skippedNote}`, () => {
  it('exist', () => {
    expect(sessions.length).toBeGreaterThan(3);
  });

  it.for(sessions)('$id: sends what the vendor accepted', async ({ steps }) => {
    await using server = await playedInTurn(steps);
    const provider = createAnthropic({ apiKey: 'k', baseURL: server.origin });
    const history: TurnMessage[] = [];
    for (const step of steps) {
      const recorded = step.request?.body as Body;
      history.push(...newTurns(recorded));
      const fields = { messages: history, tools: toolsOf(recorded) };
      const context = { delivery: deliveryOf(step) };
      const { parts, error } = await callModel(provider, fields, context, recorded.model);
      expect(error).toBeUndefined();
      const sent = server.requests.at(-1)?.body as unknown as Body;
      expect(sent.messages.map(plain)).toEqual(recorded.messages.map(plain));
      history.push({ role: 'assistant', parts });
    }
    expectEcho(steps, server.requests);
  });
});

/** Expects the ids, the names and the number of signatures of earlier turns in the recorded requests. */
function expectEcho(steps: readonly Recording[], requests: readonly Seen[]): void {
  steps.forEach(({ expected }, at) => {
    const { echo } = expected;
    if (echo === undefined) return;
    const blocks = (requests[at]?.body as unknown as Body).messages.flatMap(blocksOf);
    const calls = blocks.filter(({ type }) => type === 'tool_use');
    expect(calls.map(({ id }) => id)).toEqual(expect.arrayContaining([...echo.toolCallIdsEchoed]));
    expect(calls.map(({ name }) => name)).toEqual(expect.arrayContaining([...echo.toolNamesEchoed]));
    expect(blocks.filter(({ signature }) => signature !== undefined)).toHaveLength(echo.signaturesEchoed);
  });
}

const blocksOf = ({ content }: Message): readonly Block[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

/** Returns the messages of the user and the tools after the last assistant turn. */
function newTurns({ messages }: Body): TurnMessage[] {
  const calls = new Map(messages.flatMap(blocksOf).map(({ id, name }) => [id, name]));
  const from = messages.findLastIndex(({ role }) => role === 'assistant') + 1;
  return messages
    .slice(from)
    .flatMap(blocksOf)
    .map((block): TurnMessage => {
      if (block.type === 'text') return { role: 'user', parts: [{ type: 'text', text: block.text ?? '' }] };
      const callId = block.tool_use_id ?? '';
      const content = blocksOf({ role: 'user', content: block.content ?? '' }).map(
        ({ text = '' }) => ({ type: 'text', text }) as const,
      );
      return {
        role: 'tool',
        parts: [{ type: 'tool-result', callId, name: calls.get(callId) ?? '', content }],
      };
    });
}

const toolsOf = ({ tools = [] }: Body): ModelTool[] =>
  tools.map(({ name, input_schema }) => ({ name, description: 'a tool', parameters: input_schema }));

/** Returns a message without irrelevant members, such as cache markers and citations, and with hashes of signatures. */
const plain = (message: Message): unknown => ({
  role: message.role,
  content: blocksOf(message).map(
    ({ type, text, thinking, signature, id, name, input, tool_use_id, content }) => ({
      type,
      text: text?.trimEnd(),
      thinking,
      signature: signature === undefined ? undefined : hashOf(signature),
      id,
      name,
      input,
      tool_use_id,
      content:
        content === undefined ? undefined : blocksOf({ role: 'user', content }).map((inner) => inner.text),
    }),
  ),
});

const hashOf = (signature: string): string =>
  /sha256 (\w+)/.exec(signature)?.[1] ?? createHash('sha256').update(signature).digest('hex').slice(0, 16);
