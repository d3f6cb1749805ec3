import { assistant, toolResult, user } from '@majordomo/core';
import type { AssistantPart, ModelRequest, TurnMessage } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { MESSAGES_QUIRKS } from './quirks.ts';
import { toWire } from './request.ts';

const thought: AssistantPart = {
  type: 'reasoning',
  text: 't',
  replay: { family: 'claude', data: { signature: 's' } },
};

/** Ten rounds of question, thinking, tool call, result and answer. */
const rounds = (count: number): TurnMessage[] =>
  Array.from({ length: count }, (_, n) => n).flatMap((n) => [
    user(`question ${n}`),
    assistant([thought, { type: 'tool-call', id: `c${n}`, name: 't', args: { n } }]),
    toolResult({ callId: `c${n}`, name: 't', content: n % 2 === 0 ? '' : `result ${n}` }),
    assistant(`answer ${n}`),
  ]);

const tools = ['a', 'b'].map((name) => ({ name, description: 'd', parameters: { type: 'object' } }));
const ask = (cache: ModelRequest['cache'], messages: readonly TurnMessage[]): ModelRequest => ({
  messages,
  tools,
  system: 'be brief',
  cache,
  output: undefined,
  extra: {},
});
const params = (cache: ModelRequest['cache'], messages: readonly TurnMessage[]) =>
  toWire(ask(cache, messages), 'claude-x', MESSAGES_QUIRKS, 'claude').params;

const markers = (value: unknown): number => JSON.stringify(value).split('"cache_control"').length - 1;
const plain = (value: unknown): string => JSON.stringify(value).replace(/,"cache_control":\{[^}]*\}/g, '');

describe('cache markers', () => {
  it.for([
    ['short', { type: 'ephemeral', ttl: '5m' }],
    ['long', { type: 'ephemeral', ttl: '1h' }],
  ] as const)(
    '%s: on the last tool, the system prompt, the last message and the one of the user before',
    ([cache, control]) => {
      const got = params(cache, [...rounds(2), user('last')]);
      expect(got.tools?.map((tool) => tool.cache_control)).toEqual([undefined, control]);
      expect(got.system).toEqual([{ type: 'text', text: 'be brief', cache_control: control }]);
      const marked = got.messages.flatMap(({ content }, at) => (markers(content) > 0 ? [at] : []));
      expect(marked).toEqual([got.messages.length - 3, got.messages.length - 1]);
      expect(markers(got)).toBe(4);
    },
  );

  it('stand on no thinking, and there is none where there is no place', () => {
    const bare = toWire(
      { ...ask('short', [user('hi')]), tools: [], system: ' ' },
      'claude-x',
      MESSAGES_QUIRKS,
      'claude',
    ).params;
    expect(markers(bare)).toBe(1);
    const last = [user('a'), assistant([{ type: 'text', text: 'b' }, thought])];
    const thinking = toWire(
      { ...ask('short', last), reasoning: 'low' },
      'claude-x',
      MESSAGES_QUIRKS,
      'claude',
    ).params;
    expect(thinking.messages[1]?.content[0]).toHaveProperty('cache_control');
    expect(thinking.messages[1]?.content[1]).not.toHaveProperty('cache_control');
  });

  it.for(['none', undefined] as const)('%s: there are none', (cache) => {
    expect(markers(params(cache, [user('hi')]))).toBe(0);
  });

  it.for(['none', 'short', 'long'] as const)(
    '%s: the messages of each of ten turns are a prefix of the next ones',
    (cache) => {
      for (let turn = 1; turn < 10; turn++) {
        const before = params(cache, [...rounds(turn), user(`question ${turn}`)]);
        const after = params(cache, [...rounds(turn + 1), user(`question ${turn + 1}`)]);
        expect(plain(after.messages).startsWith(plain(before.messages).slice(0, -3))).toBe(true);
        expect(plain([after.tools, after.system])).toBe(plain([before.tools, before.system]));
        expect(markers(after)).toBeLessThanOrEqual(4);
        if (cache === 'none') expect(JSON.stringify(after.messages)).toBe(plain(after.messages));
      }
    },
  );
});
