import { assistant, LlmError, toolResult, user, type Message } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { MeteredRequest } from '../src/index.ts';
import { textsOf, setUpCompactor, type CompactorSetup } from './support/compactor-setup.ts';
import { meter, talk } from './support/weights.ts';

const textOf = (message: Message): string => textsOf([message]);
const exact = (
  options: NonNullable<Parameters<typeof setUpCompactor>[1]> = {},
  answer: Parameters<typeof setUpCompactor>[0] = 'S',
): CompactorSetup =>
  setUpCompactor(answer, { meter, contextTokens: 1000, summarizerTokens: 100_000, ...options });
const call: Message = assistant([{ type: 'tool-call', id: 'a', name: 'look', args: {} }]);
const resultOf = (content: string): Message => toolResult({ callId: 'a', name: 'look', content });

it('requests half of the summarized tokens, without and with an earlier summary', async () => {
  const { compactor, requests } = exact({ protectLast: 3, tail: 0.1 }, 'earlier summary');
  const first = [...talk(3, 1), user('weighs 200'), ...talk(3, 1), user('weighs 60')];
  const { lineage } = await compactor.run(first, { force: true });
  expect([lineage?.from, lineage?.to]).toEqual([3, 5]);
  const second = [...first, ...talk(4, 11), ...talk(3, 100)];
  await compactor.run(second, { force: true });
  expect(requests.map(({ request }) => request.maxTokens)).toEqual([130, 71]);
});

it('measures and summarizes for the request, the target and the signal of a step', async () => {
  const measurements: (readonly [MeteredRequest, string | undefined])[] = [];
  const targets: (string | undefined)[] = [];
  const { compactor, requests } = exact({
    meter: {
      ...meter,
      estimate: (request, target) => {
        measurements.push([request, target]);
        return meter.estimate(request);
      },
    },
    contextTokens: (target) => {
      targets.push(target);
      return 1000;
    },
  });
  const messages = talk(31, 20);
  const tools = [{ name: 'look', description: 'Looks', parameters: {} }];
  const { signal } = new AbortController();
  await compactor.compact(messages, {
    request: { messages, system: 'Be brief.', tools, output: 'json' },
    target: 'f/m',
    signal,
  });
  expect(targets).toEqual(['f/m']);
  expect(measurements[0]).toEqual([{ messages, system: 'Be brief.', tools, output: 'json' }, 'f/m']);
  expect(measurements.map(([, target]) => target)).toEqual(measurements.map(() => 'f/m'));
  expect(requests).toHaveLength(1);
  const aborted = { signal: AbortSignal.abort() };
  await expect(compactor.compact(talk(33, 20), aborted)).rejects.toMatchObject({ kind: 'aborted' });
});

it.each([
  [[], 'fits'],
  [['force'], undefined],
])('with the options %j checks a short transcript: %s', async (options, skipped) => {
  const { compactor } = exact({ protectLast: 3 });
  const run = Object.fromEntries(options.map((name) => [name, true]));
  expect((await compactor.run(talk(15, 4), run)).skipped).toBe(skipped);
});

it.each([
  [15, 4, 11],
  [41, 25, 36],
])('a forced compaction of %i messages of %i tokens ends at message %i', async (count, tokens, to) => {
  const { compactor } = exact({ protectLast: 3 });
  expect((await compactor.run(talk(count, tokens), { force: true })).lineage).toMatchObject({ from: 3, to });
});

it('continues to look for messages to summarize while the transcript exceeds the context', async () => {
  const { compactor } = exact();
  const messages = [user('weighs 900'), assistant('weighs 1'), user('?')];
  const skipped = [];
  for (let checks = 0; checks < 4; checks++) skipped.push((await compactor.run(messages)).skipped);
  expect(skipped).toEqual(['protected', 'protected', 'protected', 'protected']);
});

it.each([
  ['each save a tenth', [60, 60, 60], 60, [undefined, undefined, undefined, undefined]],
  ['each save less than a tenth', [61, 71], 70, [undefined, undefined, 'thrash', 'thrash']],
  [
    'save less than a tenth after a better one',
    [60, 70, 80],
    70,
    [undefined, undefined, undefined, 'thrash'],
  ],
])('if summaries %s the checks end when two in a row were ineffective', async (...row) => {
  const [, weights, added, expected] = row;
  const left = [...weights, 0];
  const { compactor } = exact(
    { protectFirst: 1, protectLast: 3, tail: 0.1, threshold: 0.3 },
    () => `weighs ${left.shift() ?? 0}`,
  );
  let messages: readonly Message[] = [user('weighs 480'), assistant('weighs 120'), ...talk(3, 0)];
  const skipped = [];
  for (const _check of expected) {
    skipped.push((await compactor.run(messages)).skipped);
    messages = [...messages, assistant(`weighs ${added}`), ...talk(3, 0)];
  }
  expect(skipped).toEqual(expected);
});

it('counts compactions, also those of messages that another compactor has written', async () => {
  const first = exact();
  const messages = talk(31, 20);
  const { messages: sent, lineage } = await first.compactor.run(messages);
  expect(await exact().compactor.status(sent)).toMatchObject({ compactions: 1 });
  const grown = [...messages, assistant('weighs 20'), ...talk(18, 20)];
  const again = await first.compactor.run(grown);
  expect(again.lineage).toMatchObject({ from: 3, to: (lineage?.to ?? 0) + 19 });
  expect((await first.compactor.status(grown)).compactions).toBe(2);
});

it('reports the range of its own messages if the caller sends them again', async () => {
  const { compactor } = exact();
  const system: Message = { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] };
  const { messages: sent, lineage } = await compactor.run([
    ...talk(11, 20),
    system,
    ...talk(21, 20).slice(1),
  ]);
  expect([sent[0], lineage?.from]).toEqual([system, 3]);
  const grown = [...sent, assistant('weighs 20'), ...talk(20, 20)];
  const again = await compactor.run(grown);
  expect(again.lineage).toMatchObject({ from: 4, to: grown.length - 8 });
});

it('makes no further summary after one that saves nothing', async () => {
  const { compactor, requests } = setUpCompactor('weighs 500', {
    meter,
    contextTokens: 1000,
    summarizerTokens: 1500,
    threshold: 0.1,
  });
  const long = talk(31, 20).map((message, at) =>
    (at % 2 === 0 ? user : assistant)(`${textOf(message)} ${'words '.repeat(100)}`),
  );
  expect((await compactor.run(long)).skipped).toBe('thrash');
  expect(requests).toHaveLength(1);
});

/** Messages with an item of about 10 tokens in a prompt. They weigh `tokens`. */
const lines = (count: number, tokens: number): readonly Message[] =>
  talk(count, tokens).map((message) =>
    (message.role === 'user' ? user : assistant)(`${textOf(message)} ${'x '.repeat(5)}`),
  );

it('summarizes in prompts that leave room for the summary, until the transcript fits', async () => {
  const { compactor, events, requests } = exact({
    contextTokens: 4000,
    summarizerTokens: 1500,
    threshold: 0.2,
  });
  const { lineage } = await compactor.run(lines(161, 10), { force: true });
  expect(events.map((event) => (event.type === 'compacted' ? event.lineage.to : event.why))).toEqual([
    34,
    65,
    96,
    'fits',
  ]);
  expect(requests.map(({ request }) => request.maxTokens)).toEqual([260, 260, 260]);
  expect(lineage).toMatchObject({ from: 3, tokensBefore: 1610 });
});

it('states why the rest was not summarized if a later summary fails', async () => {
  let calls = 0;
  const { compactor } = exact({ contextTokens: 4000, summarizerTokens: 1500, threshold: 0.2 }, () => {
    if (++calls > 1) throw new LlmError('server', 'down');
    return 'S';
  });
  const { lineage, skipped } = await compactor.run(lines(161, 10));
  expect([lineage?.to, skipped]).toEqual([34, 'failed']);
});

it('rejects if the signal aborts between two prompts', async () => {
  const controller = new AbortController();
  const { compactor, requests } = exact(
    { contextTokens: 4000, summarizerTokens: 1500, threshold: 0.2 },
    () => {
      controller.abort();
      return 'S';
    },
  );
  const running = compactor.run(lines(161, 10), { signal: controller.signal });
  await expect(running).rejects.toMatchObject({ kind: 'aborted' });
  expect(requests).toHaveLength(1);
});

it('sends the same pruned messages again, after a summary that did not suffice', async () => {
  const { compactor, events } = exact();
  const messages = [...talk(24, 20), user('q'), call, resultOf(`weighs 900 ${'x'.repeat(9000)}`)];
  const sent = await compactor.compact(messages, { overflow: new Error('too long') });
  expect(events.map(({ type }) => type)).toEqual(['compacted']);
  expect(textsOf(sent)).toContain('characters left out');
  const next = assistant('ok');
  expect(await compactor.compact([...messages, next])).toEqual([...sent, next]);
  expect((await compactor.status(messages)).compactions).toBe(1);
});
