import { assistant, toolResult, user } from '@majordomo/core';
import type { AssistantPart, CacheLifetime, ModelCache, ModelRequest, TurnMessage } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { MESSAGES_QUIRKS } from './quirks.ts';
import { toWire } from './request.ts';

const thinkingPart: AssistantPart = {
  type: 'reasoning',
  text: 't',
  replay: { family: 'claude', data: { signature: 's' } },
};

/** Ten rounds of question, thinking, tool call, result and response. */
const rounds = (count: number): TurnMessage[] =>
  Array.from({ length: count }, (_, n) => n).flatMap((n) => [
    user(`question ${n}`),
    assistant([thinkingPart, { type: 'tool-call', id: `c${n}`, name: 't', args: { n } }]),
    toolResult({ callId: `c${n}`, name: 't', content: n % 2 === 0 ? '' : `result ${n}` }),
    assistant(`answer ${n}`),
  ]);

const tools = ['a', 'b'].map((name) => ({ name, description: 'd', parameters: { type: 'object' } }));
const requestOf = (cache: CacheLifetime | undefined, messages: readonly TurnMessage[]): ModelRequest => ({
  messages,
  tools,
  system: 'be brief',
  cache: cache && { prefix: cache, messages: cache, after: 0, key: 'k' },
  output: undefined,
  extra: {},
});
const params = (cache: CacheLifetime | undefined, messages: readonly TurnMessage[]) =>
  toWire(requestOf(cache, messages), 'claude-x', MESSAGES_QUIRKS, 'claude').params;

const SHORT = { type: 'ephemeral', ttl: '5m' };
const plan = (members: Partial<ModelCache>): ModelCache => ({
  prefix: 'short',
  messages: 'short',
  after: 0,
  key: 'k',
  ...members,
});
const wire = (
  cache: ModelCache,
  messages: readonly TurnMessage[],
  sent: ModelRequest['tools'] = tools,
  system = 'be brief',
) =>
  toWire(
    { ...requestOf(undefined, messages), cache, tools: sent, system },
    'claude-x',
    MESSAGES_QUIRKS,
    'claude',
  ).params;

const markers = (value: unknown): number => JSON.stringify(value).split('"cache_control"').length - 1;
const plain = (value: unknown): string => JSON.stringify(value).replace(/,"cache_control":\{[^}]*\}/g, '');

describe('cache markers', () => {
  it('follow the system text of a question', () => {
    const { system, messages } = wire(plan({ messages: 'none' }), [user('hi')], []);
    expect(system).toEqual([{ type: 'text', text: 'be brief', cache_control: SHORT }]);
    expect(markers(messages)).toBe(0);
  });

  it('follow the tools without system text', () => {
    const { tools: sent } = wire(plan({ messages: 'none' }), [user('hi')], tools, ' ');
    expect(sent?.map((tool) => tool.cache_control)).toEqual([undefined, SHORT]);
  });

  it('follow the system text and the last block of a conversation', () => {
    const wireParams = wire(plan({}), [...rounds(2), user('last')]);
    expect(markers(wireParams.tools)).toBe(0);
    expect(markers(wireParams.system)).toBe(1);
    expect(wireParams.messages.at(-1)?.content.at(-1)).toHaveProperty('cache_control', SHORT);
    expect(markers(wireParams)).toBe(2);
  });

  it('of an hour precede those of five minutes', () => {
    const wireParams = wire(plan({ prefix: 'long' }), [...rounds(12), user('last')]);
    const ttls = [
      ...JSON.stringify([wireParams.tools, wireParams.system, wireParams.messages]).matchAll(
        /"ttl":"(\w+)"/g,
      ),
    ];
    expect(ttls.map(([, ttl]) => ttl)).toEqual(['1h', '5m', '5m', '5m']);
  });

  it('separate leading messages from a question that becomes part of the same message', () => {
    const messages = [user('document'), user('question')];
    const wireParams = wire(plan({ messages: 'none', after: 1 }), messages);
    expect(wireParams.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'document', cache_control: SHORT },
          { type: 'text', text: 'question' },
        ],
      },
    ]);
  });

  it('skip thinking, and are omitted without a markable block', () => {
    const bare = toWire(
      { ...requestOf('short', [user('hi')]), tools: [], system: ' ' },
      'claude-x',
      MESSAGES_QUIRKS,
      'claude',
    ).params;
    expect(markers(bare)).toBe(1);
    const last = [user('a'), assistant([{ type: 'text', text: 'b' }, thinkingPart])];
    const thinking = toWire(
      { ...requestOf('short', last), reasoning: 'low' },
      'claude-x',
      MESSAGES_QUIRKS,
      'claude',
    ).params;
    expect(thinking.messages[1]?.content[0]).toHaveProperty('cache_control');
    expect(thinking.messages[1]?.content[1]).not.toHaveProperty('cache_control');
  });

  it.for(['none', undefined] as const)('%s: are omitted', (cache) => {
    expect(markers(params(cache, [user('hi')]))).toBe(0);
  });

  it.for(['none', 'short', 'long'] as const)(
    '%s: leave the messages of each of ten turns a prefix of the next ones',
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
