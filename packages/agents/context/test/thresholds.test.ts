import { assistant, toolResult, user } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { CompactorOptions, TokenMeter } from '../src/index.ts';
import { setUpCompactor, type CompactorSetup } from './support/compactor-setup.ts';
import { meter, talk, weight } from './support/weights.ts';

const exact = (options: Partial<CompactorOptions> = {}, answer = 'S'): CompactorSetup =>
  setUpCompactor(answer, { meter, contextTokens: 1000, ...options });
describe('a transcript', () => {
  it('is compacted above the threshold, and not at it', async () => {
    expect((await exact().compactor.run(talk(25, 20))).skipped).toBe('fits');
    expect((await exact().compactor.run([...talk(24, 20), user(weight(21))])).skipped).toBeUndefined();
  });

  it('is compacted if the context with its margin of 20 percent is too small, with any threshold', async () => {
    const fits = exact({ threshold: 1 });
    expect((await fits.compactor.run([...talk(40, 20), user(weight(33))])).skipped).toBe('fits');
    const exceeds = exact({ threshold: 1 });
    expect((await exceeds.compactor.run([...talk(40, 20), user(weight(34))])).skipped).toBeUndefined();
  });

  it('is compacted if a tenth of it can be summarized, and not if less can', async () => {
    const with10 = [
      ...talk(3, 100),
      assistant(weight(40)),
      user(weight(40)),
      assistant(weight(20)),
      ...talk(6, 100),
      user(weight(0)),
      assistant(weight(0)),
    ];
    const { compactor } = exact({ protectLast: 8 });
    expect((await compactor.run(with10)).lineage).toMatchObject({ from: 3, to: 6 });
    const with9 = [...with10.slice(0, 5), assistant(weight(19)), ...with10.slice(6)];
    expect((await exact({ protectLast: 8 }).compactor.run(with9)).skipped).toBe('protected');
    expect((await exact({ protectLast: 8 }).compactor.run(with9, { force: true })).skipped).toBeUndefined();
  });
});

it('reports the tokens before and after, by the same counts', async () => {
  const { compactor } = exact();
  const { lineage } = await compactor.run(talk(31, 20));
  expect(lineage).toMatchObject({ from: 3, tokensBefore: 620, summary: 'S' });
  // The first three messages and those after the summarized range remain. The summary weighs nothing here.
  expect(lineage?.tokensAfter).toBe((3 + 31 - (lineage?.to ?? 0)) * 20);
});

it('uses a summary that saves one token, and none that saves nothing', async () => {
  const messages = talk(25, 21);
  const summarizerTokens = 100_000;
  const { lineage } = await exact({ summarizerTokens }).compactor.run(messages);
  const summarized = ((lineage?.to ?? 0) - (lineage?.from ?? 0)) * 21;
  expect((await exact({ summarizerTokens }, weight(summarized)).compactor.run(messages)).skipped).toBe(
    'thrash',
  );
  const saved = await exact({ summarizerTokens }, weight(summarized - 1)).compactor.run(messages);
  expect(saved.lineage).toMatchObject({ tokensBefore: 525, tokensAfter: 524 });
});

it.each([
  [60, 0.5],
  [31, 2],
])('scales the savings in %i messages to a count of %d of the estimates', async (count, factor) => {
  const scaled: TokenMeter = {
    ...meter,
    estimate: (request, target) => {
      const reading = meter.estimate(request, target);
      return { ...reading, tokens: reading.tokens * (request.messages.length > 1 ? factor : 1) };
    },
  };
  const { lineage } = await exact({ meter: scaled, summarizerTokens: 100_000 }).compactor.run(
    talk(count, 20),
  );
  const saved = ((lineage?.to ?? 0) - (lineage?.from ?? 0)) * 20;
  expect(saved).toBeGreaterThan(0);
  const tokensBefore = count * 20 * factor;
  expect(lineage).toMatchObject({
    tokensBefore,
    tokensAfter: tokensBefore - saved * Math.min(1, factor),
  });
});

describe('a step of an agent', () => {
  const call = assistant([{ type: 'tool-call', id: 'a', name: 'look', args: {} }]);
  const result = toolResult({ callId: 'a', name: 'look', content: 'x'.repeat(9000) });

  it('whose request was too long keeps its results if the summary suffices', async () => {
    const { compactor, events } = exact({ summarizerTokens: 100_000 });
    const sent = await compactor.compact([...talk(24, 20), user('q'), call, result], {
      overflow: new Error('too long'),
    });
    expect(events.map(({ type }) => type)).toEqual(['compacted']);
    expect(sent.at(-1)).toEqual(result);
  });

  it('whose request was too long has its results pruned even at the end', async () => {
    const { compactor } = exact();
    const messages = [user('q'), call, result];
    const sent = await compactor.compact(messages, { overflow: new Error('too long') });
    expect(JSON.stringify(sent)).toContain('[… 3500 characters left out …]');
    const grown = [...messages, assistant('ok'), user('next')];
    expect((await compactor.compact(grown)).slice(0, 3)).toEqual(sent);
  });
});

it('uses at most 20 prompts for one transcript', async () => {
  const { compactor, requests } = setUpCompactor('S', { contextTokens: 4000, summarizerTokens: 1500 });
  const long = Array.from({ length: 400 }, (_, at) =>
    (at % 2 === 0 ? user : assistant)(`${at} `.repeat(300)),
  );
  await compactor.run([...long, user('?')]);
  expect(requests).toHaveLength(20);
});
