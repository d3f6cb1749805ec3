import { createMajordomo, user, type CallEvent } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { FeedCall, FeedContent } from '../src/feed-types.ts';
import { connectPage, newReader } from './support/read-feed.ts';
import { createTestInspector, type TestInspector } from './support/world.ts';

const SECRET = 'sk-ant-api03-Zx8v2Qp7Lm4Kc9Rt1Wn6Yb3Hd5Jf0Gs2Ae8Uo4Ti7Px9Cq1Vz6Bk3Nm5Ly0Df';

const USAGE = { input: 12, output: 3, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };

async function callsOf(testInspector: TestInspector): Promise<readonly FeedCall[]> {
  const reader = newReader();
  const feed = await connectPage(testInspector, reader);
  while (reader.beats === 0) await feed.read(20_000);
  await feed.cancel();
  return [...reader.calls.values()].sort((a, b) => a.n - b.n);
}

describe('a call', () => {
  it('contains every attempt with its times, usage and the target that answered', async () => {
    const testInspector = createTestInspector({
      head: { x: [{ fail: 'overloaded', status: 529 }, { fail: 'overloaded' }] },
      tail: { y: [{ text: 'Hello.', delayMs: 500, usage: USAGE }] },
    });
    await testInspector.call('head/x,tail/y', { tenant: 'acme', metadata: { page: 7 } });
    const [call] = await callsOf(testInspector);
    expect(call).toMatchObject({
      n: 1,
      spec: 'head/x,tail/y',
      operation: 'chat',
      tenant: 'acme',
      metadata: '{"page":7}',
      outcome: 'finished',
      targets: ['head/x', 'tail/y'],
      answeredBy: 'tail/y',
      usage: { input: 12, output: 3 },
      finish: 'stop',
    });
    expect(call!.tries.map(({ target, attempt, outcome }) => [target, attempt, outcome])).toEqual([
      ['head/x', 1, 'failed'],
      ['head/x', 2, 'failed'],
      ['tail/y', 1, 'finished'],
    ]);
    const [first, second, third] = call!.tries;
    expect(first).toMatchObject({
      at: 0,
      ms: 0,
      error: { kind: 'overloaded', facts: expect.arrayContaining([['status', '529']]) },
    });
    expect(second!.at).toBe(first!.retryInMs);
    expect(third).toMatchObject({ at: second!.at, ms: 500 });
    expect(call!.endedAt! - call!.startedAt).toBe(third!.at + 500);
    expect(call!.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['call-start', 'attempt-failed', 'call-end']),
    );
  });

  it('contains its complete error if it failed', async () => {
    const testInspector = createTestInspector({
      head: { x: [{ fail: 'invalid-request', status: 400, code: 'bad_temperature' }] },
    });
    await testInspector.call('head/x');
    const [call] = await callsOf(testInspector);
    expect(call).toMatchObject({
      outcome: 'failed',
      error: { kind: 'invalid-request' },
      tries: [{ outcome: 'failed' }],
    });
    expect(call!.error!.facts).toEqual(
      expect.arrayContaining([
        ['status', '400'],
        ['code', 'bad_temperature'],
      ]),
    );
    expect(call!.answeredBy).toBeUndefined();
  });

  it('contains a skipped target with the time at which its bench ends', async () => {
    const testInspector = createTestInspector({ tail: { y: ['Hello.'] } });
    testInspector.majordomo.health.bench('head/x', 90_000);
    await testInspector.call('head/x,tail/y');
    const [call] = await callsOf(testInspector);
    expect(call!.tries[0]).toMatchObject({ target: 'head/x', outcome: 'skipped', why: 'benched', ms: 0 });
    expect(call!.tries[0]!.until).toBe(call!.startedAt + 90_000);
  });

  it('ignores repeated events', async () => {
    const testInspector = createTestInspector({ head: { x: ['Hello.'] } });
    await testInspector.call('head/x', { onEvent: testInspector.inspector.onEvent });
    const [call, ...others] = await callsOf(testInspector);
    expect(others).toEqual([]);
    expect(call!.events.filter(({ type }) => type === 'call-start')).toHaveLength(1);
  });

  it('contains a bounded number of attempts and its end', () => {
    const testInspector = createTestInspector();
    const call = { id: 'a', spec: 's', operation: 'chat' as const, tenant: undefined, metadata: {} };
    testInspector.inspector.onEvent({ type: 'call-start', call, targets: [] });
    for (let n = 1; n <= 5000; n++)
      testInspector.inspector.onEvent({ type: 'attempt-start', call, target: 'head/x', attempt: n });
    testInspector.inspector.onEvent({
      type: 'call-end',
      call,
      outcome: 'abandoned',
      response: undefined,
      error: undefined,
      attempts: [],
    });
    return callsOf(testInspector).then(([boundedCall]) => {
      expect(boundedCall!.tries).toHaveLength(60);
      expect(boundedCall!.events.length).toBeLessThan(210);
      expect(boundedCall!.events.at(-1)!.type).toBe('call-end');
      expect(boundedCall!.leftOut).toBeGreaterThan(4000);
      expect(boundedCall!.tries.every(({ outcome }) => outcome === 'abandoned')).toBe(true);
    });
  });
});

describe('stored calls', () => {
  const startEvent = (id: string): CallEvent => ({
    type: 'call-start',
    call: { id, spec: 's', operation: 'chat', tenant: undefined, metadata: {} },
    targets: [],
  });
  const endEvent = (id: string): CallEvent =>
    ({
      ...startEvent(id),
      type: 'call-end',
      outcome: 'finished',
      response: undefined,
      error: undefined,
      attempts: [],
    }) as CallEvent;

  it('are bounded, and ended calls are removed before running ones', async () => {
    const testInspector = createTestInspector({}, { keep: 3 });
    testInspector.inspector.onEvent(startEvent('long'));
    for (const id of ['a', 'b', 'c', 'd']) {
      testInspector.inspector.onEvent(startEvent(id));
      testInspector.inspector.onEvent(endEvent(id));
    }
    expect((await callsOf(testInspector)).map(({ id }) => id)).toEqual(['long', 'c', 'd']);
  });

  it('are bounded if all calls run, and later events do not restore a removed call', async () => {
    const testInspector = createTestInspector({}, { keep: 2 });
    for (const id of ['a', 'b', 'c']) testInspector.inspector.onEvent(startEvent(id));
    testInspector.inspector.onEvent(endEvent('a'));
    expect((await callsOf(testInspector)).map(({ id }) => id)).toEqual(['b', 'c']);
  });
});

describe('secrets and content', () => {
  it('masks secrets in metadata, specs and errors', async () => {
    const testInspector = createTestInspector({ head: { x: [{ fail: 'auth', code: SECRET }] } });
    await testInspector.call('head/x', {
      tenant: SECRET,
      metadata: { apiKey: 'correct horse', note: `Bearer ${SECRET}` },
    });
    const text = JSON.stringify(await callsOf(testInspector));
    expect(text).toContain('[redacted]');
    for (const secret of [SECRET, 'correct horse']) expect(text).not.toContain(secret);
  });

  it.each([
    [
      'a circular reference',
      () => {
        const a: Record<string, unknown> = {};
        a['a'] = a;
        return a;
      },
    ],
    ['a bigint', () => ({ n: 1n })],
  ])('accepts metadata with %s', async (_, metadata) => {
    const testInspector = createTestInspector({ head: { x: ['Hello.'] } });
    await testInspector.call('head/x', { metadata: metadata() });
    expect((await callsOf(testInspector)).map(({ outcome }) => outcome)).toEqual(['finished']);
  });

  it('does not show prompts and responses by default', async () => {
    const testInspector = createTestInspector({ head: { x: ['A private answer.'] } });
    const request = { messages: [user('A private question.')] };
    await testInspector.call(
      'head/x',
      {
        onEvent: (event) => {
          testInspector.inspector.onEvent(event, request);
        },
      },
      request,
    );
    const [call] = await callsOf(testInspector);
    const content = await testInspector.json(`/content?id=${call!.id}`);
    expect(JSON.stringify([call, content])).not.toContain('private');
  });

  it('masks and truncates prompts and responses with `content`', async () => {
    const testInspector = createTestInspector({ head: { x: [`Your key is ${SECRET}.`] } }, { content: true });
    const request = {
      system: 'Be brief.',
      messages: [user(`x${'y'.repeat(40_000)}`), user(`My key is ${SECRET}, keep it.`)],
    };
    await testInspector.call(
      'head/x',
      {
        onEvent: (event) => {
          testInspector.inspector.onEvent(event, request);
        },
      },
      request,
    );
    const [call] = await callsOf(testInspector);
    expect(call!.hasContent).toBe(true);
    const { messages, answer } = await testInspector.json<FeedContent>(`/content?id=${call!.id}`);
    expect(messages.map(({ role, text }) => [role, text.length < 20_000])).toEqual([
      ['system', true],
      ['user', true],
      ['user', true],
    ]);
    expect(messages[2]!.text).toBe('My key is [redacted], keep it.');
    expect(answer).toBe('Your key is [redacted].');
  });

  it('shows the answers of a classification with their probabilities, but not its input, with `content`', async () => {
    const distributions = { refund: [0.9, 0.1], team: [0.2, 0.8], anger: [0.75, 0.25] };
    const provider = fakeProvider({
      id: 'judge',
      classifications: { m: [{ distributions }, { distributions }] },
    });
    const questions = {
      refund: { type: 'predicate', instructions: 'Money back?' },
      team: { type: 'choice', instructions: 'Which team?', choices: { billing: '', other: '' } },
      anger: { type: 'score', instructions: 'How angry?', levels: ['calm', 'furious'] },
    } as const;
    for (const content of [true, false]) {
      const testInspector = createTestInspector({}, { content });
      await createMajordomo({ providers: [provider] })
        .classificationModel('judge/m')
        .classify({ input: 'private words', questions }, { onEvent: testInspector.inspector.onEvent });
      const [call] = await callsOf(testInspector);
      expect(call!.hasContent ?? false).toBe(content);
      if (!content) continue;
      const shown = await testInspector.json<FeedContent>(`/content?id=${call!.id}`);
      expect(shown).toEqual({
        messages: [],
        answer:
          'refund: 0.90 · vendor\nteam: other (billing 0.20, other 0.80) · vendor\nanger: 0.25 (0 0.75, 1 0.25) · vendor',
      });
    }
  });
});
