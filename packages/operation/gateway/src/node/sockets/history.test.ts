import { concatBytes } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { bodyChunks, historyAfter } from './history.ts';

const parse = (chunks: readonly Uint8Array[]): unknown =>
  JSON.parse(new TextDecoder().decode(concatBytes(chunks)));
const response = (id: string, ...output: readonly object[]) => ({ id, output, store: false });
const message = (content: string) => ({ type: 'message', content });
const [question, answer, next] = [message('a'), message('b'), message('c')] as const;

describe('the body of a request that continues a conversation', () => {
  it('contains the items of the conversation, and their bytes without a copy', () => {
    const first = historyAfter(
      response('r1', answer),
      { input: [question], previous_response_id: 's' },
      undefined,
    );
    const body = { model: 'm', input: [next], previous_response_id: 'r1' };
    const chunks = bodyChunks(body, first);
    const expected = { model: 'm', previous_response_id: 's', stream: true, input: [question, answer, next] };
    expect(parse(chunks)).toEqual(expected);
    expect(chunks.map(({ buffer }) => buffer)).toContain(first?.json.buffer);
    const second = historyAfter(response('r2'), body, first);
    expect([parse([second?.json ?? new Uint8Array()]), second?.count]).toEqual([expected.input, 3]);
  });

  it.each([
    [[], [next], [next]],
    [[question], [], [question]],
    [[], [], []],
  ])('with the items %j and the input %j has the input %j', (items, input, expected) => {
    const history = historyAfter(response('r1'), { input: items }, undefined);
    expect(parse(bodyChunks({ input }, history))).toEqual({ stream: true, input: expected });
  });
});
