import type { AssistantPart } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { call, delta, DONE, failureOf, part, replay, stop, stream } from '../../test/reading.ts';

/** Returns the generated id of the call at `index` of response `r1`. */
const generatedId = (index: number): string =>
  stream(
    ...Array.from({ length: index + 1 }, (_, index) => call(index, { function: { name: 'f' } })),
    stop,
  ).parts.flatMap((each) => (each.type === 'tool-call' ? [each.id] : []))[index] ?? '';

describe('tool calls', () => {
  it.each<[string, object[], AssistantPart[]]>([
    [
      'interleaved, the id on the first fragment',
      [
        call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        call(1, { id: 'b', function: { name: 'g', arguments: '{' } }),
        call(0, { function: { arguments: ':1}' } }),
        call(1, { function: { arguments: '}' } }),
      ],
      [part('a', 'f', { x: 1 }), part('b', 'g', {})],
    ],
    [
      'with the id on every fragment',
      [
        call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        call(0, { id: 'a', function: { name: 'f', arguments: ':1}' } }),
      ],
      [part('a', 'f', { x: 1 })],
    ],
    [
      'with an empty id on later fragments',
      [
        call(0, { id: 'a', function: { name: 'f', arguments: '{' } }),
        call(0, { id: '', function: { name: '', arguments: '}' } }),
      ],
      [part('a', 'f', {})],
    ],
    [
      'all on one index, distinguished by their ids',
      [
        call(0, { id: 'a', function: { name: 'f', arguments: '{}' } }),
        call(0, { id: 'b', function: { name: 'g', arguments: '{}' } }),
      ],
      [part('a', 'f', {}), part('b', 'g', {})],
    ],
    [
      'without an index, complete',
      [
        delta({
          tool_calls: [
            { id: 'a', function: { name: 'f', arguments: '{}' } },
            { id: 'b', function: { name: 'g', arguments: '{}' } },
          ],
        }),
      ],
      [part('a', 'f', {}), part('b', 'g', {})],
    ],
    [
      'without an index, in fragments',
      [
        call(undefined, { id: 'a', function: { name: 'f', arguments: '{' } }),
        call(undefined, { function: { arguments: '}' } }),
      ],
      [part('a', 'f', {})],
    ],
    [
      'whose name arrives after the first arguments',
      [
        call(0, { id: 'a', function: { arguments: '{"x":' } }),
        call(0, { function: { name: 'f', arguments: '1}' } }),
      ],
      [part('a', 'f', { x: 1 })],
    ],
    [
      'with arguments that are not a string',
      [call(0, { id: 'a', function: { name: 'f', arguments: { x: 1 } } })],
      [part('a', 'f', { x: 1 })],
    ],
    [
      'two in one array, with neither index nor id',
      [
        delta({
          tool_calls: [
            { function: { name: 'f', arguments: '{"x":1}' } },
            { function: { name: 'g', arguments: '{"y":2}' } },
          ],
        }),
      ],
      [part(generatedId(0), 'f', { x: 1 }), part(generatedId(1), 'g', { y: 2 })],
    ],
    [
      'one after the other, with neither index nor id, in fragments',
      [
        call(undefined, { function: { name: 'f', arguments: '{"x"' } }),
        call(undefined, { function: { arguments: ':1}' } }),
        call(undefined, { function: { name: 'f', arguments: '{"x":2}' } }),
      ],
      [part(generatedId(0), 'f', { x: 1 }), part(generatedId(1), 'f', { x: 2 })],
    ],
    [
      'all on one index, with empty ids or none',
      [
        call(0, { id: '', function: { name: 'f', arguments: '{"x":1}' } }),
        call(0, { function: { name: 'g', arguments: '' } }),
        call(0, { function: { arguments: '{"y":2}' } }),
        call(0, { id: '', function: { name: 'h', arguments: '{}' } }),
      ],
      [
        part(generatedId(0), 'f', { x: 1 }),
        part(generatedId(1), 'g', { y: 2 }),
        part(generatedId(2), 'h', {}),
      ],
    ],
    [
      'all on one index, the first ones without arguments',
      [
        call(0, { function: { name: 'f', arguments: '' } }),
        call(0, { function: { name: 'g', arguments: '{}' } }),
      ],
      [part(generatedId(0), 'f', {}), part(generatedId(1), 'g', {})],
    ],
    [
      'of one tool, all on one index, without ids',
      [
        call(0, { function: { name: 'f', arguments: '' } }),
        call(0, { function: { arguments: '{"x":1}' } }),
        call(0, { function: { name: 'f', arguments: '' } }),
        call(0, { function: { arguments: '{"x"' } }),
        call(0, { function: { arguments: ':2}' } }),
      ],
      [part(generatedId(0), 'f', { x: 1 }), part(generatedId(1), 'f', { x: 2 })],
    ],
    [
      'with the name on every fragment and no id',
      [
        call(0, { function: { name: 'f', arguments: '{"x"' } }),
        call(0, { function: { name: 'f', arguments: ':1}' } }),
        call(0, { function: { name: 'f', arguments: '' } }),
      ],
      [part(generatedId(0), 'f', { x: 1 })],
    ],
    [
      'whose id changes on every fragment',
      [
        call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        call(0, { id: 'b', function: { arguments: ':' } }),
        call(0, { id: 'c', function: { name: '', arguments: '1}' } }),
      ],
      [part('a', 'f', { x: 1 })],
    ],
    [
      'whose id changes, without an index',
      [
        call(undefined, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        call(undefined, { id: 'b', function: { arguments: ':1}' } }),
      ],
      [part('a', 'f', { x: 1 })],
    ],
    [
      'with no arguments',
      [call(0, { id: 'a', function: { name: 'f', arguments: '' } })],
      [part('a', 'f', {})],
    ],
  ])('are assembled: %s', (_how, chunks, expected) => {
    const { parts, finish } = stream(...chunks, delta({}, 'tool_calls'), DONE);
    expect(parts).toEqual(expected);
    expect(finish?.reason).toBe('tool-calls');
  });

  it('get a deterministic id if none was sent', () => {
    const chunks = [
      call(0, { function: { name: 'f', arguments: '{}' } }),
      call(1, { function: { name: 'f', arguments: '{}' } }),
      delta({}, 'stop'),
    ];
    const ids = stream(...chunks).parts.map((each) => (each.type === 'tool-call' ? each.id : ''));
    expect(new Set(ids).size).toBe(2);
    expect(stream(...chunks).parts.map((each) => (each.type === 'tool-call' ? each.id : ''))).toEqual(ids);
  });

  it('get different ids if two have the same id', () => {
    const { parts, events } = stream(
      call(0, { id: 'a', function: { name: 'f' } }),
      call(1, { id: 'a', function: { name: 'g' } }),
      stop,
    );
    expect(new Set(parts.map((each) => (each.type === 'tool-call' ? each.id : ''))).size).toBe(2);
    expect(events.some(({ type }) => type === 'warning')).toBe(true);
  });

  it('are not split by text between their fragments', () => {
    const { parts } = stream(
      call(0, { id: 'a', function: { name: 'f', arguments: '{"x"' } }),
      delta({ content: '\n', reasoning_content: 'hm' }),
      call(0, { function: { arguments: ':1}' } }),
      stop,
    );
    expect(parts).toEqual([
      part('a', 'f', { x: 1 }),
      { type: 'reasoning', text: 'hm', replay },
      { type: 'text', text: '\n' },
    ]);
  });

  it('are read in the form of 2023', () => {
    const { parts, finish } = stream(
      delta({ function_call: { name: 'f', arguments: '{' } }),
      delta({ function_call: { arguments: '}' } }),
      delta({}, 'function_call'),
    );
    expect(parts).toEqual([part(expect.any(String) as string, 'f', {})]);
    expect(finish?.reason).toBe('tool-calls');
  });

  it('are invalid with arguments that are not an object', () => {
    const { parts } = stream(
      call(0, { id: 'a', function: { name: 'f', arguments: '{"x": ' } }),
      delta({}, 'length'),
    );
    expect(parts).toEqual([{ ...part('a', 'f', {}), invalid: { raw: '{"x": ' } }]);
  });

  it('are rejected without a name', () => {
    expect(failureOf(() => stream(call(0, { id: 'a', function: { arguments: '{}' } }), stop))).toMatchObject({
      kind: 'protocol',
      details: { path: 'choices[0].delta.tool_calls[0].function.name' },
    });
  });
});
