import { assistant, image, toolResult, user, type ModelRequest } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { parseFailure } from '../failure/reported-failure.ts';
import { specificKind } from '../failure/kind.ts';
import { OPENAI_QUIRKS } from './quirks.ts';
import { chatRecovery } from '../../test/recoveries.ts';
import { toWire } from './request.ts';

const request: ModelRequest = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [{ name: 'f', description: '', parameters: {} }],
  output: undefined,
  temperature: 1,
  topP: 1,
  maxTokens: 5,
  stop: ['x'],
  extra: { user: 'u' },
};
const sent = toWire(request, 'm', OPENAI_QUIRKS, { stream: true }).params;
const recover = (error: object, status = 400) => chatRecovery(parseFailure({ error }), status, sent);
const paramsAfterRecovery = (error: object): object => {
  const recoveredRequest = recover(error)?.apply(request) ?? request;
  return toWire(recoveredRequest, 'm', OPENAI_QUIRKS, { stream: true }).params;
};
const without = (member: string): object =>
  Object.fromEntries(Object.entries(sent).filter(([key]) => key !== member));

it('inserts an assistant turn after tool results for a server that requires it', () => {
  const imagePart = image(new Uint8Array([1]), 'image/png');
  const messages = [
    assistant([{ type: 'tool-call', id: 'a', name: 'f', args: {} }]),
    toolResult([{ callId: 'a', name: 'f', content: [imagePart] }]),
    user('wait'),
  ];
  const error = { message: "Unexpected role 'user' after role 'tool'", type: 'invalid_request_error' };
  const recoveredRequest = recover(error)?.apply({ ...request, messages });
  const { params } = toWire(recoveredRequest ?? request, 'm', OPENAI_QUIRKS, { stream: true });
  expect((params['messages'] as { role: string }[]).map(({ role }) => role)).toEqual([
    'assistant',
    'tool',
    'assistant',
    'user',
    'user',
  ]);
});

describe('a rejected member', () => {
  it.each<[string, string, object]>([
    [
      'by code and param',
      'stop',
      {
        code: 'unsupported_parameter',
        param: 'stop',
        message: "Unsupported parameter: 'stop' is not supported with this model.",
      },
    ],
    [
      'by its value',
      'temperature',
      {
        code: 'unsupported_value',
        param: 'temperature',
        message: 'Only the default (1) value is supported.',
      },
    ],
    ['only by the message', 'temperature', { message: "Unsupported parameter: 'temperature'" }],
    ['in an older message format', 'user', { message: 'Unrecognized request argument supplied: user' }],
    ['as a property', 'top_p', { message: "property 'top_p' is unsupported" }],
    [
      'as unknown',
      'user',
      { code: 'unknown_parameter', param: 'user', message: "Unknown parameter: 'user'." },
    ],
    [
      'by one of its members',
      'stream_options',
      { code: 'unknown_parameter', param: 'stream_options.include_usage', message: 'no' },
    ],
    ['as an argument of a model', 'stop', { message: 'Argument not supported on this model: stop' }],
  ])('that is named %s is dropped alone', (_how, member, error) => {
    expect(recover(error)).toMatchObject({ id: `drop ${member}`, what: `${member} dropped`, remember: true });
    expect(paramsAfterRecovery(error)).toEqual(without(member));
  });

  it('is sent under its other name', () => {
    const error = {
      code: 'unsupported_parameter',
      param: 'max_completion_tokens',
      message: "Use 'max_tokens' instead.",
    };
    expect(recover(error)?.what).toBe('max_completion_tokens sent as max_tokens');
    expect(paramsAfterRecovery(error)).toEqual({ ...without('max_completion_tokens'), max_tokens: 5 });
  });

  it.each(['max_tokens', 'max_completion_tokens'])('keeps the value of %s in `extra`', (member) => {
    const extra = { [member]: 7 };
    const recovery = chatRecovery(
      parseFailure({
        error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'." },
      }),
      400,
      { max_tokens: 7 },
    );
    expect(recovery?.apply({ ...request, extra }).extra).toEqual({ max_completion_tokens: 7 });
  });

  it('that a validator names is dropped', () => {
    const failure = parseFailure({
      detail: [{ type: 'extra_forbidden', loc: ['body', 'user'], msg: 'Extra inputs are not permitted' }],
    });
    expect(chatRecovery(failure, 422, sent)?.id).toBe('drop user');
  });

  it('that is `stream` causes a non-streaming request', () => {
    const error = {
      code: 'unsupported_value',
      param: 'stream',
      message: 'Your organization must be verified to stream this model.',
    };
    expect(recover(error)).toMatchObject({ id: 'complete', delivery: 'complete', remember: true });
    expect(recover(error)?.apply(request)).toBe(request);
  });

  it.each<[string, object, number?]>([
    ['was not sent', { message: "Unsupported parameter: 'seed'" }],
    ['is the request itself', { code: 'unsupported_parameter', param: 'tools', message: 'no' }],
    ['is a message', { code: 'unknown_parameter', param: 'messages[0].name', message: 'no' }],
    ['is reported with another status', { message: "Unsupported parameter: 'temperature'" }, 500],
    ['is not named', { code: 'invalid_value', param: 'temperature', message: 'must be at most 2' }],
  ])('has no recovery if it %s', (_what, error, status) => {
    expect(recover(error, status)).toBeUndefined();
  });
});

describe('a grammar failure', () => {
  const grammar = parseFailure({
    error: { message: 'Failed to initialize samplers: error parsing grammar' },
  });
  const parameters = {
    type: 'object',
    properties: { pattern: { type: 'string', pattern: '^a', format: 'uri' } },
  };
  const tools = [{ name: 'f', description: '', parameters }];
  const clean = { type: 'object', properties: { pattern: { type: 'string' } } };

  it('is retried without pattern and format', () => {
    const recovery = chatRecovery(grammar, 400, { model: 'm', tools });
    const output = { name: 'answer', schema: parameters };
    const simpler = recovery?.apply({ messages: [], tools, output, extra: {} });
    expect(simpler).toEqual({
      messages: [],
      tools: [{ ...tools[0], parameters: clean }],
      output: { name: 'answer', schema: clean },
      extra: {},
    });
    expect(recovery?.remember).toBe(true);
  });

  it('has no recovery if the schema has neither pattern nor format', () => {
    expect(
      chatRecovery(grammar, 400, { model: 'm', tools: [{ parameters: { type: 'object' } }] }),
    ).toBeUndefined();
  });
});

it('sends a rejected strict schema unchanged', () => {
  const parameters = { type: 'object', properties: { a: { type: 'string' } } };
  const strict: ModelRequest = {
    ...request,
    tools: [{ name: 'f', description: '', parameters }],
    output: { name: 'answer', schema: parameters },
    extra: { tools: [{ type: 'web_search' }] },
  };
  const body = (source: ModelRequest) => toWire(source, 'm', OPENAI_QUIRKS, { stream: false }).params;
  const failure = parseFailure({ error: { message: "Invalid schema for response_format 'answer': no." } });
  const recovery = chatRecovery(failure, 400, body(strict));
  expect([recovery?.id, recovery?.remember]).toEqual(['strict', true]);
  expect(recovery && body(recovery.apply(strict))).toMatchObject({
    tools: [{ type: 'function', function: { name: 'f', parameters } }, { type: 'web_search' }],
    response_format: { json_schema: { name: 'answer', schema: parameters, strict: false } },
  });
  expect(chatRecovery(failure, 400, { model: 'm' })).toBeUndefined();
  const unknown = parseFailure({ error: { message: "Unknown parameter: 'tools[0].function.strict'." } });
  expect(chatRecovery(unknown, 400, body(strict))?.id).toBe('strict');
});

it('removes signed reasoning that the vendor rejects', () => {
  const failure = parseFailure({ error: { message: 'messages.1: Invalid `signature` in `thinking` block' } });
  const turn = { role: 'assistant', reasoning_details: [{}] };
  const recovery = chatRecovery(failure, 400, { model: 'm', messages: [turn] });
  expect([recovery?.what, recovery?.remember]).toEqual(['earlier reasoning not sent back', true]);
  const reasoned: ModelRequest = {
    ...request,
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'text', text: 'Hi' },
        ],
      },
    ],
  };
  expect(recovery?.apply(reasoned).messages).toEqual([
    { role: 'assistant', parts: [{ type: 'text', text: 'Hi' }] },
  ]);
  expect(chatRecovery(failure, 400, { model: 'm', messages: [{ role: 'assistant' }] })).toBeUndefined();
});

describe('a remembered recovery applies to the requests that need it', () => {
  const body = (more: Partial<ModelRequest>): ReturnType<typeof toWire>['params'] =>
    toWire({ ...request, ...more }, 'm', OPENAI_QUIRKS, { stream: true }).params;
  const rejectedTemperature = parseFailure({
    error: { code: 'unsupported_value', param: 'temperature', message: 'no' },
  });

  it('sampling: while the model reasons, or while it does not', () => {
    const plain = chatRecovery(rejectedTemperature, 400, body({}));
    const reasoning = chatRecovery(rejectedTemperature, 400, body({ reasoning: 'low' }));
    expect(plain?.id).not.toBe(reasoning?.id);
    const isNeededFor = (more: Partial<ModelRequest>): unknown =>
      [plain, reasoning].map((each) => each?.isNeededFor?.({ ...request, ...more }));
    expect(isNeededFor({})).toEqual([true, false]);
    expect(isNeededFor({ reasoning: 'none' })).toEqual([true, false]);
    expect(isNeededFor({ reasoning: 'high' })).toEqual([false, true]);
    expect(isNeededFor({ extra: { reasoning_effort: 'high' } })).toEqual([false, true]);
    expect(isNeededFor({ temperature: undefined })).toEqual([false, false]);
  });

  it('effort: with the rejected value', () => {
    const message =
      "Unsupported value: 'minimal' is not supported with the 'm' model. Supported values are: 'low'.";
    const error = { message, param: 'reasoning_effort', code: 'unsupported_value' };
    const recovery = chatRecovery(parseFailure({ error }), 400, body({ reasoning: 'minimal' }));
    expect(body(recovery?.apply({ ...request, reasoning: 'minimal' }) ?? {})).not.toHaveProperty(
      'reasoning_effort',
    );
    const isNeededFor = (more: Partial<ModelRequest>): unknown =>
      recovery?.isNeededFor?.({ ...request, ...more });
    expect(isNeededFor({ reasoning: 'minimal' })).toBe(true);
    expect(isNeededFor({ extra: { reasoning_effort: 'minimal' } })).toBe(true);
    expect([isNeededFor({ reasoning: 'low' }), isNeededFor({})]).toEqual([false, false]);
  });

  it('a member of extra: with the member, or with its rejected value', () => {
    const isNeededFor = (code: string): unknown => {
      const failure = parseFailure({ error: { code, param: 'user', message: 'no' } });
      const recovery = chatRecovery(failure, 400, body({}), { request });
      return [{ user: 'u' }, { user: 'v' }, {}].map((extra) =>
        recovery?.isNeededFor?.({ ...request, extra }),
      );
    };
    expect(isNeededFor('unsupported_parameter')).toEqual([true, true, false]);
    expect(isNeededFor('unsupported_value')).toEqual([true, false, false]);
  });

  it('the name of the output limit: with a limit', () => {
    const error = { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead." };
    const recovery = chatRecovery(parseFailure({ error }), 400, { max_tokens: 5 });
    const { maxTokens: _limit, ...unlimited } = request;
    expect([recovery?.isNeededFor?.(request), recovery?.isNeededFor?.(unlimited)]).toEqual([true, false]);
  });

  it('effort: with tools', () => {
    const message =
      "Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions. Please use /v1/responses or set reasoning_effort to 'none'.";
    const rejectedEffort = parseFailure({ error: { message, param: 'reasoning_effort', code: null } });
    for (const reasoning of [undefined, 'low'] as const) {
      const recovery = chatRecovery(rejectedEffort, 400, body({ reasoning }));
      expect(recovery?.apply(request).extra).toEqual({ user: 'u', reasoning_effort: 'none' });
      expect([recovery?.isNeededFor?.(request), recovery?.isNeededFor?.({ ...request, tools: [] })]).toEqual([
        true,
        false,
      ]);
    }
    expect(chatRecovery(rejectedEffort, 400, body({ reasoning: 'none' }))).toBeUndefined();
    expect(specificKind(rejectedEffort)).toBe('unsupported');
  });

  it('a schema: with JSON mode, then as text', () => {
    const output = { name: 'a', schema: { type: 'object', properties: {} } };
    const objectRequest = { ...request, system: 's', output };
    const rejectedSchema = parseFailure({
      error: { message: 'This model does not support response format `json_schema`. See the docs.' },
    });
    const recovery = chatRecovery(rejectedSchema, 400, body({ output }));
    const changed = recovery?.apply(objectRequest) ?? objectRequest;
    const params = toWire(changed, 'm', OPENAI_QUIRKS, { stream: true }).params;
    expect(params['response_format']).toEqual({ type: 'json_object' });
    expect(JSON.stringify(params['messages'])).toContain('JSON Schema');
    expect([recovery?.isNeededFor?.(objectRequest), recovery?.isNeededFor?.(request)]).toEqual([true, false]);
    const rejectedJsonMode = parseFailure({
      error: { message: "response_format 'json_object' is not supported by this model" },
    });
    const withoutJsonMode = chatRecovery(rejectedJsonMode, 400, params)?.apply(changed) ?? changed;
    expect(toWire(withoutJsonMode, 'm', OPENAI_QUIRKS, { stream: true }).params).not.toHaveProperty(
      'response_format',
    );
    expect(chatRecovery(rejectedSchema, 400, params)).toBeUndefined();
  });
});
