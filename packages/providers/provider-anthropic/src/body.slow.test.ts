import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serializeBody } from './body.ts';
import type { WireRequest } from './request.ts';

const params = (more: object = {}): WireRequest['params'] => ({
  model: 'm',
  max_tokens: 1,
  messages: [],
  ...more,
});

describe('serialize', () => {
  it('returns the JSON of the parameters, with or without tools and stream', () => {
    const tools = [
      {
        name: 'a',
        description: 'x',
        input_schema: { type: 'object', properties: { q: { type: 'string' } } },
      },
      { name: 'b', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } },
      { type: 'web_search_20250305', name: 'web_search' },
    ];
    expect(JSON.parse(serializeBody(params(), false))).toEqual(params());
    expect(JSON.parse(serializeBody(params({ tools }), true))).toEqual(params({ tools, stream: true }));
    expect(JSON.parse(serializeBody(params({ tools: [] }), true))).toEqual(params({ stream: true }));
  });

  it('returns the JSON of any parameters, also the second time', () => {
    const tool = fc.record({ name: fc.string(), input_schema: fc.dictionary(fc.string(), fc.jsonValue()) });
    fc.assert(
      fc.property(fc.array(tool, { minLength: 1 }), fc.jsonValue(), (tools, extra) => {
        const requestParams = params({ tools, extra });
        const expected: unknown = JSON.parse(JSON.stringify(requestParams));
        expect(JSON.parse(serializeBody(requestParams, false))).toEqual(expected);
        expect(JSON.parse(serializeBody(requestParams, false))).toEqual(expected);
      }),
    );
  });

  it.for([
    ['a\ud83dz', 'a\ufffdz'],
    ['\udc00', '\ufffd'],
    ['😀', '😀'],
    ['\\ud83d', '\\ud83d'],
    ['\\\ud83d', '\\\ufffd'],
    ['\\\\ud83d\ud83d', '\\\\ud83d\ufffd'],
  ])('makes %j well-formed', ([text, expected]) => {
    const sent = JSON.parse(
      serializeBody(params({ system: text, tools: [{ name: text, input_schema: { title: text } }] }), false),
    ) as unknown;
    expect(sent).toMatchObject({
      system: expected,
      tools: [{ name: expected, input_schema: { title: expected } }],
    });
  });

  it('makes any string well-formed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.integer({ min: 0xd800, max: 0xdfff }),
        fc.string({ unit: 'binary' }),
        (a, code, b) => {
          const system = a + String.fromCharCode(code) + b;
          const sent = JSON.parse(serializeBody(params({ system }), false)) as { system: string };
          expect(sent.system).toBe(wellFormed(system));
        },
      ),
    );
  });
});

const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text));
