import { LlmError, type ModelEvent, type StreamEvent } from '@majordomo/core';
import { Accumulator, eventOrderError } from '@majordomo/core/toolkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventWriter } from './event-writer.ts';

function writeEvents(write: (writer: EventWriter) => void): readonly ModelEvent[] {
  const writer = new EventWriter('a/x', { collects: true });
  write(writer);
  return writer.take();
}

const parts = (events: readonly ModelEvent[]): unknown[] =>
  events.flatMap((event) => (event.type === 'part-end' ? [event.part] : []));

describe('EventWriter', () => {
  it('separates interleaved calls and returns invalid arguments unchanged', () => {
    const events = writeEvents((writer) => {
      writer.reasoning('hm');
      writer.text('ok');
      writer.toolCall('0', { id: 'c0', name: 'f', json: '{"a"' });
      writer.toolCall('1', { id: 'c1', name: 'g', json: '[1' });
      writer.toolCall('0', { json: ':1}' });
      writer.toolCall('2', { id: 'c2', name: 'h' });
      writer.finish('tool-calls', 'tool_calls', undefined);
    });
    expect(eventOrderError(events)).toBeUndefined();
    expect(parts(events)).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'ok' },
      { type: 'tool-call', id: 'c0', name: 'f', args: { a: 1 } },
      { type: 'tool-call', id: 'c1', name: 'g', args: {}, invalid: { raw: '[1' } },
      { type: 'tool-call', id: 'c2', name: 'h', args: {} },
    ]);
  });

  it('generates the same unique ids for the same response and other ids for another', () => {
    const ids = (response: string): unknown[] =>
      parts(
        writeEvents((writer) => {
          writer.start(response);
          writer.toolCall('0', { name: 'f' });
          writer.toolCall('1', { name: 'f' });
          writer.finish('tool-calls', undefined, undefined);
        }),
      ).map((part) => (part as { id: string }).id);
    expect(new Set(ids('r1')).size).toBe(2);
    expect(ids('r1')).toEqual(ids('r1'));
    expect(ids('r1')).not.toEqual(ids('r2'));
  });

  it('adds replay tokens to the part of the delta', () => {
    const replay = { family: 'f', data: 'sig' };
    expect(
      parts(
        writeEvents((writer) => {
          writer.reasoning('', replay);
          writer.text('t', 'text', replay);
          writer.toolCall('0', { id: 'c', name: 'n', replay });
          writer.finish('stop', undefined, undefined);
        }),
      ),
    ).toEqual([
      { type: 'reasoning', text: '', replay },
      { type: 'text', text: 't', replay },
      { type: 'tool-call', id: 'c', name: 'n', args: {}, replay },
    ]);
  });

  it('writes vendor parts in order and adds citations to the open text', () => {
    const replay = { family: 'f', data: { item: 1 } };
    const citation = { url: 'https://a.example' };
    const events = writeEvents((writer) => {
      expect(writer.cite([citation])).toBe(false);
      writer.vendor({ kind: 'search', text: 'tea', replay });
      expect(writer.openText).toBeUndefined();
      writer.text('Old');
      expect(writer.cite([citation])).toBe(true);
      writer.text('.');
      expect(writer.openText).toBe('Old.');
      expect(writer.cite([])).toBe(true);
      expect(writer.cite([{ document: 1 }])).toBe(true);
      writer.vendor({ kind: 'search_result', replay });
      expect(writer.cite([citation])).toBe(false);
      writer.finish('stop', 'stop', undefined);
    });
    expect(eventOrderError(events)).toBeUndefined();
    expect(parts(events)).toEqual([
      { type: 'vendor', kind: 'search', text: 'tea', replay },
      { type: 'text', text: 'Old.', citations: [citation, { document: 1 }] },
      { type: 'vendor', kind: 'search_result', replay },
    ]);
    expect(events[1]).toMatchObject({ type: 'part-end', index: 0, part: { kind: 'search' } });
  });

  it('returns the events of each call unless it collects them', () => {
    const writer = new EventWriter('a/x');
    expect(writer.text('a').map(({ type }) => type)).toEqual(['start', 'part-start', 'text-delta']);
    expect(writer.text('')).toEqual([]);
    expect(writer.text('b').map(({ type }) => type)).toEqual(['text-delta']);
    expect(writer.finish('stop', undefined, undefined).map(({ type }) => type)).toEqual([
      'part-end',
      'finish',
    ]);
  });

  it('emits early warnings right after the start', () => {
    const warning = { action: 'dropped', what: 'seed', why: 'this wire has none' } as const;
    for (const write of [
      (writer: EventWriter) => writer.start('r'),
      (writer: EventWriter) => writer.text('hi'),
      (writer: EventWriter) => writer.toolCall('0', { id: 'c', name: 'f' }),
      (writer: EventWriter) => writer.finish('stop', undefined, undefined),
    ]) {
      const events = writeEvents((writer) => {
        writer.warning(warning, { ...warning, what: 'topP' });
        write(writer);
      });
      expect(
        events.slice(0, 3).map((event) => ('warning' in event ? event.warning.what : event.type)),
      ).toEqual(['start', 'seed', 'topP']);
    }
  });

  it('writes valid orders for random calls', () => {
    const key = fc.constantFrom('0', '1', 'text');
    const step = fc.oneof(
      fc.tuple(fc.constant('text'), fc.string({ maxLength: 3 }), key),
      fc.tuple(fc.constant('reasoning'), fc.string({ maxLength: 3 }), key),
      fc.tuple(fc.constant('call'), fc.string({ maxLength: 3 }), key),
      fc.tuple(fc.constant('end'), fc.constant(''), key),
      fc.tuple(fc.constant('start'), fc.constant(''), key),
      fc.tuple(fc.constant('warning'), fc.constant(''), key),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const events = writeEvents((writer) => {
          writer.start('r');
          for (const [what, text, at] of steps) {
            if (what === 'text') writer.text(text, `t${at}`);
            if (what === 'reasoning') writer.reasoning(text, undefined, `r${at}`);
            if (what === 'call') writer.toolCall(at, { name: 'n', json: text });
            if (what === 'end') writer.end(at);
            if (what === 'start') writer.start();
            if (what === 'warning') writer.warning({ action: 'dropped', what: 'w', why: 'w' });
          }
          writer.finish('stop', undefined, undefined);
        });
        expect(eventOrderError(events)).toBeUndefined();
        const answer = new Accumulator('a/x');
        for (const event of events) answer.push(event);
        const textDeltas = steps.flatMap(([what, text]) => (what === 'text' ? [text] : []));
        expect(answer.result({ spec: 's', attempts: [] }).text).toBe(textDeltas.join(''));
      }),
      { numRuns: process.env['SOAK'] === undefined ? 200 : 2000, seed: 20_261_120 },
    );
  });
});

describe('events of EventWriter', () => {
  const usage = { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

  it('begin with the target and end with the raw reason and usage', () => {
    const events = writeEvents((writer) => {
      writer.start('r1');
      writer.start('r2');
      writer.reasoning('hm');
      writer.text('a');
      writer.finish('stop', 'end_turn', usage);
    });
    expect(events).toEqual([
      { type: 'start', target: 'a/x', id: 'r1' },
      { type: 'part-start', index: 0, part: { type: 'reasoning' } },
      { type: 'reasoning-delta', index: 0, text: 'hm' },
      { type: 'part-end', index: 0, part: { type: 'reasoning', text: 'hm' } },
      { type: 'part-start', index: 1, part: { type: 'text' } },
      { type: 'text-delta', index: 1, text: 'a' },
      { type: 'part-end', index: 1, part: { type: 'text', text: 'a' } },
      { type: 'finish', target: 'a/x', reason: 'stop', raw: 'end_turn', usage },
    ]);
  });

  it('open a part for another key and continue the part of the same key', () => {
    const events = writeEvents((writer) => {
      for (const key of ['1', '1', '2']) writer.text('a', key);
      for (const key of ['1', '1', '2']) writer.reasoning('b', undefined, key);
      writer.finish('stop', undefined, undefined);
    });
    expect(parts(events).map((part) => (part as { text: string }).text)).toEqual(['aa', 'a', 'bb', 'b']);
  });

  it('use the type as the default key', () => {
    const events = writeEvents((writer) => {
      writer.text('a');
      writer.text('b', 'text');
      writer.reasoning('c');
      writer.reasoning('d', undefined, 'reasoning');
      writer.finish('stop', undefined, undefined);
    });
    expect(parts(events)).toMatchObject([{ text: 'ab' }, { text: 'cd' }]);
  });

  it('contain the start and fragments of a call, without empty fragments', () => {
    const events = writeEvents((writer) => {
      writer.toolCall('0', { id: 'c', name: 'f', json: '' });
      writer.toolCall('0', { json: '{}' });
    });
    expect(events.slice(1)).toEqual([
      { type: 'part-start', index: 0, part: { type: 'tool-call', id: 'c', name: 'f' } },
      { type: 'args-delta', index: 0, json: '{}' },
    ]);
  });

  it('add a replay token without text to the open part, or open one', () => {
    const replay = { family: 'f', data: 'sig' };
    const events = writeEvents((writer) => {
      writer.reasoning('hm');
      writer.reasoning('', replay);
      writer.text('', 'text', replay);
      writer.toolCall('0', { id: 'c', name: 'f' });
      writer.toolCall('0', { replay });
      writer.finish('stop', undefined, undefined);
    });
    expect(parts(events)).toMatchObject([
      { text: 'hm', replay },
      { text: '', replay },
      { name: 'f', replay },
    ]);
    expect(events.filter(({ type }) => type.endsWith('-delta'))).toHaveLength(1);
  });

  it('have a generated id if the wire has none', () => {
    const idFor = (response?: string): unknown =>
      parts(
        writeEvents((writer) => {
          writer.start(response);
          writer.toolCall('0', { id: '', name: 'f' });
          writer.end('0');
        }),
      );
    expect(idFor()).toMatchObject([{ id: 'call_0' }]);
    expect(idFor('r1')).toMatchObject([{ id: expect.stringMatching(/^call_[0-9a-z]+_0$/) }]);
  });

  it('have an empty name if the wire has none', () => {
    const events = writeEvents((writer) => {
      writer.toolCall('0', { id: 'c' });
      writer.finish('tool-calls', undefined, undefined);
    });
    expect(parts(events)).toEqual([{ type: 'tool-call', id: 'c', name: '', args: {} }]);
  });

  it('are returned by take() once', () => {
    const writer = new EventWriter('a/x', { collects: true });
    expect([writer.hasContent, writer.take()]).toEqual([false, []]);
    writer.text('a');
    expect([writer.hasContent, writer.take().length, writer.take().length]).toEqual([true, 3, 0]);
    writer.text('b');
    expect(writer.take()).toEqual([{ type: 'text-delta', index: 0, text: 'b' }]);
  });

  it('are returned by each method, or only by take() if the writer collects them', () => {
    const warning = { action: 'dropped', what: 'seed', why: 'w' } as const;
    const calls: ((writer: EventWriter) => readonly ModelEvent[])[] = [
      (writer) => writer.text(''),
      (writer) => writer.reasoning(''),
      (writer) => writer.start('r'),
      (writer) => writer.start('r'),
      (writer) => writer.warning(warning, warning),
      (writer) => writer.reasoning('a'),
      (writer) => writer.reasoning(''),
      (writer) => writer.toolCall('0', { id: 'c', name: 'f' }),
      (writer) => writer.end('1'),
      (writer) => writer.end('0'),
    ];
    const [returning, collecting] = [new EventWriter('a/x'), new EventWriter('a/x', { collects: true })];
    expect(calls.map((call) => call(returning).length)).toEqual([0, 0, 1, 0, 2, 2, 0, 2, 0, 1]);
    expect(calls.map((call) => call(collecting).length)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(collecting.take()).toHaveLength(8);
  });
});

describe('eventOrderError', () => {
  const start: ModelEvent = { type: 'start', target: 't', id: undefined };
  const finish: ModelEvent = {
    type: 'finish',
    target: 't',
    reason: 'stop',
    raw: undefined,
    usage: undefined,
  };
  const open: ModelEvent = { type: 'part-start', index: 0, part: { type: 'text' } };
  const delta: ModelEvent = { type: 'text-delta', index: 0, text: 'a' };
  const close = { type: 'part-end', index: 0, part: { type: 'text', text: 'a' } } as const;
  const reset: StreamEvent = { type: 'reset', target: 't', error: new LlmError('network', 'cut') };

  it.each<[string, readonly StreamEvent[]]>([
    ['no finish', [start, open, delta, close]],
    ['before the start', [open]],
    ['a second start', [start, start]],
    ['after the finish', [start, finish, delta]],
    ['parts are still open', [start, open, finish]],
    ['no open part of its type', [start, delta]],
    ['no open part of its type', [start, open, { type: 'args-delta', index: 0, json: '' }]],
    ['no open part of its type', [start, open, close, close]],
    ['index 1 where 0 was due', [start, { ...open, index: 1 }]],
    ['index 0 where 1 was due', [start, open, close, open]],
    ['no open part of its type', [start, open, { type: 'reasoning-delta', index: 0, text: '' }]],
    ['no open part of its type', [start, open, { ...close, part: { type: 'reasoning', text: '' } }]],
    ['event 2 (text-delta): after the finish', [start, finish, delta]],
    ['event 0: reset without an attempt to drop', [reset, start, finish]],
    ['event 2: reset without an attempt to drop', [start, finish, reset]],
    ['event 2: reset without an attempt to drop', [start, reset, reset]],
    ['event 2 (part-start): before the start', [start, reset, open]],
  ])('reports: %s', (fault, events) => {
    expect(eventOrderError(events)).toContain(fault);
  });

  it.each<[string, readonly StreamEvent[]]>([
    ['a complete response', [start, open, delta, close, finish]],
    ['a warning', [start, { type: 'warning', warning: { action: 'dropped', what: 'w', why: 'w' } }, finish]],
    ['a restart', [start, open, delta, reset, start, open, close, finish]],
  ])('accepts %s', (_, events) => {
    expect(eventOrderError(events)).toBeUndefined();
  });
});

describe('arguments of a tool call', () => {
  const call = (
    write: (writer: EventWriter) => void,
    reason: 'tool-calls' | 'length' = 'tool-calls',
  ): unknown[] =>
    writeEvents((writer) => {
      writer.start();
      write(writer);
      writer.finish(reason, undefined, undefined);
    }).flatMap((event): unknown[] =>
      event.type === 'part-end' ? [event.part] : event.type === 'warning' ? [event.warning] : [],
    );
  const invalidArguments = (raw: string): object => ({
    type: 'tool-call',
    id: 'c',
    name: 'f',
    args: {},
    invalid: { raw },
  });

  it('are repaired, with a warning that names the tool and the repair but no value', () => {
    expect(call((writer) => writer.toolCall('0', { id: 'c', name: 'f', json: '{"a":["secret",]' }))).toEqual([
      { action: 'repaired', what: 'arguments of f', why: 'trailing comma, missing closer' },
      { type: 'tool-call', id: 'c', name: 'f', args: { a: ['secret'] } },
    ]);
  });

  it('are invalid and not repaired if the response was truncated', () => {
    const cut = (json: string): unknown[] =>
      call((writer) => writer.toolCall('0', { id: 'c', name: 'f', json }), 'length');
    expect(cut('{"a":[1,2')).toEqual([invalidArguments('{"a":[1,2')]);
    expect(cut('')).toEqual([invalidArguments('')]);
  });

  it('are the complete arguments that the wire reports at the end', () => {
    const completeArguments = (json: string): unknown[] =>
      call((writer) => {
        writer.toolCall('0', { id: 'c', name: 'f', json });
        writer.toolCall('0', { complete: '{"a":1}' });
      });
    const toolCall = { type: 'tool-call', id: 'c', name: 'f', args: { a: 1 } };
    expect(completeArguments('{"a"')).toEqual([toolCall]);
    expect(completeArguments('{"a":2}')).toEqual([
      { action: 'repaired', what: 'arguments of f', why: 'the fragments did not add up to them' },
      toolCall,
    ]);
  });

  it('are invalid if the vendor reports the call as incomplete', () => {
    expect(
      call((writer) => writer.toolCall('0', { id: 'c', name: 'f', json: '{"a":1}', unfinished: true })),
    ).toEqual([invalidArguments('{"a":1}')]);
  });

  it('are emitted once without a warning if the wire repeats them', () => {
    const repeatArguments = (json: string | undefined): readonly ModelEvent[] =>
      writeEvents((writer) => {
        writer.toolCall('0', { id: 'c', name: 'f', json });
        writer.toolCall('0', { complete: '{"a":1}' });
      }).filter(({ type }) => type === 'args-delta' || type === 'warning');
    expect(repeatArguments('{"a":1}')).toEqual([{ type: 'args-delta', index: 0, json: '{"a":1}' }]);
    expect(repeatArguments(undefined)).toEqual([{ type: 'args-delta', index: 0, json: '{"a":1}' }]);
  });
});

it('generates an id for a duplicate id and for an id that is not a string', () => {
  const writer = new EventWriter('a/x', { collects: true });
  writer.start('r');
  writer.toolCall('0', { id: 'same', name: 'f' });
  writer.toolCall('1', { id: 'same', name: 'f' });
  writer.toolCall('2', { id: null as unknown as string, name: 'f' });
  writer.finish('tool-calls', undefined, undefined);
  const events = writer.take();
  const ids = events.flatMap((event) =>
    event.type === 'part-end' && event.part.type === 'tool-call' ? [event.part.id] : [],
  );
  expect(ids).toEqual(['same', expect.stringMatching(/^call_.*_1$/), expect.stringMatching(/^call_.*_2$/)]);
  expect(events.filter(({ type }) => type === 'warning')).toHaveLength(1);
});
