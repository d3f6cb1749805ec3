import assert from 'node:assert/strict';
import { type ChatResponse, LlmError, type Timeouts } from '@majordomo/core';
import { getEventListeners } from 'node:events';
import { type Case, type Harness, testCase } from '../harness.ts';
import { assertBeforeTimeout } from '../timeout-retry.ts';
import { type ChainBench, FALLBACK_TEXT, onChain, REQUEST, consume } from './bench.ts';
import { type Row, rows } from './rows.ts';

/** Asserts that the fallback returned the answer, and that the first target received the expected number of requests. */
function checkAnswer(row: Row, bench: ChainBench, response: ChatResponse, what: string): void {
  const { requests } = bench.first;
  assert.equal(response.text, FALLBACK_TEXT, what);
  assert.match(response.target, /^fallback\//);
  const tries = triesOf(row, bench);
  // On a busy machine, a timeout can expire before the request is sent.
  assertBeforeTimeout(
    row.timeouts === undefined || requests.length >= Math.min(...tries),
    `${what}: the timeout expired before the request was sent`,
  );
  assert.ok(tries.includes(requests.length), `${what}: ${requests.length} requests at the first target`);
  assert.equal(bench.fallback.requests.length, 1, `${what}: requests at the fallback target`);
  const outcomes = response.attempts.map(({ target, outcome }) => `${target.split('/')[0]} ${outcome}`);
  const failures = row.step === undefined ? REFUSED_TRIES : requests.length;
  assert.deepEqual(outcomes, [...Array<string>(failures).fill('first failed'), 'fallback finished'], what);
}

/** Number of attempts at a target that refuses the connection. Its server receives no request. */
const REFUSED_TRIES = 2;

/** Returns the expected numbers of requests. A provider may report an incomplete JSON body as invalid, and not retry. */
const triesOf = ({ tries = 2, isMidStream = false }: Row, { first }: ChainBench): readonly number[] =>
  isMidStream && first.requests[0]?.request.streamed === false ? [1, tries] : [tries];

async function checkFailover(harness: Harness, row: Row): Promise<void> {
  const { step } = row;
  const timeouts = longer(row.timeouts, harness.startMs ?? 0);
  const checkGenerate = async (bench: ChainBench): Promise<void> => {
    checkAnswer(row, bench, await bench.model.generate(REQUEST), 'generate');
  };
  const checkRestart = async (bench: ChainBench): Promise<void> => {
    const { text, resets, response } = await consume(bench.model);
    assert.equal(text, FALLBACK_TEXT, 'text of the stream');
    assert.equal(resets.length, row.isMidStream === true ? (row.tries ?? 2) : 0, 'resets');
    checkAnswer(row, bench, response, 'a stream that restarts');
  };
  const checkStream = async (bench: ChainBench): Promise<void> => {
    if (row.isMidStream === true) await checkTypedError(bench);
    else checkAnswer(row, bench, (await consume(bench.model)).response, 'a stream');
  };
  await onChain(harness, step, checkGenerate, { timeouts });
  await onChain(harness, step, checkRestart, { timeouts, afterCommit: 'restart' });
  await onChain(harness, step, checkStream, { timeouts });
}

const longer = (timeouts: Timeouts = {}, by: number): Timeouts =>
  Object.fromEntries(Object.entries(timeouts).map(([name, ms]: [string, number]) => [name, ms + by]));

/** Asserts that a call that fails after content causes a typed error with the partial response. The fallback is not called. */
async function checkTypedError({ model, first, fallback }: ChainBench): Promise<void> {
  const before = fallback.requests.length;
  const error: unknown = await consume(model).catch((thrown: unknown) => thrown);
  assert.ok(LlmError.is(error, 'truncated', 'network', 'timeout', 'protocol'), String(error));
  const { partial } = error.details;
  assert.ok(partial !== undefined && partial.text !== '', 'the error has no partial text');
  assert.equal(first.requests.length, 1);
  assert.equal(fallback.requests.length, before, 'the fallback was called after content was emitted');
}

const rowCase = (row: Row): Case =>
  testCase(
    row.scenario,
    `a chain whose first target ${row.name} returns one complete answer, or a typed error after content`,
    (harness) => checkFailover(harness, row),
  );

/** Asserts that finished, failed and abandoned calls leave no listener on the caller's signal. */
async function checkListeners(harness: Harness): Promise<void> {
  const check = async ({ majordomo, model, first }: ChainBench): Promise<void> => {
    const { signal } = new AbortController();
    const fallback = majordomo.model(`fallback/${harness.model}`);
    await model.generate(REQUEST, { signal });
    await fallback.stream(REQUEST, { signal }).response();
    await assert.rejects(majordomo.model(`first/${harness.model}`).generate(REQUEST, { signal }));
    for await (const _event of fallback.stream(REQUEST, { signal })) break;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assert.ok(first.requests.length > 0);
  };
  await onChain(harness, { fault: 'cut' }, check);
}

/** Cases of a chain of two targets. For any fault of the first target, the call returns one complete answer or a typed error. */
export const chainCases: readonly Case[] = [
  ...rows.map(rowCase),
  testCase(
    'chain-benched',
    'a first target with a Retry-After of an hour is skipped by the next call',
    (harness) =>
      onChain(
        harness,
        { failure: 'rate-limit', retryAfter: { seconds: 3600 } },
        async ({ model, first, majordomo }) => {
          await model.generate(REQUEST);
          const response = await model.generate(REQUEST);
          assert.equal(first.requests.length, 1);
          assert.deepEqual(
            response.attempts.map(({ outcome }) => outcome),
            ['skipped', 'finished'],
          );
          // A rate limit applies to an API key. If the provider reports the key, the key is benched instead of the target.
          const health = majordomo.health.snapshot()[`first/${harness.model}`];
          const states = [
            health?.state,
            ...Object.values(health?.credentials ?? {}).map(({ state }) => state),
          ];
          assert.ok(
            states.includes('benched'),
            `neither the first target nor its key is benched: ${states.join(', ')}`,
          );
        },
      ),
  ),
  testCase('chain-abort', 'an abort stops the chain without another attempt or a health change', (harness) =>
    onChain(harness, { fault: 'late' }, async (bench) => {
      const controller = new AbortController();
      const answered = bench.model.generate(REQUEST, { signal: controller.signal });
      const exchange = await bench.first.request(0);
      controller.abort();
      const error: unknown = await answered.catch((thrown: unknown) => thrown);
      assert.ok(LlmError.is(error, 'aborted'), String(error));
      await exchange.ended;
      assert.equal(exchange.outcome, 'left');
      assert.equal(bench.fallback.requests.length, 0);
      assert.equal(bench.majordomo.health.snapshot()[`first/${harness.model}`]?.failures ?? 0, 0);
    }),
  ),
  testCase('chain-listeners', "no listener remains on the caller's signal", checkListeners),
];
