import { readFileSync } from 'node:fs';
import { createMajordomo, toolResult, user, type AssistantMessage } from '@majordomo/core';
import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import { createAnthropic } from './index.ts';
import { READ_MEMBERS, SENT_MEMBERS } from './kept-members.ts';
import { RECOVERIES } from './recovery.ts';

const types = readFileSync(
  new URL('../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts', import.meta.url),
  'utf8',
);

/** Returns the names of the members of an interface in the SDK's types. */
function membersOf(name: string): readonly string[] {
  const start = types.indexOf(`export interface ${name} {`);
  expect(start, name).toBeGreaterThan(0);
  const body = types.slice(start, types.indexOf('\n}', start));
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, member = '']) => member);
}

it.each([
  ['text', 'TextBlock', []],
  ['thinking', 'ThinkingBlock', []],
  ['redacted_thinking', 'RedactedThinkingBlock', []],
  ['tool_use', 'ToolUseBlock', SENT_MEMBERS],
])('sends back each member of %s that the SDK’s parameter type has', (type, name, sent) => {
  const others = membersOf(name).filter((member) => READ_MEMBERS[type]?.has(member) !== true);
  const accepted = membersOf(`${name}Param`);
  expect(others.filter((member) => accepted.includes(member))).toEqual(sent);
});

it('accepts each type of block of a response in a request, as the SDK’s types do', () => {
  const union = (name: string): readonly string[] =>
    (new RegExp(`export type ${name} = ([^;]+);`).exec(types)?.[1] ?? '')
      .split('|')
      .map((each) => each.trim());
  const accepted = union('ContentBlockParam');
  expect(union('ContentBlock').length).toBeGreaterThan(5);
  expect(union('ContentBlock').filter((block) => !accepted.includes(`${block}Param`))).toEqual([]);
});

type Body = { readonly messages: readonly { readonly content: readonly object[] }[] };

const call = {
  type: 'tool_use',
  id: 'toolu_1',
  name: 'left_click',
  input: { x: 1 },
  caller: { type: 'direct' },
  toolset_name: 'computer',
  new_member: { a: 1 },
};

/** Returns a `fetch` that plays the responses and collects the bodies of the requests. */
function server(...responses: readonly (() => Response)[]) {
  const bodies: Body[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(JSON.parse(String(init?.body)) as Body);
    return Promise.resolve(responses[bodies.length - 1]?.() ?? new Response(null, { status: 500 }));
  };
  return { bodies, fetch: fetch as typeof globalThis.fetch };
}

const message = (content: readonly object[], stop: string) => () =>
  Response.json({
    id: 'msg',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content,
    stop_reason: stop,
    usage: { input_tokens: 1, output_tokens: 1 },
  });

const answer = message([{ type: 'text', text: 'done' }], 'end_turn');

const rejection = () =>
  Response.json(
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'messages.1.content.0.tool_use.toolset_name: Extra inputs are not permitted',
      },
    },
    { status: 400 },
  );

const modelOf = (fetch: typeof globalThis.fetch) =>
  createMajordomo({ providers: [createAnthropic({ apiKey: 'k', fetch })] }).model(
    'anthropic/claude-opus-5-5',
  );

const question = user('click');
const result = toolResult({ callId: 'toolu_1', name: 'left_click', content: 'ok' });

it('repairs a rejection of each member that is sent back', () => {
  const rule = RECOVERIES.find(({ id }) => id === 'kept-members');
  expect(
    SENT_MEMBERS.filter((name) => rule?.pattern.test(`tool_use.${name}: Extra inputs`) !== true),
  ).toEqual([]);
});

/** Turn of a transcript that was stored when calls of a toolset were ordinary calls. */
const storedTurn = (toolset: string): AssistantMessage => ({
  role: 'assistant',
  parts: [
    {
      type: 'tool-call',
      id: 'toolu_1',
      name: 'left_click',
      args: { x: 1 },
      replay: { family: CLAUDE_FAMILY, data: { members: { toolset_name: toolset, new_member: { a: 1 } } } },
    },
  ],
});

it('keeps an unknown member of a call, and does not send it', async () => {
  const { toolset_name: _toolset, ...ordinary } = call;
  const { bodies, fetch } = server(message([ordinary], 'tool_use'), answer);
  const model = modelOf(fetch);
  const first = await model.generate({ messages: [question], maxTokens: 100 });
  expect(first.toolCalls[0]?.replay?.data).toEqual({ members: { new_member: { a: 1 } } });
  const second = await model.generate({ messages: [question, first.message, result], maxTokens: 100 });
  expect(JSON.stringify(bodies[1])).not.toContain('new_member');
  expect(second.warnings).toEqual([]);
});

it('sends toolset_name of a stored call back', async () => {
  const { bodies, fetch } = server(answer);
  await modelOf(fetch).generate({ messages: [question, storedTurn('computer'), result], maxTokens: 100 });
  expect(bodies[0]?.messages[1]?.content[0]).toMatchObject({ name: 'left_click', toolset_name: 'computer' });
});

it('does not send a member of more than 64 KiB', async () => {
  const { bodies, fetch } = server(answer);
  await modelOf(fetch).generate({
    messages: [question, storedTurn('x'.repeat(70_000)), result],
    maxTokens: 100,
  });
  expect(JSON.stringify(bodies[0])).not.toContain('toolset_name');
});

it('repeats a request once without a member that the API rejects, and warns', async () => {
  const { bodies, fetch } = server(rejection, answer);
  const messages = [question, storedTurn('computer'), result];
  const { text, warnings } = await modelOf(fetch).generate({ messages, maxTokens: 100 });
  expect(bodies).toHaveLength(2);
  expect(JSON.stringify(bodies[1])).not.toContain('toolset_name');
  expect(warnings).toMatchObject([{ action: 'repaired', what: 'toolset_name dropped from tool calls' }]);
  expect(text).toBe('done');
});
