import { describe, expect, it } from 'vitest';
import {
  assistant,
  type CallOptions,
  type ChatRequest,
  LlmError,
  type ModelEvent,
  type ModelRequest,
  type Provider,
  type StreamEvent,
  user,
} from '../src/index.ts';
import { eventOrderError } from '../src/stream/events.ts';
import { chatProvider } from './support/chat-provider.ts';
import { readAll } from './support/read-all.ts';
import { ResponseWriter } from './support/response-writer.ts';
import type { Script, Turn } from './support/scripted.ts';
import { world } from './support/world.ts';

const hi = { messages: [user('tell me a story')] };
const continuing: CallOptions = { afterCommit: 'continue', attempts: 1 };
const BEGIN = 'Once upon a time there was a fox, and it lived in the wood. ';
const breakingTurn: Turn = { text: BEGIN, fail: 'server' };

async function runStream(
  first: Script,
  second: Script,
  options = continuing,
  request: Partial<ChatRequest> = hi,
) {
  const sent: ModelRequest[] = [];
  const recorded =
    (script: Script): Script =>
    (...requestCounts) => {
      sent.push(requestCounts[0]);
      return typeof script === 'function' ? script(...requestCounts) : script;
    };
  const testWorld = world({ 'a/x': [recorded(first)], 'b/y': [recorded(second)] });
  const stream = testWorld.majordomo.model('a/x,b/y').stream({ ...hi, ...request }, options);
  const events: StreamEvent[] = [];
  let error: unknown;
  try {
    for await (const event of stream) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  return {
    ...testWorld,
    events,
    error,
    sent,
    stream,
    types: events.map(({ type }) => type),
    text: textOf(events),
  };
}

type Piece = readonly [type: 'text' | 'reasoning', text: string];

/** Runs a call over a target that fails after its last part and a target that finishes. */
async function runPieces(
  first: readonly Piece[],
  second: readonly Piece[],
  last: readonly ModelEvent[] = [],
) {
  const provider = (id: string, contents: readonly Piece[], isBroken: boolean): Provider =>
    chatProvider(id, async function* (_request, { target }) {
      const writer = new ResponseWriter(target);
      writer.start('r');
      for (const [type, text] of contents) writer[type](text);
      yield isBroken ? [...writer.take(), ...last] : writer.take();
      if (isBroken) throw new LlmError('server', 'out of order', { target });
      writer.finish('stop', 'stop');
      yield writer.take();
    });
  const providers = [provider('a', first, true), provider('b', second, false)];
  const stream = world({}, { providers }).majordomo.model('a/x,b/y').stream(hi, continuing);
  const events = await readAll(stream);
  return { events, parts: (await stream.response()).parts };
}

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

describe("afterCommit: 'continue'", () => {
  it('continues at the next target with one text in one part', async () => {
    const { events, text, stream } = await runStream(breakingTurn, 'Every morning it ran.');
    expect(text).toBe(`${BEGIN}Every morning it ran.`);
    expect(eventOrderError(events)).toBeUndefined();
    expect(events.filter(({ type }) => type === 'start')).toHaveLength(1);
    expect(events.find(({ type }) => type === 'continued')).toMatchObject({
      from: 'a/x',
      target: 'b/y',
      error: { kind: 'server' },
    });
    const response = await stream.response();
    expect([response.text, response.target]).toEqual([text, 'b/y']);
    expect(response.parts).toEqual([{ type: 'text', text }]);
    expect(response.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'finished']);
    expect(response.warnings).toEqual([
      {
        action: 'continued',
        what: 'answer',
        why: `a/x failed (server): b/y continued after ${BEGIN.length} characters`,
      },
    ]);
  });

  it('continues at the same target after a recovery, with the recovery applied', async () => {
    const recover = { id: 'r', what: 'key', apply: (request: ModelRequest) => ({ ...request, seed: 7 }) };
    const sent: ModelRequest[] = [];
    const fails: Script = (request) => (sent.push(request), { ...breakingTurn, details: { recover } });
    const finishes: Script = (request) => (sent.push(request), 'Every morning it ran.');
    const { majordomo } = world({ 'a/x': [fails, finishes] });
    const events = await readAll(majordomo.model('a/x').stream(hi, continuing));
    expect(textOf(events)).toBe(`${BEGIN}Every morning it ran.`);
    expect([sent.length, sent[1]?.seed, sent[1]?.messages[1]?.role]).toEqual([2, 7, 'assistant']);
  });

  it('has the warnings of the second target before that of the continuation', async () => {
    const second: Turn = { text: 'Every morning it ran.', capabilities: { maxOutputTokens: 5 } };
    const { majordomo } = world({ 'a/x': [breakingTurn], 'b/y': [second] });
    const response = await majordomo
      .model('a/x,b/y')
      .stream({ ...hi, maxTokens: 9 }, continuing)
      .response();
    expect(response.warnings.map(({ action, what }) => `${action} ${what}`)).toEqual([
      'coerced maxTokens',
      'continued answer',
    ]);
  });

  it('sends the emitted text as an assistant turn and a prompt of the user', async () => {
    const { sent } = await runStream(breakingTurn, 'Every morning it ran.');
    const [, requestCounts] = sent;
    expect(requestCounts?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(requestCounts?.messages[1]?.parts).toEqual([{ type: 'text', text: BEGIN }]);
  });

  it('appends the emitted text to an assistant turn at the end of the request', async () => {
    const messages = [user('tell me a story'), assistant('Long ago. ')];
    const { sent } = await runStream(breakingTurn, 'Every morning it ran.', continuing, { messages });
    expect(sent[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(sent[1]?.messages[1]?.parts).toHaveLength(2);
  });

  it('sends the text as the beginning of the answer to a model with prefill', async () => {
    const sent: ModelRequest[] = [];
    const { majordomo } = world({
      'a/x': [{ text: BEGIN.trimEnd(), fail: 'server' }],
      'b/y': [{ capabilities: { prefill: true }, text: ' Every morning it ran.' }],
    });
    const gate = {
      name: 'look',
      admit: ({ request }: { readonly request: ModelRequest }) => void sent.push(request),
    };
    const response = await majordomo
      .with({ gates: [gate] })
      .model('a/x,b/y')
      .stream(hi, continuing)
      .response();
    expect(sent[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect(response.text).toBe(`${BEGIN}Every morning it ran.`);
  });

  it('removes repeated text with a warning that contains it', async () => {
    const repetition = 'Sure! Continuing:\nthere was a fox, and it lived in the wood. ';
    const { text, stream, events } = await runStream(breakingTurn, `${repetition}Every morning it ran.`);
    expect(text).toBe(`${BEGIN}Every morning it ran.`);
    expect(events).not.toContainEqual(expect.objectContaining({ type: 'text-delta', text: '' }));
    expect((await stream.response()).warnings.at(-1)).toEqual({
      action: 'dropped',
      what: 'repeated text',
      why: expect.stringContaining(JSON.stringify(repetition)) as string,
    });
  });

  it('removes nothing of a model with prefill', async () => {
    const line = 'The quick brown fox jumps over the lazy dog today.';
    const { majordomo } = world({
      'a/x': [{ text: line, fail: 'server' }],
      'b/y': [{ capabilities: { prefill: true }, text: line }],
    });
    const response = await majordomo.model('a/x,b/y').stream(hi, continuing).response();
    expect(response.text).toBe(line + line);
    expect(response.warnings.map(({ action }) => action)).toEqual(['continued']);
  });

  it('uses a prompt if the text ends in white space, also with prefill', async () => {
    const sent: ModelRequest[] = [];
    const { majordomo } = world({
      'a/x': [breakingTurn],
      'b/y': [{ capabilities: { prefill: true }, text: 'Every morning it ran.' }],
    });
    const gate = {
      name: 'look',
      admit: ({ request }: { readonly request: ModelRequest }) => void sent.push(request),
    };
    await majordomo
      .with({ gates: [gate] })
      .model('a/x,b/y')
      .stream(hi, continuing)
      .response();
    expect(sent[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  it('continues at the same target if it may be retried', async () => {
    const { majordomo } = world({ 'a/x': [breakingTurn, 'Every morning it ran.'] });
    const events = await readAll(majordomo.model('a/x').stream(hi, { afterCommit: 'continue' }));
    expect(events.find(({ type }) => type === 'continued')).toMatchObject({ from: 'a/x', target: 'a/x' });
    expect(textOf(events)).toBe(`${BEGIN}Every morning it ran.`);
  });

  it('continues repeatedly, each time from all emitted text', async () => {
    const { majordomo } = world({
      'a/x': [breakingTurn],
      'b/y': [{ text: 'Every morning it ran ', fail: 'network' }],
      'c/z': ['through the wood.'],
    });
    const stream = majordomo.model('a/x,b/y,c/z').stream(hi, continuing);
    const events = await readAll(stream);
    expect(textOf(events)).toBe(`${BEGIN}Every morning it ran through the wood.`);
    expect(eventOrderError(events)).toBeUndefined();
    expect(events.filter(({ type }) => type === 'continued')).toMatchObject([
      { from: 'a/x', target: 'b/y' },
      { from: 'b/y', target: 'c/z' },
    ]);
    expect((await stream.response()).text).toBe(textOf(events));
  });

  it('emits nothing for a target that failed before its first content', async () => {
    const { majordomo } = world({
      'a/x': [breakingTurn],
      'b/y': [{ fail: 'overloaded' }],
      'c/z': ['It ran.'],
    });
    const events = await readAll(majordomo.model('a/x,b/y,c/z').stream(hi, continuing));
    expect(events.filter(({ type }) => type === 'continued')).toMatchObject([{ from: 'a/x', target: 'c/z' }]);
  });

  it('does not send reasoning, and ends open reasoning parts', async () => {
    const { events, sent, stream } = await runStream(
      { reasoning: 'hm', text: BEGIN, fail: 'server' },
      { reasoning: 'well', text: 'It ran.' },
    );
    expect(sent[1]?.messages[1]?.parts).toEqual([{ type: 'text', text: BEGIN }]);
    expect(eventOrderError(events)).toBeUndefined();
    const { parts, text } = await stream.response();
    expect(text).toBe(`${BEGIN}It ran.`);
    expect(parts.map(({ type }) => type)).toEqual(['reasoning', 'text', 'reasoning']);
  });

  it('ends reasoning that was open when the first target failed', async () => {
    const firstContents: readonly Piece[] = [
      ['text', BEGIN],
      ['reasoning', 'hm'],
    ];
    const { events, parts } = await runPieces(firstContents, [['text', 'It ran.']]);
    expect(eventOrderError(events)).toBeUndefined();
    expect(parts).toEqual([
      { type: 'text', text: BEGIN },
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'It ran.' },
    ]);
  });

  it('starts another text part if the first one had ended', async () => {
    const end: ModelEvent = { type: 'part-end', index: 0, part: { type: 'text', text: BEGIN } };
    const { events, parts } = await runPieces([['text', BEGIN]], [['text', 'It ran.']], [end]);
    expect(eventOrderError(events)).toBeUndefined();
    expect(parts).toEqual([
      { type: 'text', text: BEGIN },
      { type: 'text', text: 'It ran.' },
    ]);
  });

  it('emits the other parts of the second target after the parts of the first', async () => {
    const firstContents: readonly Piece[] = [
      ['reasoning', 'hm'],
      ['text', BEGIN],
    ];
    const addedContents: readonly Piece[] = [
      ['text', 'It ran.'],
      ['reasoning', 'well'],
      ['text', 'It slept.'],
    ];
    const { events, parts } = await runPieces(firstContents, addedContents);
    expect(eventOrderError(events)).toBeUndefined();
    expect(parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: `${BEGIN}It ran.` },
      { type: 'reasoning', text: 'well' },
      { type: 'text', text: 'It slept.' },
    ]);
  });

  it('emits the events of both targets as those of one answer', async () => {
    const firstContents: readonly Piece[] = [
      ['reasoning', 'hm'],
      ['text', BEGIN],
    ];
    const { events } = await runPieces(firstContents, [
      ['reasoning', 'well'],
      ['text', 'Ok'],
      ['text', 'ay, it ran.'],
    ]);
    const { error } = events.find(({ type }) => type === 'continued') as { error: LlmError };
    const text = `${BEGIN}Okay, it ran.`;
    expect(events).toEqual([
      { type: 'start', target: 'a/x', id: 'r' },
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'reasoning-delta', index: 0, text: 'hm' },
      { type: 'part-end', index: 0, part: { type: 'reasoning', text: 'hm' } },
      { type: 'part-start', index: 1, part: { type: 'text' } },
      { type: 'text-delta', index: 1, text: BEGIN },
      { type: 'continued', from: 'a/x', error, target: 'b/y' },
      {
        type: 'warning',
        warning: {
          action: 'continued',
          what: 'answer',
          why: 'a/x failed (server): b/y continued after 60 characters',
        },
      },
      { type: 'part-start', index: 2, part: { type: 'reasoning' } },
      { type: 'reasoning-delta', index: 2, text: 'well' },
      { type: 'part-end', index: 2, part: { type: 'reasoning', text: 'well' } },
      { type: 'text-delta', index: 1, text: 'Okay, it ran.' },
      { type: 'part-end', index: 1, part: { type: 'text', text } },
      { type: 'finish', target: 'b/y', reason: 'stop', raw: 'stop', usage: undefined },
    ]);
  });

  it('emits text that may introduce the continuation when the text ends', async () => {
    const { events, parts } = await runPieces([['text', BEGIN]], [['text', 'Ok']]);
    expect(textOf(events)).toBe(`${BEGIN}Ok`);
    expect(parts).toEqual([{ type: 'text', text: `${BEGIN}Ok` }]);
  });

  it('permits tool calls of the second target', async () => {
    const { events, stream } = await runStream(breakingTurn, {
      text: 'I look it up.',
      calls: [{ id: '1', name: 'look', json: '{}' }],
    });
    expect(eventOrderError(events)).toBeUndefined();
    const { toolCalls, finish } = await stream.response();
    expect([toolCalls[0]?.name, finish]).toEqual(['look', 'tool-calls']);
  });

  it('is complete if the second target adds nothing', async () => {
    const { majordomo } = world({ 'a/x': [breakingTurn], 'b/y': [{}] });
    const stream = majordomo.model('a/x,b/y').stream(hi, continuing);
    const events = await readAll(stream);
    expect([textOf(events), eventOrderError(events)]).toEqual([BEGIN, undefined]);
    expect((await stream.response()).parts).toEqual([{ type: 'text', text: BEGIN }]);
  });

  it.each<[string, Turn, object]>([
    ['too little text was emitted', { text: 'Once upon', fail: 'server' }, {}],
    [
      'a tool call had started',
      { text: BEGIN, calls: [{ id: '1', name: 'look', json: '{}' }], fail: 'server' },
      {},
    ],
    ['only reasoning was emitted', { reasoning: 'I think and think and think', fail: 'server' }, {}],
    ['the response follows a schema', breakingTurn, { output: { type: 'object', properties: {} } }],
  ])('starts again if %s', async (_, first, request) => {
    const { types, events } = await runStream(first, 'The whole story.', continuing, request);
    expect(types).toContain('reset');
    expect(types).not.toContain('continued');
    expect(textOf(events.slice(types.indexOf('reset')))).toBe('The whole story.');
  });

  it('throws an error with all emitted text if no target is left', async () => {
    const { error, text } = await runStream(breakingTurn, { text: 'Every ', fail: 'server' });
    expect(text).toBe(`${BEGIN}Every `);
    expect(error).toMatchObject({ kind: 'exhausted', details: { partial: { text } } });
  });

  it('throws at once an error that no other target can avoid', async () => {
    const { error, types } = await runStream({ text: BEGIN, fail: 'auth' }, 'no');
    expect([(error as { kind: string }).kind, types.includes('reset')]).toEqual(['auth', false]);
  });

  it('restarts in generate, because no text was emitted', async () => {
    const { majordomo } = world({ 'a/x': [breakingTurn], 'b/y': ['The whole story.'] });
    expect((await majordomo.model('a/x,b/y').generate(hi, continuing)).text).toBe('The whole story.');
  });

  it('is not needed for restart, which starts again even if the text could be continued', async () => {
    const { types, text } = await runStream(breakingTurn, 'The whole story.', {
      ...continuing,
      afterCommit: 'restart',
    });
    expect([types.includes('continued'), text]).toEqual([false, `${BEGIN}The whole story.`]);
  });

  it('keeps a recovery of the second target', async () => {
    const recover = {
      id: 'r',
      what: 'seed',
      apply: (request: ModelRequest) => ({ ...request, seed: undefined }),
    };
    const seeds: (number | undefined)[] = [];
    const turn =
      (turn: string | Turn): Script =>
      ({ seed }) => {
        seeds.push(seed);
        return turn;
      };
    const { majordomo } = world({
      'a/x': [breakingTurn],
      'b/y': [
        turn({ fail: 'invalid-request', details: { recover } }),
        turn({ text: 'Every morning ', fail: 'server' }),
        turn('it ran.'),
      ],
    });
    const request = { ...hi, seed: 7 };
    const options: CallOptions = { afterCommit: 'continue', policy: { server: { advance: true } } };
    const { text } = await majordomo.model('a/x,b/y').stream(request, options).response();
    expect([text, seeds]).toEqual([`${BEGIN}Every morning it ran.`, [7, undefined, undefined]]);
  });
});

it('an answer with a call that waits for the client is not continued', async () => {
  const call: ModelEvent = {
    type: 'part-end',
    index: 1,
    part: {
      type: 'vendor-call',
      id: 'c1',
      kind: 'shell',
      name: 'shell_call',
      args: {},
      replay: { family: 'f', data: null },
    },
  };
  const { events, parts } = await runPieces([['text', BEGIN]], [['text', 'It ran.']], [call]);
  expect(events.map(({ type }) => type)).not.toContain('continued');
  expect(parts).toEqual([{ type: 'text', text: 'It ran.' }]);
});
