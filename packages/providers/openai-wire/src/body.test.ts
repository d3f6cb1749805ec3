import { describe, expect, it } from 'vitest';
import { bodyText } from './body.ts';

describe('bodyText', () => {
  it('returns the JSON of the members', () => {
    const params = {
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ type: 'function' }],
      temperature: 0,
    };
    expect(JSON.parse(bodyText(params))).toEqual(params);
    expect(JSON.parse(bodyText({ model: 'm' }))).toEqual({ model: 'm' });
  });

  it('serializes the same list of tools once', () => {
    let times = 0;
    const tools = [{ toJSON: () => ({ name: `t${++times}` }) }];
    expect(bodyText({ model: 'm', tools })).toBe('{"model":"m","tools":[{"name":"t1"}]}');
    expect(bodyText({ model: 'n', tools })).toBe('{"model":"n","tools":[{"name":"t1"}]}');
    expect(bodyText({ model: 'm', tools: [...tools] })).toBe('{"model":"m","tools":[{"name":"t2"}]}');
  });

  it.each([
    ['a lone high surrogate', 'a\ud83db', 'a\ufffdb'],
    ['a lone low surrogate', '\ude00', '\ufffd'],
    ['two in a row', '\ud83d\ud83d', '\ufffd\ufffd'],
    ['one after a backslash', '\\\ud83d', '\\\ufffd'],
    ['a pair', 'a😀b', 'a😀b'],
    ['a string that contains an escape as text', '\\ud83d', '\\ud83d'],
  ])('replaces only lone surrogates: %s, in values and in keys', (_what, input, expected) => {
    const params = { model: input, tools: [{ [input]: input }], messages: [{ nested: [input] }] };
    expect(JSON.parse(bodyText(params))).toEqual({
      model: expected,
      tools: [{ [expected]: expected }],
      messages: [{ nested: [expected] }],
    });
  });
});
