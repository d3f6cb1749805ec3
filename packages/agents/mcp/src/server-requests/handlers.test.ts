import { LlmError } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { expect, it } from 'vitest';
import type { McpOptions, McpQuestion, McpReply } from '../options.ts';
import { elicit, questionOf, replyProblem, resultOf } from './elicitation.ts';
import { capabilitiesFor, handleServerRequests, ServerRequests } from './handlers.ts';
import { Sampler } from './sampling.ts';

const { signal } = new AbortController();
const server = { name: 'x', place: { url: 'https://mcp.example' } };
const model = (generate: (...args: readonly never[]) => unknown) => ({ generate }) as never;
const answering = model(async () => ({ text: 'hi', target: 'a/b', finish: 'stop' }));
const cancel = () => ({ action: 'cancel' }) as const;

it.each<[Partial<McpOptions>, object]>([
  [{ roots: [] }, { roots: {} }],
  [{ sampling: answering }, { sampling: {} }],
  [{ onElicit: cancel }, { elicitation: { form: {}, url: {} } }],
  [{ suspend: ['elicitation'] }, { elicitation: { form: {}, url: {} } }],
  [{ suspend: ['task'] }, {}],
  [{}, {}],
])('the options %o give the capabilities %j, and by default also tasks', (options, capabilities) => {
  expect(capabilitiesFor({ ...options, protocol: '2025' })).toEqual(capabilities);
  const extensions = { 'io.modelcontextprotocol/tasks': {} };
  for (const protocol of ['auto', undefined] as const)
    expect(capabilitiesFor({ ...options, protocol })).toEqual({ ...capabilities, extensions });
});

const form: McpQuestion = {
  mode: 'form',
  message: 'Name?',
  schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
};
const formParams = { message: 'Name?', requestedSchema: form.schema };
const page: McpQuestion = { mode: 'url', message: 'Log in', url: 'https://a.example' };

it.each([
  [formParams, form],
  [{ mode: 'form', ...formParams }, form],
  [page, page],
])('%j is the question %j', (params, question) => {
  expect(questionOf(params as never, server)).toEqual(question);
});

it.each([
  {},
  { message: 5, requestedSchema: {} },
  { message: 'a' },
  { message: 'a', requestedSchema: 'b' },
  { message: 'a', mode: 'url', requestedSchema: {} },
  { message: 'a', mode: 'url', url: 5 },
])('%j is not a question', (params) => {
  expect(() => questionOf(params as never, server)).toThrow(
    expect.objectContaining({ kind: 'protocol', message: 'the server sent an invalid question' }) as Error,
  );
});

const LOCAL = { url: 'http://127.0.0.1:5/mcp' };

it.each([
  ['https://a.example', server.place],
  ['http://localhost:8080/x', LOCAL],
  ['http://[::1]/x', { command: 'program' }],
])('the address %s of a question of %j is shown', (url, place) => {
  expect(questionOf({ ...page, url } as never, { ...server, place })).toMatchObject({ url });
});

it.each([
  ['file:///etc/passwd', LOCAL, '"file:"'],
  ['vscode://x/y', { command: 'program' }, '"vscode:"'],
  ['javascript:alert(1)', LOCAL, '"javascript:"'],
  ['http://127.0.0.1/reboot', server.place, '"http:"'],
  ['http://192.168.0.1/reboot', LOCAL, '"http:"'],
  ['no address', server.place, 'no scheme'],
])('the address %s of a question of %j is refused', (url, place, scheme) => {
  expect(() => questionOf({ ...page, url } as never, { ...server, place })).toThrow(
    expect.objectContaining({
      kind: 'protocol',
      message: expect.stringContaining(
        `mcp "x": the server asks the user to open an address with ${scheme.startsWith('"') ? 'the scheme ' : ''}${scheme}`,
      ) as string,
    }) as Error,
  );
});

const PROBLEM = 'the content does not match the schema of the form: name: expected a string, is missing';

it.each<[McpQuestion, unknown, string | undefined, object | undefined]>([
  [
    form,
    { action: 'accept', content: { name: 'x' } },
    undefined,
    { action: 'accept', content: { name: 'x' } },
  ],
  [form, { action: 'accept' }, PROBLEM, undefined],
  [form, { action: 'decline', content: { name: 'x' } }, undefined, { action: 'decline' }],
  [form, { action: 'cancel' }, undefined, { action: 'cancel' }],
  [form, { action: 'other' }, 'the action must be accept, decline or cancel', undefined],
  [form, 'accept', 'the action must be accept, decline or cancel', undefined],
  [page, { action: 'accept', content: { a: 1 } }, undefined, { action: 'accept' }],
])('to %j the reply %j has the problem %s', async (question, reply, problem, result) => {
  const found = await replyProblem(question, reply as McpReply);
  if (problem === undefined) expect(resultOf(question, reply as McpReply)).toEqual(result);
  if (problem === PROBLEM)
    expect(found).toMatch(/^the content does not match the schema of the form: .*name/);
  else expect(found).toBe(problem);
});

it('adds the defaults of the form to a reply, and checks them', async () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string', default: 'x' }, age: { type: 'number', default: 5 }, note: {} },
    required: ['name'],
  };
  const question: McpQuestion = { mode: 'form', message: 'Name?', schema };
  const reply: McpReply = { action: 'accept', content: { age: 6 } };
  expect(await replyProblem(question, reply)).toBeUndefined();
  expect(resultOf(question, reply)).toEqual({ action: 'accept', content: { name: 'x', age: 6 } });
  expect(resultOf(question, { action: 'accept' })).toEqual({
    action: 'accept',
    content: { name: 'x', age: 5 },
  });
  const text = { action: 'accept', content: 'text' } as never;
  expect(await replyProblem(question, text)).toContain('does not match the schema of the form');
});

it('cancels a question if the callback fails', async () => {
  const seen: unknown[] = [];
  const failing = (...args: readonly unknown[]): never => {
    seen.push(args);
    throw new Error('bug');
  };
  expect(await elicit(formParams as never, server, failing, signal)).toEqual({ action: 'cancel' });
  expect(seen).toEqual([[form, { signal }]]);
  expect(await elicit(formParams as never, server, () => undefined as never, signal)).toEqual({
    action: 'cancel',
  });
  await expect(elicit(formParams as never, server, () => ({ action: 'accept' }), signal)).rejects.toThrow(
    'name',
  );
});

/** Replies of the requests, and the log of pauses. */
function requestsOf(options: Partial<McpOptions>) {
  const log: string[] = [];
  const requests = new ServerRequests({ name: 'x', place: { command: 'x' }, ...options }, () => {
    log.push('pause');
    return () => log.push('resume');
  });
  return { requests, log };
}

it('replies to each kind of request, and pauses for the user and the model', async () => {
  const { requests, log } = requestsOf({ roots: ['file:///a'], sampling: answering, onElicit: cancel });
  const { questions, replies } = await requests.reply(
    {
      a: { method: 'roots/list' },
      b: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } },
      c: { method: 'elicitation/create', params: formParams },
    },
    signal,
  );
  expect(questions).toEqual({});
  expect(replies).toEqual({
    a: { roots: [{ uri: 'file:///a' }] },
    b: { role: 'assistant', content: { type: 'text', text: 'hi' }, model: 'a/b', stopReason: 'endTurn' },
    c: { action: 'cancel' },
  });
  expect(log).toEqual(['pause', 'resume', 'pause', 'resume']);
});

it.each(['roots/list', 'sampling/createMessage', 'elicitation/create', 'other'])(
  'rejects %s if no option is set',
  async (method) => {
    await expect(requestsOf({}).requests.reply({ a: { method } }, signal)).rejects.toMatchObject({
      kind: 'unsupported',
      message: `the server requested ${method}, which this client does not offer`,
    });
  },
);

it('registers a handler for each option', async () => {
  const handlersFor = (options: Partial<McpOptions>) => {
    const handlers = new Map<string, (request: object, extra: object) => unknown>();
    const client = { setRequestHandler: (name: string, run: never) => handlers.set(name, run) };
    const { requests, log } = requestsOf(options);
    handleServerRequests(client as never, requests);
    return { handlers, log };
  };
  const names = (options: Partial<McpOptions>) => [...handlersFor(options).handlers.keys()];
  expect(names({})).toEqual([]);
  expect(names({ suspend: ['task'] })).toEqual([]);
  const extra = { mcpReq: { signal } };
  const { handlers, log } = handlersFor({ roots: ['file:///a'], sampling: answering, onElicit: cancel });
  expect(handlers.get('roots/list')?.({}, extra)).toEqual({ roots: [{ uri: 'file:///a' }] });
  const sampled = handlers.get('sampling/createMessage')?.({ params: { messages: [], maxTokens: 5 } }, extra);
  expect(await sampled).toMatchObject({ content: { text: 'hi' } });
  expect(await handlers.get('elicitation/create')?.({ params: formParams }, extra)).toEqual({
    action: 'cancel',
  });
  expect(log).toEqual(['pause', 'resume', 'pause', 'resume']);
  const suspending = handlersFor({ suspend: ['elicitation'] }).handlers;
  expect([...suspending].map(([name, run]) => [name, run({}, extra)])).toEqual([
    ['elicitation/create', { action: 'cancel' }],
  ]);
});

it('converts a request for a completion, and limits its tokens', async () => {
  const calls: unknown[] = [];
  const recording = model(async (...args) => {
    calls.push(args);
    return { text: 'hi', target: 'a/b', finish: 'length' };
  });
  const text = (value: string) => ({ type: 'text', text: value });
  const image = { type: 'image', mimeType: 'image/png', data: toBase64(new Uint8Array([1])) };
  const sampler = new Sampler({ model: recording });
  const rest = { systemPrompt: 'Be kind.', temperature: 0.5, stopSequences: ['x'] };
  const messages = [
    { role: 'user', content: [text('a'), image] },
    { role: 'assistant', content: text('b') },
    { role: 'assistant', content: [image, text('c')] },
  ];
  const result = await sampler.sample({ messages, maxTokens: 5000, ...rest } as never, signal);
  expect(result).toEqual({ role: 'assistant', content: text('hi'), model: 'a/b', stopReason: 'maxTokens' });
  await sampler.sample({ messages: [], maxTokens: 5 }, signal);
  const picture = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1]) };
  expect(calls).toEqual([
    [
      {
        messages: [
          { role: 'user', parts: [text('a'), picture] },
          { role: 'assistant', parts: [text('b')] },
          { role: 'assistant', parts: [text('c')] },
        ],
        system: 'Be kind.',
        temperature: 0.5,
        stop: ['x'],
        maxTokens: 1000,
      },
      { signal },
    ],
    [{ messages: [], maxTokens: 5 }, { signal }],
  ]);
});

it.each([
  [undefined, 10],
  [0, 0],
  [2, 2],
])('with maxRequests %s admits %i requests', async (maxRequests, count) => {
  const sampler = new Sampler({ model: answering, maxRequests });
  const sample = () => sampler.sample({ messages: [], maxTokens: 5 }, signal);
  for (let request = 0; request < count; request++) await sample();
  await expect(sample()).rejects.toThrow(
    `sampling is refused: the limit of ${count} requests per connection is reached`,
  );
});

it.each([
  [new LlmError('auth', 'secret'), 'the call of the model failed: auth'],
  [new Error('secret'), 'the call of the model failed: unknown'],
])('reports only the kind of a failed completion', async (error, message) => {
  const failing = new Sampler({ model: model(() => Promise.reject(error)) });
  await expect(failing.sample({ messages: [], maxTokens: 5 }, signal)).rejects.toThrow(message);
  const audio = {
    messages: [{ role: 'user', content: { type: 'audio', data: '', mimeType: 'a/b' } }],
    maxTokens: 5,
  };
  await expect(failing.sample(audio as never, signal)).rejects.toThrow(
    'sampling is refused: the content type audio is not supported',
  );
});
