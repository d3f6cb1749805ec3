import { LlmError, type AssistantPart, type JsonObject, type ModelEvent } from '@majordomo/core';
import { checkOrder } from '@majordomo/core/provider';
import { describe, expect, it } from 'vitest';
import { ChatReader } from './stream.ts';

const FAMILY = 'chat-reasoning@http://here#p';
const replay = { family: FAMILY, data: null };
const DONE = '[DONE]';

const reader = (): ChatReader => new ChatReader({ target: 'p/m', family: FAMILY, quirks: { reasoningTokens: 'inside' } });

interface Read {
  readonly events: readonly ModelEvent[];
  readonly parts: readonly AssistantPart[];
  readonly finish: Extract<ModelEvent, { type: 'finish' }> | undefined;
}

function eventsOf(read: ChatReader): Read {
  const events = read.scribe.take();
  const finish = events.find((event) => event.type === 'finish');
  if (finish !== undefined) expect(checkOrder(events)).toBeUndefined();
  return { events, parts: events.flatMap((event) => (event.type === 'part-end' ? [event.part] : [])), finish };
}

/** Reads messages of a stream to its end; objects are chunks. */
function stream(...messages: readonly (object | string)[]): Read {
  const read = reader();
  for (const message of messages) read.message(typeof message === 'string' ? message : JSON.stringify(message), undefined);
  if (!read.done) read.end();
  return eventsOf(read);
}

function whole(body: unknown): Read {
  const read = reader();
  read.body(body);
  return eventsOf(read);
}

const delta = (members: object, finish: string | null = null): object => ({
  id: 'r1',
  choices: [{ index: 0, delta: members, finish_reason: finish }],
});
const stop = delta({}, 'stop');
const call = (index: number | undefined, members: object): object => delta({ tool_calls: [{ index, ...members }] });
const part = (id: string, name: string, args: JsonObject): AssistantPart => ({ type: 'tool-call', id, name, args });

/** The error of a stream or of a body. */
function failureOf(run: () => unknown): LlmError {
  try {
    run();
  } catch (error) {
    if (LlmError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a stream', () => {
  it('gives its parts, its id, its finish and its usage, which may come after it', () => {
    const { events, finish } = stream(
      delta({ role: 'assistant', content: '' }),
      delta({ content: 'Hi' }),
      delta({ content: '!' }),
      stop,
      { id: 'r1', choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } },
      DONE,
    );
    expect(events.map(({ type }) => type)).toEqual(['start', 'part-start', 'text-delta', 'text-delta', 'part-end', 'finish']);
    expect(events[0]).toEqual({ type: 'start', target: 'p/m', id: 'r1' });
    expect(finish).toMatchObject({ reason: 'stop', raw: 'stop', usage: { input: 9, output: 2 } });
  });

  it('has no usage where none was told', () => {
    expect(stream(delta({ content: 'a' }), stop, DONE).finish?.usage).toBeUndefined();
  });

  it.each([
    ['beside the choices', { ...stop, usage: { prompt_tokens: 9 } }],
    ['in the choice', { choices: [{ delta: {}, finish_reason: 'stop', usage: { prompt_tokens: 9 } }] }],
    ['in a vendor’s own member', { ...stop, x_vendor: { id: 'q', usage: { prompt_tokens: 9 } } }],
  ])('reads usage %s', (_where, last) => {
    expect(stream(delta({ content: 'a' }), last, DONE).finish?.usage?.input).toBe(9);
  });

  it('takes the id from the first chunk that has one', () => {
    const { events } = stream({ id: '', choices: [], prompt_filter_results: [] }, delta({ content: 'a' }), stop);
    expect(events[0]).toMatchObject({ type: 'start', id: 'r1' });
  });

  it('needs its finish reason or its end marker, not both', () => {
    expect(stream(delta({ content: 'a' }), stop).finish).toMatchObject({ reason: 'stop', raw: 'stop' });
    const marked = stream(delta({ content: 'a' }), DONE);
    expect(marked.finish).toMatchObject({ reason: 'other', raw: undefined });
    expect(marked.events.filter(({ type }) => type === 'warning')).toHaveLength(1);
    expect(failureOf(() => stream(delta({ content: 'a' })))).toMatchObject({ kind: 'truncated' });
    expect(failureOf(() => stream())).toMatchObject({ kind: 'truncated' });
  });

  it('reads nothing of other choices, and says so once', () => {
    const other = { choices: [{ index: 1, delta: { content: 'b' }, finish_reason: 'stop' }] };
    const { parts, events } = stream(delta({ content: 'a' }), other, other, stop, DONE);
    expect(parts).toEqual([{ type: 'text', text: 'a' }]);
    expect(events.filter(({ type }) => type === 'warning')).toHaveLength(1);
  });

  it('does not read a message that repeats the deltas', () => {
    const repeated = { choices: [{ index: 0, delta: { content: 'a' }, message: { content: 'a' }, finish_reason: null }] };
    expect(stream(repeated, repeated, stop).parts).toEqual([{ type: 'text', text: 'aa' }]);
  });

  it('passes over chunks and members that nobody knows', () => {
    expect(stream({ type: 'ping' }, { choices: null }, { choices: [null] }, { choices: [{ index: 0 }] }, stop).finish).toBeDefined();
  });

  it('tells what the request could not say, before its finish', () => {
    const read = reader();
    read.warn([{ action: 'dropped', what: 'seed', why: 'w' }]);
    for (const message of [delta({ content: 'a' }), stop]) read.message(JSON.stringify(message), undefined);
    read.end();
    expect(eventsOf(read).events.map(({ type }) => type).slice(-3)).toEqual(['warning', 'part-end', 'finish']);
  });
});

describe('reasoning', () => {
  it.each<[string, object[]]>([
    ['reasoning_content', [{ reasoning_content: 'h' }, { reasoning_content: 'm' }]],
    ['reasoning', [{ reasoning: 'h', content: '' }, { reasoning: 'm', content: null }]],
    ['two names with one text', [{ reasoning: 'h', reasoning_content: 'h' }, { reasoning: 'm', reasoning_content: 'm' }]],
    ['thinking blocks', [{ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }] }] }, { content: [{ type: 'thinking', thinking: 'm' }] }]],
  ])('is read from %s', (_name, deltas) => {
    expect(stream(...deltas.map((each) => delta(each)), delta({ content: 'ok' }), stop).parts).toEqual([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: 'ok' },
    ]);
  });

  it('keeps its details whole: texts joined, the signature that came last', () => {
    const { parts } = stream(
      delta({ reasoning: 'h', reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'h', format: 'f' }] }),
      delta({ reasoning: 'm', reasoning_details: [{ type: 'reasoning.text', index: 0, text: 'm' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.text', index: 0, signature: 'sig' }] }),
      delta({ reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'x', id: 'rs' }] }),
      delta({ content: 'ok', reasoning_details: [] }),
      stop,
    );
    const data = [
      { type: 'reasoning.text', index: 0, text: 'hm', format: 'f', signature: 'sig' },
      { type: 'reasoning.encrypted', index: 1, data: 'x', id: 'rs' },
    ];
    expect(parts[0]).toEqual({ type: 'reasoning', text: 'hm', replay: { family: FAMILY, data } });
  });

  it('is read from its details alone, and a signature after the text gets a part of its own', () => {
    const { parts } = stream(
      delta({ reasoning_details: [{ type: 'reasoning.summary', index: 0, summary: 'hm' }] }),
      delta({ content: 'ok' }),
      delta({ content: '', reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'x' }] }),
      delta({ content: '!' }),
      stop,
    );
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm', replay: { family: FAMILY, data: [{ type: 'reasoning.summary', index: 0, summary: 'hm' }] } },
      { type: 'text', text: 'ok!' },
      { type: 'reasoning', text: '', replay: { family: FAMILY, data: [{ type: 'reasoning.encrypted', index: 1, data: 'x' }] } },
    ]);
  });
});

describe('tool calls', () => {
  it.each<[string, object[], AssistantPart[]]>([
    ['interleaved, the id on the first fragment',
      [call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }), call(1, { id: 'b', function: { name: 'g', arguments: '{' } }), call(0, { function: { arguments: ':1}' } }), call(1, { function: { arguments: '}' } })],
      [part('a', 'f', { x: 1 }), part('b', 'g', {})]],
    ['with the id on every fragment',
      [call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }), call(0, { id: 'a', function: { name: 'f', arguments: ':1}' } })],
      [part('a', 'f', { x: 1 })]],
    ['with an empty id on later fragments',
      [call(0, { id: 'a', function: { name: 'f', arguments: '{' } }), call(0, { id: '', function: { name: '', arguments: '}' } })],
      [part('a', 'f', {})]],
    ['all on one index, told apart by their ids',
      [call(0, { id: 'a', function: { name: 'f', arguments: '{}' } }), call(0, { id: 'b', function: { name: 'g', arguments: '{}' } })],
      [part('a', 'f', {}), part('b', 'g', {})]],
    ['without an index, whole',
      [delta({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' } }, { id: 'b', function: { name: 'g', arguments: '{}' } }] })],
      [part('a', 'f', {}), part('b', 'g', {})]],
    ['without an index, in fragments',
      [call(undefined, { id: 'a', function: { name: 'f', arguments: '{' } }), call(undefined, { function: { arguments: '}' } })],
      [part('a', 'f', {})]],
    ['whose name comes after the arguments began',
      [call(0, { id: 'a', function: { arguments: '{"x":' } }), call(0, { function: { name: 'f', arguments: '1}' } })],
      [part('a', 'f', { x: 1 })]],
    ['with arguments that are no text', [call(0, { id: 'a', function: { name: 'f', arguments: { x: 1 } } })], [part('a', 'f', { x: 1 })]],
    ['with no arguments', [call(0, { id: 'a', function: { name: 'f', arguments: '' } })], [part('a', 'f', {})]],
  ])('are put together: %s', (_how, chunks, expected) => {
    const { parts, finish } = stream(...chunks, delta({}, 'tool_calls'), DONE);
    expect(parts).toEqual(expected);
    expect(finish?.reason).toBe('tool-calls');
  });

  it('get an id where they came without one, the same one whenever this answer is read', () => {
    const chunks = [call(0, { function: { name: 'f', arguments: '{}' } }), call(1, { function: { name: 'f', arguments: '{}' } }), delta({}, 'stop')];
    const ids = stream(...chunks).parts.map((each) => (each.type === 'tool-call' ? each.id : ''));
    expect(new Set(ids).size).toBe(2);
    expect(stream(...chunks).parts.map((each) => (each.type === 'tool-call' ? each.id : ''))).toEqual(ids);
  });

  it('get another id where two have one', () => {
    const { parts, events } = stream(call(0, { id: 'a', function: { name: 'f' } }), call(1, { id: 'a', function: { name: 'g' } }), stop);
    expect(new Set(parts.map((each) => (each.type === 'tool-call' ? each.id : ''))).size).toBe(2);
    expect(events.some(({ type }) => type === 'warning')).toBe(true);
  });

  it('are not cut by text that comes between their fragments', () => {
    const { parts } = stream(
      call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
      delta({ content: '\n', reasoning_content: 'hm' }),
      call(0, { function: { arguments: ':1}' } }),
      stop,
    );
    expect(parts).toEqual([part('a', 'f', { x: 1 }), { type: 'reasoning', text: 'hm', replay }, { type: 'text', text: '\n' }]);
  });

  it('of the wire of 2023 are calls', () => {
    const { parts, finish } = stream(delta({ function_call: { name: 'f', arguments: '{' } }), delta({ function_call: { arguments: '}' } }), delta({}, 'function_call'));
    expect(parts).toEqual([part(expect.any(String) as string, 'f', {})]);
    expect(finish?.reason).toBe('tool-calls');
  });

  it('with arguments that are no object are invalid, never run with nothing', () => {
    const { parts } = stream(call(0, { id: 'a', function: { name: 'f', arguments: '{"x": ' } }), delta({}, 'length'));
    expect(parts).toEqual([{ ...part('a', 'f', {}), invalid: { raw: '{"x": ' } }]);
  });

  it('without a name are no calls', () => {
    expect(failureOf(() => stream(call(0, { id: 'a', function: { arguments: '{}' } }), stop))).toMatchObject({
      kind: 'protocol',
      details: { path: 'choices[0].delta.tool_calls[0].function.name' },
    });
  });
});

describe('the end of an answer', () => {
  it.each<[string, object, string]>([
    ['stop', {}, 'stop'],
    ['eos', {}, 'stop'],
    ['length', {}, 'length'],
    ['max_tokens', {}, 'length'],
    ['content_filter', {}, 'content-filter'],
    ['ran_dry', {}, 'other'],
    ['constructor', {}, 'other'],
    ['stop', { refusal: 'No.' }, 'refusal'],
    ['stop', { tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] }, 'tool-calls'],
    ['length', { tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] }, 'length'],
  ])('%s with %o is %s', (raw, members, reason) => {
    expect(stream(delta({ content: 'a' }), delta(members), delta({}, raw)).finish).toMatchObject({ reason, raw });
  });

  it('shows a refusal as text', () => {
    expect(stream(delta({ refusal: 'I ' }), delta({ refusal: 'cannot.' }), stop).parts).toEqual([{ type: 'text', text: 'I cannot.' }]);
  });

  it.each([
    ['content_filter', 'content-filter'],
    ['insufficient_system_resource', 'overloaded'],
    ['error', 'server'],
    ['abort', 'truncated'],
  ])('%s without an answer is the error %s', (raw, kind) => {
    expect(failureOf(() => stream(delta({}, raw), DONE))).toMatchObject({ kind, details: { code: raw } });
  });
});

describe('an error inside a 200', () => {
  it.each<[string, object, string]>([
    ['by its code', { error: { message: 'no', code: 'content_filter' } }, 'content-filter'],
    ['by the status that it names', { error: { message: 'no', code: 429 } }, 'rate-limit'],
    ['by the status that stands beside', { error: { message: 'no', code: 'odd', status_code: 400 } }, 'invalid-request'],
    ['by what a gateway wrapped', { error: { message: 'Provider returned error', code: 400, metadata: { raw: '{"error":{"message":"prompt is too long: 9 tokens"}}' } } }, 'context-overflow'],
    ['of which nothing is known', { error: 'oops' }, 'server'],
  ])('is classified %s', (_how, body, kind) => {
    expect(failureOf(() => stream(delta({ content: 'a' }), body))).toMatchObject({ kind, details: { status: undefined } });
    expect(failureOf(() => whole(body))).toMatchObject({ kind, details: { status: 200 } });
  });

  it('may be told by the event’s name alone', () => {
    const read = reader();
    expect(failureOf(() => { read.message('{"message":"no","code":"rate_limit_exceeded"}', 'error'); })).toMatchObject({ kind: 'rate-limit' });
  });

  it('shows no secret', () => {
    const read = new ChatReader({ target: 'p/m', family: FAMILY, quirks: { reasoningTokens: 'inside' }, secrets: () => ['hush-hush'] });
    const error = failureOf(() => { read.body({ error: { message: 'bad key hush-hush' } }); });
    expect(JSON.stringify(error)).not.toContain('hush-hush');
  });

  it('is none when it is null', () => {
    expect(stream({ ...stop, error: null }).finish?.reason).toBe('stop');
  });
});

describe('a whole body', () => {
  const body = (message: object, finish: string | null = 'stop'): object => ({ id: 'r1', choices: [{ index: 0, message, finish_reason: finish }] });

  it('gives the same parts as a stream, each call one of its own', () => {
    const calls = [
      { id: 'a', index: 0, function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', index: 0, function: { name: 'g', arguments: '' } },
      { id: 'c', type: 'custom', custom: { name: 'h', input: '4 + 4' } },
    ];
    const { parts, finish, events } = whole({ ...body({ reasoning_content: 'hm', content: 'ok', tool_calls: calls }), usage: { prompt_tokens: 3 } });
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: 'ok' },
      part('a', 'f', { x: 1 }),
      part('b', 'g', {}),
      { ...part('c', 'h', {}), invalid: { raw: '4 + 4' } },
    ]);
    expect(finish).toMatchObject({ reason: 'tool-calls', raw: 'stop', usage: { input: 3 } });
    expect(events[0]).toMatchObject({ type: 'start', id: 'r1' });
  });

  it('may hold its text in blocks', () => {
    expect(whole(body({ content: [{ type: 'thinking', thinking: [{ text: 'hm' }] }, { type: 'text', text: 'ok' }, { type: 'new' }] })).parts).toEqual([
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: 'ok' },
    ]);
  });

  it('warns of audio, which no part holds', () => {
    expect(whole(body({ content: null, audio: { id: 'a' } })).events.filter(({ type }) => type === 'warning')).toHaveLength(1);
  });

  it('without a message is a block where it says so', () => {
    expect(failureOf(() => whole({ choices: [{ index: 0, finish_reason: 'content_filter' }] }))).toMatchObject({ kind: 'content-filter' });
  });

  it.each<[string, unknown, string]>([
    ['no object', 'hi', ''],
    ['no choices', { id: 'r1' }, 'choices'],
    ['an empty list of choices', { choices: [] }, 'choices[0]'],
    ['a choice without a message', { choices: [{ finish_reason: 'stop' }] }, 'choices[0].message'],
    ['a number for text', body({ content: 7 }), 'choices[0].message.content'],
    ['an object for calls', body({ tool_calls: {} }), 'choices[0].message.tool_calls'],
    ['a number for arguments', body({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: 7 } }] }), 'choices[0].message.tool_calls[0].function.arguments'],
  ])('of another shape names the place: %s', (_what, json, path) => {
    expect(failureOf(() => whole(json))).toMatchObject({ kind: 'protocol', details: { path } });
  });
});

it('broken JSON in a stream is a protocol failure', () => {
  expect(failureOf(() => stream('{"choices": ['))).toMatchObject({ kind: 'protocol', details: { path: '' } });
});
