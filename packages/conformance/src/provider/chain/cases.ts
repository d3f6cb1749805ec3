import assert from 'node:assert/strict';
import { type ChatResponse, LlmError, type Timeouts } from '@majordomo/core';
import { getEventListeners } from 'node:events';
import type { Case, Harness } from '../harness.ts';
import { happened } from '../overtaken.ts';
import { type ChainBench, GOOD, onChain, REQUEST, show, soundRequests } from './bench.ts';
import { type Row, rows } from './rows.ts';

/** Throws unless the complete answer came once, from the sound target, and no request was sent too often. */
function checkAnswer(row: Row, bench: ChainBench, response: ChatResponse, what: string): void {
  const { requests } = bench.head;
  assert.equal(response.text, GOOD, what);
  assert.match(response.target, /^sound\//);
  const tries = triesOf(row, bench);
  // A busy machine may let a timer run out before the request is on its way.
  happened(
    row.timeouts === undefined || requests.length >= Math.min(...tries),
    `${what}: a request was overtaken by its timer`,
  );
  assert.ok(tries.includes(requests.length), `${what}: ${requests.length} requests at the head`);
  assert.equal(soundRequests(bench), 1, `${what}: requests at the sound target`);
  const outcomes = response.attempts.map(({ target, outcome }) => `${target.split('/')[0]} ${outcome}`);
  const failures = row.step === undefined ? REFUSED_TRIES : requests.length;
  assert.deepEqual(outcomes, [...Array<string>(failures).fill('head failed'), 'sound finished'], what);
}

const REFUSED_TRIES = 2;

/** Half of a whole JSON body is broken JSON to some, truncated to others; only the latter is tried again. */
const triesOf = ({ tries, isMidStream }: Row, { head }: ChainBench): readonly number[] =>
  isMidStream && head.requests[0]?.request.streamed === false ? [1, tries] : [tries];

async function survives(harness: Harness, row: Row): Promise<void> {
  const { step } = row;
  const timeouts = longer(row.timeouts, harness.startMs ?? 0);
  const generated = async (bench: ChainBench): Promise<void> => {
    checkAnswer(row, bench, await bench.model.generate(REQUEST), 'generate');
  };
  const restarted = async (bench: ChainBench): Promise<void> => {
    const { text, resets, response } = await show(bench.model);
    assert.equal(text, GOOD, 'what the stream showed');
    assert.equal(resets.length, row.isMidStream ? row.tries : 0, 'resets');
    checkAnswer(row, bench, response, 'a stream that restarts');
  };
  const streamed = async (bench: ChainBench): Promise<void> => {
    if (row.isMidStream) await failsTyped(bench);
    else checkAnswer(row, bench, (await show(bench.model)).response, 'a stream');
  };
  await onChain(harness, step, generated, { timeouts });
  await onChain(harness, step, restarted, { timeouts, afterCommit: 'restart' });
  await onChain(harness, step, streamed, { timeouts });
}

const longer = (timeouts: Timeouts = {}, by: number): Timeouts =>
  Object.fromEntries(Object.entries(timeouts).map(([name, ms]: [string, number]) => [name, ms + by]));

/** After content nothing is replaced behind the reader's back: a typed error with what had come. */
async function failsTyped({ model, head, sound }: ChainBench): Promise<void> {
  const before = sound.requests.length;
  const error: unknown = await show(model).catch((thrown: unknown) => thrown);
  assert.ok(LlmError.is(error, 'truncated', 'network', 'timeout', 'protocol'), String(error));
  const { partial } = error.details;
  assert.ok(partial !== undefined && partial.text !== '', 'the error has no partial text');
  assert.equal(head.requests.length, 1);
  assert.equal(sound.requests.length, before, 'the second target was asked after content was shown');
}

const rowCase = (row: Row): Case => ({
  name: `a chain whose head ${row.name} gives one whole answer, or a typed error after content`,
  scenario: row.scenario,
  run: (harness) => survives(harness, row),
});

/** Ended or failed, restarted or left: the caller's signal is as it was. */
async function leavesNoListener(harness: Harness): Promise<void> {
  const check = async ({ majordomo, model, head }: ChainBench): Promise<void> => {
    const { signal } = new AbortController();
    const sound = majordomo.model(`sound/${harness.model}`);
    await model.generate(REQUEST, { signal });
    await sound.stream(REQUEST, { signal }).response();
    await assert.rejects(majordomo.model(`head/${harness.model}`).generate(REQUEST, { signal }));
    for await (const _event of sound.stream(REQUEST, { signal })) break;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assert.ok(head.requests.length > 0);
  };
  await onChain(harness, { fault: 'cut' }, check);
}

/** A chain of two: whatever its head does, one whole answer or a typed error. */
export const chainCases: readonly Case[] = [
  ...rows.map(rowCase),
  {
    name: 'a head that wants an hour is not asked again by the next call',
    scenario: 'chain-benched',
    run: (harness) =>
      onChain(
        harness,
        { failure: 'rate-limit', retryAfter: { seconds: 3600 } },
        async ({ model, head, majordomo }) => {
          await model.generate(REQUEST);
          const response = await model.generate(REQUEST);
          assert.equal(head.requests.length, 1);
          assert.deepEqual(
            response.attempts.map(({ outcome }) => outcome),
            ['skipped', 'finished'],
          );
          // A rate limit is the key's: where the provider names its key, health is kept for that.
          const health = majordomo.health.snapshot()[`head/${harness.model}`];
          const states = [
            health?.state,
            ...Object.values(health?.credentials ?? {}).map(({ state }) => state),
          ];
          assert.ok(
            states.includes('benched'),
            `neither the head nor its key is benched: ${states.join(', ')}`,
          );
        },
      ),
  },
  {
    name: 'an abort stops the chain: no other target is asked, no health changes',
    scenario: 'chain-abort',
    run: (harness) =>
      onChain(harness, { fault: 'late' }, async (bench) => {
        const controller = new AbortController();
        const answered = bench.model.generate(REQUEST, { signal: controller.signal });
        const exchange = await bench.head.request(0);
        controller.abort();
        const error: unknown = await answered.catch((thrown: unknown) => thrown);
        assert.ok(LlmError.is(error, 'aborted'), String(error));
        await exchange.ended;
        assert.equal(exchange.outcome, 'left');
        assert.equal(soundRequests(bench), 0);
        assert.equal(bench.majordomo.health.snapshot()[`head/${harness.model}`]?.failures ?? 0, 0);
      }),
  },
  {
    name: "no listener stays on the caller's signal",
    scenario: 'chain-listeners',
    run: leavesNoListener,
  },
];
