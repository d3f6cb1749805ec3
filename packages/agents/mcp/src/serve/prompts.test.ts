import { assistant, file, image, user, type Message } from '@majordomo/core';
import { expect, it } from 'vitest';
import { serveMcp } from './serve-mcp.ts';
import type { ServedPrompt, ServeOptions } from './options.ts';
import { Calls } from './calls.ts';
import { Closing } from './closing.ts';
import { registerPrompts } from './prompts.ts';
import { promptsOf } from './prompts-by-name.ts';
import { checkResources } from './resources.ts';
import { newRounds } from './rounds.ts';

class InvalidParams extends RangeError {
  constructor(_code: unknown, message: string) {
    super(message);
  }
}
const STATES = { read: () => Promise.resolve(newRounds('k')) };
const SERVER = { server: { getClientCapabilities: () => undefined } };

/** Handlers of the prompts. */
function handlersOf(prompts: readonly ServedPrompt[]) {
  const handlers = new Map<string, (request: object, context?: object) => unknown>();
  const setRequestHandler = (name: string, run: (request: object, context?: object) => unknown) =>
    handlers.set(name, run);
  const sdk = { ProtocolErrorCode: {}, ProtocolError: InvalidParams };
  const calls = new Calls({ sdk, closing: new Closing(), states: STATES, server: SERVER } as never);
  registerPrompts(sdk as never, { server: { setRequestHandler } } as never, promptsOf(prompts, []), calls);
  const get = async (name: string, args?: object) =>
    handlers.get('prompts/get')?.(
      { params: { name, ...(args === undefined ? {} : { arguments: args }) } },
      { mcpReq: { id: 1 } },
    );
  return { list: () => handlers.get('prompts/list')?.({}), get };
}
const promptOf = (messages: string | readonly Message[]): ServedPrompt => ({
  name: 'p',
  messages: () => messages,
});

it('lists the arguments of each prompt', () => {
  const { list } = handlersOf([
    promptOf(''),
    {
      name: 'q',
      description: 'Q',
      arguments: [{ name: 'a', description: 'A', required: true }, { name: 'b' }],
      messages: () => '',
    },
  ]);
  expect(list()).toStrictEqual({
    prompts: [
      { name: 'p', arguments: [] },
      {
        name: 'q',
        description: 'Q',
        arguments: [
          { name: 'a', required: true, description: 'A' },
          { name: 'b', required: false },
        ],
      },
    ],
  });
});

it.each<[string | readonly Message[], readonly object[]]>([
  ['hi', [{ role: 'user', content: { type: 'text', text: 'hi' } }]],
  [
    [user('a', image(new Uint8Array([1]), 'image/png')), assistant('b')],
    [
      { role: 'user', content: { type: 'text', text: 'a' } },
      { role: 'user', content: { type: 'image', data: 'AQ==', mimeType: 'image/png' } },
      { role: 'assistant', content: { type: 'text', text: 'b' } },
    ],
  ],
  [
    [
      user(file(new Uint8Array([1]), 'application/pdf'), {
        ...file(new Uint8Array([65]), 'text/plain'),
        name: 'a://b',
      }),
    ],
    [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: { uri: 'result:/document', mimeType: 'application/pdf', blob: 'AQ==' },
        },
      },
      {
        role: 'user',
        content: { type: 'resource', resource: { uri: 'a://b', mimeType: 'text/plain', text: 'A' } },
      },
    ],
  ],
])('has a message for each part of %j', async (messages, expected) => {
  expect(await handlersOf([promptOf(messages)]).get('p')).toEqual({ messages: expected });
});

it.each<[Message, string]>([
  [{ role: 'system', parts: [] }, 'prompt "p" contains a message of role system; use user or assistant'],
  [{ role: 'tool', parts: [] }, 'prompt "p" contains a message of role tool; use user or assistant'],
  [
    user({ type: 'audio', mediaType: 'audio/wav', bytes: new Uint8Array([1]) }),
    'prompt "p" contains a part of type audio; use text, images or files',
  ],
])('rejects the message %j', async (message, problem) => {
  await expect(handlersOf([promptOf([message])]).get('p')).rejects.toThrow(problem);
});

it('passes the arguments, and requires those that are required', async () => {
  const seen: unknown[] = [];
  const { get } = handlersOf([
    {
      name: 'p',
      arguments: [{ name: 'a', required: true }, { name: 'b' }],
      messages: (args) => {
        seen.push(args);
        return '';
      },
    },
    { name: 'q', messages: (args) => JSON.stringify(args) },
  ]);
  await get('p', { a: '' });
  expect(seen).toEqual([{ a: '' }]);
  expect(await get('q')).toMatchObject({ messages: [{ content: { text: '{}' } }] });
  await expect(get('p', { b: '1' })).rejects.toThrow(
    new InvalidParams(0, 'prompt "p" requires the argument "a"'),
  );
  await expect(get('p')).rejects.toThrow(new InvalidParams(0, 'prompt "p" requires the argument "a"'));
  await expect(get('r')).rejects.toThrow(new InvalidParams(0, 'there is no prompt "r"'));
});

it('has a prompt for the instructions of each skill', async () => {
  const prompts = promptsOf([promptOf('a')], [{ name: 'q', instructions: 'b' }, { name: 'r' }]);
  expect([...prompts.keys()]).toEqual(['p', 'q']);
  expect(await prompts.get('q')?.messages({}, { context: undefined, signal: AbortSignal.abort() })).toBe('b');
  expect(() => promptsOf([promptOf('a')], [{ name: 'p', instructions: 'b' }])).toThrow(
    expect.objectContaining({
      kind: 'config',
      message: 'serveMcp: two prompts or skills have the same name; rename one',
    }) as Error,
  );
});

it.each([
  [['x'], 'serveMcp: the resource x is not an absolute URL', 'resources[0].uri'],
  [['a://b', 'x://y', 'x://y'], 'serveMcp: the resource x://y exists twice', 'resources[2].uri'],
  [
    ['http://a.example', 'http://a.example/'],
    'serveMcp: the resource http://a.example/ exists twice',
    'resources[1].uri',
  ],
])('rejects the resources %j: %s', (uris, message, path) => {
  const resources = uris.map((uri) => ({ uri, name: 'a', mediaType: 'text/plain', read: () => '' }));
  expect(() => {
    checkResources(resources);
  }).toThrow(
    expect.objectContaining({
      kind: 'config',
      message,
      details: expect.objectContaining({ path }) as object,
    }) as Error,
  );
  expect(() => {
    checkResources(resources.slice(0, -1));
  }).not.toThrow();
});

it.each<[object, string]>([
  [{ name: undefined }, 'serveMcp: name is missing; it must be a string'],
  [{ version: undefined }, 'serveMcp: version is missing; it must be a string'],
  [{ tools: undefined }, 'serveMcp: tools is missing; it must be an array'],
  [{ name: 5 }, 'serveMcp: name must be a string, not a number'],
  [{ approvals: 'never' }, 'serveMcp: approvals must be one of ask, client'],
  [{ sessions: -1 }, 'serveMcp: sessions must be a number of 0 or more, not -1'],
  [{ records: {} }, 'serveMcp: records must be an object with write, not one without'],
  [
    { agents: ['a', 'a'].map((name) => ({ name, description: '', agent: {} })) },
    'serveMcp: two tools or agents have the same name; rename one',
  ],
])('rejects the options %j: %s', (change, message) => {
  const options = { name: 'x', version: '1', tools: [], ...change } as unknown as ServeOptions;
  expect(() => serveMcp(options)).toThrow(expect.objectContaining({ kind: 'config', message }) as Error);
});
