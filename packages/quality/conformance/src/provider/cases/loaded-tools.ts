import assert from 'node:assert/strict';
import { assistant, type Message, type ModelRequest, toolResult, user } from '@majordomo/core';
import { assertSent, chatRequest, inEveryDelivery, onTarget, succeeded } from '../bench.ts';
import { type Case, testCase } from '../harness.ts';
import { ADD } from './tools.ts';

const LATER = { name: 'later', description: 'Runs later.', parameters: ADD.parameters };
const OTHER = { ...LATER, name: 'other' };

/** Returns a message with a tool call, and a message with the call's result, which loads the tools named in `loads`. */
const search = (id: string, ...loads: string[]): [Message, Message] => [
  assistant([{ type: 'tool-call', id, name: 'add', args: { a: 1, b: 2 } }]),
  toolResult({ callId: id, name: 'add', content: `found ${loads.join(', ')}`, loads }),
];

/** Test cases for tools that a result loads. */
export const loadedToolCases: readonly Case[] = [
  testCase(
    'loaded-tools',
    'deferred tools are sent once a result has loaded them, behind the others, and can be called',
    async (harness) => {
      await onTarget(
        harness,
        () => 'Fine.',
        async (generate, server) => {
          const tools = [{ ...LATER, deferred: true }, ADD, { ...OTHER, deferred: true }];
          // No tool has the name `gone`.
          const first = [user('go'), ...search('c1', 'other', 'gone')];
          const second = [...first, ...search('c2', 'later', 'other')];
          await generate({ messages: [user('go')], tools });
          assert.deepEqual(assertSent(server).request.tools, ['add'], 'a tool is sent that no result loads');
          await generate({ messages: first, tools });
          const earlier = assertSent(server, 2).request;
          assert.deepEqual(earlier.tools, ['add', 'other']);
          await generate({ messages: second, tools });
          const { tools: names, messages } = assertSent(server, 3).request;
          assert.deepEqual(names, ['add', 'other', 'later']);
          assert.deepEqual(messages.slice(0, earlier.messages.length), earlier.messages);
        },
      );
      const call = { type: 'tool-call', name: 'later', json: '{"a":1,"b":2}' } as const;
      const messages = [user('go'), ...search('c1', 'later')] as ModelRequest['messages'];
      await inEveryDelivery(
        harness,
        { parts: [call] },
        (result, { server }) => {
          const [loaded] = succeeded(result).toolCalls;
          assert.deepEqual([loaded?.name, loaded?.args], ['later', { a: 1, b: 2 }]);
          assert.deepEqual(server.requests.at(-1)?.violations, []);
        },
        chatRequest('', { messages, tools: [ADD, { ...LATER, deferred: true }] }),
      );
    },
  ),
];
