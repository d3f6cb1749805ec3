import { assistant, LlmError, toolResult, user, type Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { boundsOf } from '../src/compact/bounds.ts';
import { createCompactor, estimateTokens, tokenMeter, type CompactorOptions } from '../src/index.ts';
import { textsOf, setUpCompactor } from './support/compactor-setup.ts';

const long = (topic: string, words = 150): string => `${topic} `.repeat(words);
/** A question and its answer, `words` long each. */
const exchange = (topic: string, words?: number): readonly Message[] => [
  user(long(topic, words)),
  assistant(long(topic, words)),
];
const talk = (topics: readonly string[], words?: number): readonly Message[] =>
  topics.flatMap((topic) => exchange(topic, words));
const conversation = [...talk(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']), user('And now?')];

const lookup = (at: string, found: string, id: string): readonly Message[] => [
  assistant([{ type: 'tool-call', id, name: 'look', args: { at } }]),
  toolResult({ callId: id, name: 'look', content: found }),
];

const lookups = Array.from({ length: 20 }, (_, at) => lookup('x', long('found'), `c${at}`)).flat();

describe('bounds', () => {
  it.each([
    [128_000, 64_000, 12_800, 6400],
    [1_000_000, 500_000, 100_000, 12_000],
    [32_000, 16_000, 3200, 2000],
  ])('of %i tokens of context are %i, %i and %i', (contextTokens, threshold, tail, summary) => {
    expect(boundsOf(contextTokens, {})).toEqual({ contextTokens, threshold, tail, summary });
  });

  it('follow the options of the caller', () => {
    expect(boundsOf(1_000_000, { threshold: 0.8, tail: 0.5 })).toMatchObject({
      threshold: 800_000,
      tail: 400_000,
    });
  });

  it('are lower for a summarizer with a smaller context', () => {
    expect(boundsOf(200_000, { summarizerTokens: 32_000 }).threshold).toBe(22_400);
  });

  it('reject invalid options, and name the remedy', () => {
    const options = { summarizer: setUpCompactor().model, contextTokens: 0 };
    expect(() => createCompactor(options)).toThrow('contextTokens: must be a number above 0, or a function');
  });
});

describe('a transcript that fits', () => {
  it('is sent unchanged, without a request to the summarizer', async () => {
    const { compactor, requests, events } = setUpCompactor();
    const messages = [user('hi')];
    expect(await compactor.run(messages)).toEqual({ messages, lineage: undefined, skipped: 'fits' });
    expect([requests.length, events]).toEqual([0, [{ type: 'skipped', why: 'fits' }]]);
  });
});

describe('a long transcript', () => {
  it('has a summary in place of its middle, and reports the lineage', async () => {
    const { compactor, events, requests, clock } = setUpCompactor('They talked.');
    const { messages, lineage } = await compactor.run(conversation);
    expect(messages.slice(0, 3)).toEqual(conversation.slice(0, 3));
    expect(textsOf(messages)).toContain('They talked.');
    expect(messages.at(-1)).toBe(conversation.at(-1));
    expect(lineage).toMatchObject({
      from: 3,
      summary: 'They talked.',
      at: new Date(clock.now()).toISOString(),
    });
    expect(lineage?.tokensAfter).toBeLessThan((lineage?.tokensBefore ?? 0) * 0.9);
    expect(events).toEqual([{ type: 'compacted', lineage }]);
    expect(requests[0]?.request).toMatchObject({ tools: [], messages: [{ role: 'user' }] });
    expect(requests[0]?.request.system).toBeUndefined();
    expect(requests[0]?.request.messages).toHaveLength(1);
  });

  it('is not summarized again while it fits, and begins with the same messages', async () => {
    const { compactor, requests } = setUpCompactor();
    const first = await compactor.run(conversation);
    const grown = [...conversation, assistant('Well.'), user('Go on.')];
    const second = await compactor.run(grown);
    expect(second.messages.slice(0, first.messages.length)).toEqual(first.messages);
    expect([second.skipped, requests.length]).toEqual(['fits', 1]);
  });

  it('has its summary updated by the next one, in place of a summary of a summary', async () => {
    const { compactor, prompts } = setUpCompactor((prompt) =>
      prompt.includes('FACT ONE') ? 'FACT ONE and FACT TWO' : 'FACT ONE',
    );
    await compactor.run(conversation);
    const more = [...conversation, ...talk(['k', 'l', 'm', 'n', 'o', 'p', 'q']), user('So?')];
    const { messages, lineage } = await compactor.run(more);
    expect(prompts()).toHaveLength(2);
    expect(prompts()[1]).toContain('<summary-so-far>\nFACT ONE\n</summary-so-far>');
    expect(prompts()[1]).not.toContain('For reference');
    const text = textsOf(messages);
    expect(text.split('<summary-of-earlier-conversation>')).toHaveLength(2);
    expect(text).toContain('FACT ONE and FACT TWO');
    expect(lineage?.from).toBe(3);
  });

  it('that exceeds the context many times is summarized in several requests of one run', async () => {
    const { compactor, requests, events } = setUpCompactor('SUMMARY', { contextTokens: 6000 });
    const input = [...talk(Array.from('a story of many words and turns'), 200), user('?')];
    const { messages, lineage } = await compactor.run(input);
    expect(requests.length).toBeGreaterThan(1);
    expect(events.map(({ type }) => type)).toEqual(requests.map(() => 'compacted'));
    expect(lineage).toMatchObject({ from: 3, to: input.length - 8 - ((input.length - 8 - 3) % 2) });
    expect((await compactor.status(messages)).tokens).toBeLessThan(3000);
    expect(lineage?.tokensBefore).toBeGreaterThan(10_000);
  });

  it('continues from a stored summary in another process', async () => {
    const { messages } = await setUpCompactor('FACT ONE').compactor.run(conversation);
    const { compactor, prompts } = setUpCompactor((prompt) =>
      prompt.includes('FACT ONE') ? 'FACT ONE' : 'lost',
    );
    const storedMessages = JSON.parse(JSON.stringify(messages)) as readonly Message[];
    const again = await compactor.run([
      ...storedMessages,
      assistant('x'),
      ...talk(['k', 'l', 'm', 'n', 'o', 'p']),
    ]);
    expect(prompts()[0]).toContain('<summary-so-far>\nFACT ONE');
    expect(again.lineage?.summary).toBe('FACT ONE');
  });

  it('does not contain the frame that a summarizer repeats', async () => {
    const { messages } = await setUpCompactor('FACT').compactor.run(conversation);
    const frame = textsOf(messages.slice(4, 5));
    const { compactor } = setUpCompactor(`<think>hm</think>${frame}`);
    expect((await compactor.run(conversation)).lineage?.summary).toBe('FACT');
  });

  it('retains the last user message in the middle, and alternates user and assistant', async () => {
    const { compactor } = setUpCompactor();
    const question = user('Find it.');
    const { messages } = await compactor.run([...talk(['a', 'b']), question, ...lookups]);
    expect(messages).toContain(question);
    expect(messages.map(({ role }) => role).slice(0, 8)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
  });

  it('retains the last answer before the last user message if it is small', async () => {
    const small = assistant('1. Cut costs. 2. Sell.');
    const question = user('Do point 2 of that.');
    const { compactor } = setUpCompactor();
    const { messages } = await compactor.run([
      ...talk(['a', 'b']),
      user('A plan?'),
      small,
      question,
      ...lookups,
    ]);
    const at = messages.indexOf(small);
    expect(messages.slice(at - 1, at + 3).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
    expect(messages[at + 1]).toBe(question);
    const again = await compactor.run([...messages, ...talk(['v', 'w', 'x']).slice(1), user('?')], {
      force: true,
    });
    expect(again.lineage).toBeDefined();
    const large = assistant(long('plan', 300));
    const other = await setUpCompactor().compactor.run([
      ...talk(['a', 'b']),
      user('A plan?'),
      large,
      question,
      ...lookups,
    ]);
    expect(other.messages).toContain(question);
    expect(other.messages).not.toContain(large);
  });

  it('retains the last answer next to a last user message that is protected', async () => {
    const small = assistant('1. Cut costs. 2. Sell.');
    const end = [user('Do point 2 of that.'), ...lookup('y', 'found', 'd')];
    const { compactor } = setUpCompactor('ok', { protectLast: 3 });
    const { messages } = await compactor.run([...talk(['a', 'b']), ...lookups, small, ...end]);
    expect(messages.slice(-4)).toEqual([small, ...end]);
  });

  it('retains signed messages unchanged, or leaves them out', async () => {
    const signed = (id: string): readonly Message[] => [
      assistant([
        { type: 'reasoning', text: 'hm', replay: { family: 'f', data: id } },
        { type: 'tool-call', id, name: 'look', args: {} },
      ]),
      toolResult({ callId: id, name: 'look', content: long('found') }),
    ];
    const input = [user('go'), ...Array.from({ length: 20 }, (_, at) => signed(`c${at}`)).flat()];
    const { messages } = await setUpCompactor().compactor.run(input);
    for (const message of messages)
      if (JSON.stringify(message).includes('replay')) expect(input).toContain(message);
  });
});

describe('the prompt of the summarizer', () => {
  const prompt = async (middle: readonly Message[], options?: Partial<CompactorOptions>): Promise<string> => {
    const setup = setUpCompactor('ok', { contextTokens: 8000, ...options });
    await setup.compactor.run(
      [...talk(['a', 'b']), ...middle, ...talk(['v', 'w', 'x', 'y', 'z']), user('?')],
      {
        force: true,
      },
    );
    return setup.prompts()[0] ?? '';
  };

  it('contains no secrets, also in arguments, and neither does the summary', async () => {
    const key = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789';
    const call = {
      type: 'tool-call',
      id: 'c',
      name: 'login',
      args: { password: 'hunter2!', note: key },
    } as const;
    const middle = [
      assistant([call]),
      toolResult({ callId: 'c', name: 'login', content: `${long('x')} token=${key}` }),
      user(`my key is ${key}`),
      assistant('thanks'),
    ];
    const promptText = await prompt(middle);
    expect(promptText).toContain('[redacted]');
    expect(promptText).not.toContain('hunter2!');
    expect(promptText).not.toContain(key);
    const { compactor } = setUpCompactor(`The key is ${key}.`);
    expect((await compactor.run(conversation, { focus: key })).lineage?.summary).toBe(
      'The key is [redacted].',
    );
  });

  it('is not sent if the redactor fails', async () => {
    const { compactor, requests } = setUpCompactor('ok', {
      redactor: {
        text: () => {
          throw new Error('bug');
        },
      } as never,
      whenSummaryFails: 'note',
    });
    expect((await compactor.run(conversation)).skipped).toBe('failed');
    expect(requests).toHaveLength(0);
  });

  it('is shortened for a summarizer with a smaller context', async () => {
    const middle = lookup('one', `FIRST ${long('word', 2000)}`, 'c1');
    const complete = await prompt(middle);
    const short = await prompt(middle, { summarizerTokens: 3000 });
    expect([complete, short].map((text) => text.includes('FIRST'))).toEqual([true, true]);
    expect(short.length).toBeLessThan(complete.length / 2);
    expect(estimateTokens(short)).toBeLessThan(3000);
  });

  it('names the focus, otherwise the last user messages', async () => {
    const { compactor, prompts } = setUpCompactor();
    await compactor.run(conversation, { focus: 'the tax return' });
    compactor.reset();
    await compactor.run(conversation);
    expect(prompts()[0]).toContain('<focus>\nthe tax return\n</focus>');
    expect(prompts()[1]).toContain('<lately>');
  });
});

describe('if the summarizer fails', () => {
  it.each(['server', 'auth', 'content-filter', 'network'] as const)(
    'with %s, the transcript stays unchanged',
    async (fail) => {
      const { compactor, events } = setUpCompactor({ fail });
      const { messages, skipped } = await compactor.run(conversation);
      expect(messages).toBe(conversation);
      expect(skipped).toBe('failed');
      expect(events).toEqual([{ type: 'skipped', why: 'failed', error: expect.any(LlmError) as LlmError }]);
    },
  );

  it.each([
    ['is cut by its limit', { text: '## Goal\nFix th', finish: 'length' }, 'truncated'],
    ['is paused by its vendor', { text: '## Goal\nFix th', finish: 'incomplete' }, 'truncated'],
    ['has no known finish reason', { text: '## Goal\nFix th', finish: 'other' }, 'truncated'],
    ['ends in a tool call', { text: '## Goal\nFix th', finish: 'tool-calls' }, 'truncated'],
    ['is longer than its limit', long('word', 900), 'protocol'],
  ] as const)('retains the transcript and reports a summary that %s', async (_name, answer, kind) => {
    const { compactor, events, clock } = setUpCompactor(answer);
    const { messages, lineage, skipped } = await compactor.run(conversation);
    expect(messages).toBe(conversation);
    expect([lineage, skipped]).toEqual([undefined, 'failed']);
    expect(events).toEqual([
      { type: 'skipped', why: 'failed', error: expect.objectContaining({ kind }) as LlmError },
    ]);
    await clock.advance(29_999);
    expect((await compactor.run(conversation)).skipped).toBe('cooldown');
    await clock.advance(1);
    expect((await compactor.run(conversation)).skipped).toBe('failed');
  });

  it.each([
    ['shortens', long('word', 900), (): string => 'short'],
    ['lengthens', 'short', (): string => long('word', 900)],
  ])('checks the length before and after a redactor that %s', async (_name, answer, text) => {
    const { compactor, events } = setUpCompactor(answer, {
      redactor: { text, value: (value: unknown) => value } as never,
    });
    expect((await compactor.run(conversation)).skipped).toBe('failed');
    expect(events).toMatchObject([{ error: { kind: 'protocol' } }]);
  });

  it('accepts a summary of up to its limit, without its reasoning', async () => {
    const { compactor, requests } = setUpCompactor();
    await compactor.run(conversation);
    const limit = requests[0]?.request.maxTokens ?? 0;
    let summary = 'word';
    while (estimateTokens(`${summary} word`) <= limit) summary += ' word';
    const within = setUpCompactor(`<think>${long('thought', limit)}</think>\n${summary}`);
    expect((await within.compactor.run(conversation)).lineage?.summary).toBe(summary);
    const beyond = setUpCompactor(`${summary} word word`);
    expect((await beyond.compactor.run(conversation)).skipped).toBe('failed');
  });

  it.each([
    ['server', 60_000],
    ['network', 30_000],
    ['auth', 600_000],
  ] as const)('with %s, it is not called for %i ms, unless forced', async (fail, ms) => {
    const { compactor, clock, requests } = setUpCompactor({ fail });
    await compactor.run(conversation);
    await clock.advance(ms - 1);
    expect((await compactor.run(conversation)).skipped).toBe('cooldown');
    expect((await compactor.run([...talk(Array.from('another one')), user('?')])).skipped).toBe('cooldown');
    expect((await compactor.run(conversation, { force: true })).skipped).toBe('failed');
    await clock.advance(ms);
    expect((await compactor.run(conversation)).skipped).toBe('failed');
    expect(requests).toHaveLength(3);
  });

  it('because of the content of one conversation, others are still summarized', async () => {
    const other = [...talk(['o', 't', 'h', 'e', 'r', 's', '!', '!']), user('?')];
    const { compactor } = setUpCompactor((prompt) => {
      return prompt.includes('d d d') ? { fail: 'content-filter' } : 'ok';
    });
    expect((await compactor.run(conversation)).skipped).toBe('failed');
    expect((await compactor.run(conversation)).skipped).toBe('cooldown');
    expect((await compactor.run(other)).lineage?.summary).toBe('ok');
  });

  it("whenSummaryFails: 'note' puts a note in its place", async () => {
    const { compactor, events } = setUpCompactor({ fail: 'server' }, { whenSummaryFails: 'note' });
    const input = [...talk(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'], 900), user('?')];
    const { messages, lineage } = await compactor.run(input);
    expect(lineage?.summary).toContain('No summary could be written.');
    expect(lineage?.summary.length).toBeLessThan(8200);
    expect(textsOf(messages)).toContain('user: d d d');
    expect(events.map(({ type }) => type)).toEqual(['skipped', 'compacted']);
  });

  it('an abort while it hangs rejects, and does not count as its failure', async () => {
    const { compactor, requests } = setUpCompactor({ hang: true });
    const controller = new AbortController();
    const firstRun = compactor.run(conversation, { signal: controller.signal });
    controller.abort();
    await expect(firstRun).rejects.toMatchObject({ kind: 'aborted' });
    await expect(compactor.run(conversation, { signal: controller.signal })).rejects.toMatchObject({
      kind: 'aborted',
    });
    const count = requests.length;
    const second = new AbortController();
    const rejection = expect(compactor.run(conversation, { signal: second.signal })).rejects.toMatchObject({
      kind: 'aborted',
    });
    await expect.poll(() => requests.length).toBe(count + 1);
    second.abort();
    await rejection;
  });
});

describe('if compaction does not help', () => {
  it('because a summary saved less than a tenth and the rest is protected, requests no other, unless forced', async () => {
    const { compactor, requests } = setUpCompactor(long('nothing gained', 70), {
      protectFirst: 4,
      protectLast: 5,
    });
    const protectedTurns = talk(['a', 'b'], 300);
    const messages = [...protectedTurns, ...talk(['c', 'd'], 90), ...protectedTurns, user('?')];
    const skipReasons = [];
    for (let checks = 0; checks < 4; checks++) skipReasons.push((await compactor.run(messages)).skipped);
    expect(skipReasons).toEqual([undefined, 'protected', 'protected', 'protected']);
    expect(requests).toHaveLength(1);
    await compactor.run([...messages, ...exchange('e'), user('?')], { force: true });
    expect(requests).toHaveLength(2);
  });

  it('because everything is protected, sends no request', async () => {
    const { compactor, requests } = setUpCompactor();
    const messages = [user(long('a', 3000)), assistant(long('b', 100)), user('?')];
    const { skipped, messages: sent } = await compactor.run(messages);
    expect([skipped, sent === messages, requests]).toEqual(['protected', true, []]);
  });

  it('because everything is protected, compacts a later transcript with the same beginning', async () => {
    const { compactor } = setUpCompactor();
    const start = [user(long('a', 2200))];
    for (let checks = 0; checks < 3; checks++) expect((await compactor.run(start)).skipped).toBe('protected');
    const other = [...start, assistant('ok'), ...talk('cdefghijklmn'.split(''), 30), user('?')];
    expect((await compactor.run(other)).lineage).toMatchObject({ from: 3 });
  });
});

it('checks of an empty transcript do not affect other conversations', async () => {
  const { compactor } = setUpCompactor();
  for (let checks = 0; checks < 3; checks++)
    expect((await compactor.run([], { force: true })).skipped).toBe('protected');
  expect((await compactor.run(conversation)).lineage?.from).toBe(3);
});

describe('functions of the application', () => {
  it('that throw or return NaN are replaced by defaults', async () => {
    const throwError = (): never => {
      throw new Error('bug');
    };
    const { compactor } = setUpCompactor('ok', {
      onEvent: throwError,
      contextTokens: throwError,
      meter: { estimate: throwError, observe: throwError },
    });
    expect((await compactor.run(conversation)).skipped).toBe('fits');
    expect((await compactor.status(conversation)).contextTokens).toBe(128_000);
    const withNaN = setUpCompactor('ok', {
      contextTokens: () => Number.NaN,
      meter: tokenMeter({ count: () => Number.NaN }),
    });
    expect((await withNaN.compactor.status(conversation)).tokens).toBeGreaterThan(1000);
  });

  it('receive the target of the previous check if a check has none', async () => {
    const targets: (string | undefined)[] = [];
    const { compactor } = setUpCompactor('ok', {
      contextTokens: (target) => {
        targets.push(target);
        return 128_000;
      },
    });
    await compactor.run(conversation, { target: 'f/m' });
    await compactor.run(conversation);
    expect(targets).toEqual(['f/m', 'f/m']);
  });

  it('that never return the size of the context do not delay an abort', async () => {
    const { compactor } = setUpCompactor('ok', { contextTokens: () => new Promise(() => undefined) });
    const signal = AbortSignal.timeout(10);
    await expect(compactor.run(conversation, { signal })).rejects.toMatchObject({ kind: 'aborted' });
  });
});

describe('status', () => {
  it('reports the tokens, their share of the context and the number of compactions', async () => {
    const { compactor } = setUpCompactor();
    const before = await compactor.status(conversation);
    expect(before).toMatchObject({ threshold: 2000, contextTokens: 4000, compactions: 0 });
    expect(before.share).toBeCloseTo(before.tokens / 4000);
    await compactor.run(conversation);
    const after = await compactor.status(conversation);
    expect(after.compactions).toBe(1);
    expect(after.tokens).toBeLessThan(before.tokens);
    compactor.reset();
    expect((await compactor.status(conversation)).compactions).toBe(0);
  });
});

describe('a reset', () => {
  it('ends the pause after a failure of the summarizer', async () => {
    const { compactor } = setUpCompactor({ fail: 'server' });
    expect((await compactor.run(conversation)).skipped).toBe('failed');
    expect((await compactor.run(conversation)).skipped).toBe('cooldown');
    compactor.reset();
    expect((await compactor.run(conversation)).skipped).toBe('failed');
  });
});
