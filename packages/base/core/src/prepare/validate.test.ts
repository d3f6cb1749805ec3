import { expect, it } from 'vitest';
import { image, user, type ChatRequest, type Message } from '../index.ts';
import { validate } from './validate.ts';

const hi = [user('hi')];
const tool = { name: 't', description: 't', parameters: { type: 'object' } };
const untyped = (request: object): ChatRequest => request as ChatRequest;
const resultWith = (...content: unknown[]): Message =>
  ({ role: 'tool', parts: [{ type: 'tool-result', callId: '1', name: 't', content }] }) as unknown as Message;

it.each<[string, string, object]>([
  ['messages', 'must be an array of messages', { messages: 'hi' }],
  ['messages', 'must not be empty', { messages: [] }],
  [
    'messages[1].role',
    'must be one of system, user, assistant, tool, not "bot"',
    { messages: [user('hi'), { role: 'bot', parts: [] }] },
  ],
  [
    'messages[0].parts',
    "must be an array of parts; write user('hi')",
    { messages: [{ role: 'user', parts: 'hi' }] },
  ],
  [
    'messages[0].parts',
    "must be an array of parts; write user('hi')",
    { messages: [{ role: 'user', content: 'hi' }] },
  ],
  [
    'messages[1].parts',
    "must be an array of parts; write assistant('hi')",
    { messages: [user('hi'), { role: 'assistant', content: 'hi' }] },
  ],
  [
    'messages[0].parts',
    'must be an array of parts; use the system member of the request',
    { messages: [{ role: 'system', content: 'hi' }] },
  ],
  [
    'messages[1].parts',
    'must be an array of parts; write toolResult({ callId, name, content })',
    { messages: [user('hi'), { role: 'tool', content: 'hi' }] },
  ],
  ['temprature', 'is not a member of a request; did you mean "temperature"?', { temprature: 1 }],
  ['toolchoise', 'is not a member of a request; did you mean "toolChoice"?', { toolchoise: 'auto' }],
  ['maxOutputTokens', 'is not a member of a request; did you mean "maxTokens"?', { maxOutputTokens: 1 }],
  ['max_tokens', 'is not a member of a request; did you mean "maxTokens"?', { max_tokens: 1 }],
  ['response_format', 'is not a member of a request; did you mean "output"?', { response_format: {} }],
  ['stop_sequences', 'is not a member of a request; did you mean "stop"?', { stop_sequences: [] }],
  ['max_new_tokens', 'is not a member of a request; did you mean "maxTokens"?', { max_new_tokens: 1 }],
  ['extra_body', 'is not a member of a request; did you mean "extra"?', { extra_body: {} }],
  ['tenant', 'is an option of the call; pass it in the second argument', { tenant: 'acme' }],
  ['signal', 'is an option of the call; pass it in the second argument', { signal: {} }],
  [
    'messages[0].parts[0].bytes',
    'must be a Uint8Array',
    { messages: [user({ type: 'file', mediaType: 'x/y', bytes: 'AA' } as never)] },
  ],
  [
    'messages[0].parts[0].file',
    'is set by core; pass bytes',
    { messages: [user({ ...image(new Uint8Array()), file: null } as never)] },
  ],
  [
    'messages[0].parts[0].content[1].bytes',
    'must be a Uint8Array',
    { messages: [resultWith({ type: 'text', text: 'a' }, { type: 'image', bytes: 'AA' })] },
  ],
  ['maxTokens', 'must be an integer of 1 or more, not 1.5', { maxTokens: 1.5 }],
  ['maxTokens', 'must be an integer of 1 or more, not 0', { maxTokens: 0 }],
  ['maxTokens', 'must be an integer of 1 or more, not NaN', { maxTokens: Number.NaN }],
  ['temperature', 'must be a number, not NaN', { temperature: Number.NaN }],
  ['topP', 'must be a finite number, not -Infinity', { topP: -Infinity }],
  ['topK', 'must be an integer of 1 or more, not 0', { topK: 0 }],
  ['verbosity', 'must be one of low, medium, high', { verbosity: 'loud' as 'low' }],
  ['reasoningSummary', 'must be one of auto, concise, detailed', { reasoningSummary: 'long' as 'auto' }],
  ['endUser', 'must not be empty', { endUser: '' }],
  ['endUser', 'must be a string, not a number', { endUser: 7 as unknown as string }],
  ['endUser', 'must be a string, not null', { endUser: null as unknown as string }],
  ['frequencyPenalty', 'must be a number, not NaN', { frequencyPenalty: Number.NaN }],
  ['logprobs', 'must be an integer of 0 or more, not -1', { logprobs: -1 }],
  ['reasoning', 'must be one of none, minimal, low, medium, high, xhigh, max', { reasoning: 'toString' }],
  ['serviceTier', 'must be one of default, flex, priority', { serviceTier: 'fast' }],
  ['output', 'must be a JSON Schema or "json", not a string', { output: 'xml' }],
  ['tools[0].name', 'must have 1 to 128 letters', { tools: [{ ...tool, name: '' }] }],
  ['tools[1].name', '"t" is not unique', { tools: [tool, tool] }],
  ['tools[0].parameters', 'must be a JSON or Standard Schema', { tools: [{ ...tool, parameters: null }] }],
  ['tools[0].parameters', 'must be a JSON or Standard Schema', { tools: [{ ...tool, parameters: 'text' }] }],
  ['toolChoice.name', 'must name a tool, not "u"', { tools: [tool], toolChoice: { name: 'u' } }],
  ['toolChoice', '"required" needs tools', { tools: [], toolChoice: 'required' }],
])('rejects a request: %s %s', (path, why, request) => {
  expect(() => {
    validate(untyped({ messages: hi, ...request }));
  }).toThrow(
    expect.objectContaining({
      kind: 'invalid-request',
      message: expect.stringContaining(`${path} ${why}`),
      details: expect.objectContaining({ path }),
    }),
  );
});

it.each<[string, object]>([
  [
    'one of each role',
    {
      messages: [
        { role: 'system', parts: [] },
        user('hi'),
        { role: 'assistant', parts: [] },
        { role: 'tool', parts: [] },
      ],
    },
  ],
  [
    'bytes',
    { messages: [user(image(new Uint8Array(1))), resultWith({ type: 'image', bytes: new Uint8Array(1) })] },
  ],
  ['a member that resembles no other', { cost: 1 }],
  [
    'names of calls, of other libraries and misspelled ones without a value',
    { signal: undefined, timeout: undefined, prompt: undefined, maxToken: undefined },
  ],
  ['the smallest numbers', { maxTokens: 1, temperature: 0, topP: 0 }],
  ['a schema that is a function', { tools: [{ ...tool, parameters: () => undefined }] }],
  ['a choice among its tools', { tools: [tool], toolChoice: { name: 't' } }],
  ['a required tool', { tools: [tool], toolChoice: 'required' }],
  ['a free choice without tools', { toolChoice: 'auto' }],
])('accepts %s', (_, request) => {
  expect(() => {
    validate(untyped({ messages: hi, ...request }));
  }).not.toThrow();
});
