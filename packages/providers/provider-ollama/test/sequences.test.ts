import { toolResult, user, type TurnMessage } from '@majordomo/core';
import { hasRecordings, playedInTurn, sequences, skippedNote, type Recording } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createOllama } from '../src/index.ts';
import { callModel } from './calls.ts';

const sessions = sequences('ollama-chat');

describe.skipIf(!hasRecordings)(`recorded tool loops${skippedNote}`, () => {
  it.each(sessions)('$id: sends what the server accepted', async ({ steps }) => {
    await using server = await playedInTurn(steps);
    const provider = createOllama({ baseURL: server.origin });
    const messages: TurnMessage[] = [user('go')];
    for (const [at, step] of steps.entries()) {
      const { parts, toolCalls, error } = await callModel(provider, { messages: [...messages] });
      expect(error).toBeUndefined();
      const sentTurns = echoedTurns(server.requests.at(-1)?.body);
      const recorded = echoedTurns(step.request?.body);
      expect(sentTurns).toEqual(recorded.slice(recorded.length - sentTurns.length));
      messages.push({ role: 'assistant', parts });
      const results = toolCalls.map(({ id, name }) => ({
        callId: id,
        name,
        content: resultOf(steps[at + 1], name),
      }));
      messages.push(results.length === 0 ? user('go on') : toolResult(results));
    }
  });
});

interface Message {
  readonly role: string;
  readonly content?: string;
  readonly tool_name?: string;
  readonly tool_calls?: readonly {
    readonly function: { readonly name: string; readonly arguments: unknown };
  }[];
}

const messagesOf = (body: unknown): readonly Message[] =>
  (body as { messages: Message[] } | undefined)?.messages ?? [];

/** Returns the calls and results in the order in which the server receives them. */
const echoedTurns = (body: unknown): object[] =>
  messagesOf(body)
    .filter(({ role }) => role === 'assistant' || role === 'tool')
    .map(({ role, tool_name: name, content, tool_calls: calls = [] }) =>
      role === 'tool'
        ? { name, content }
        : {
            calls: calls.map(({ function: toolFunction }) => ({
              name: toolFunction.name,
              arguments: toolFunction.arguments,
            })),
          },
    );

/** Returns the recorded client's result for the tool. */
const resultOf = (next: Recording | undefined, name: string): string =>
  messagesOf(next?.request?.body).findLast(({ role, tool_name: tool }) => role === 'tool' && tool === name)
    ?.content ?? '';
