import { createAgent } from '@majordomo/agent';
import { anthropicMessages, startJobServer, startWireServer, type JobServer } from '@majordomo/conformance';
import { LlmError } from '@majordomo/core';
import type { Ledger, SpendRecord } from '@majordomo/ledger';
import { describe, expect, it } from 'vitest';
import { describeEngine } from '../../src/stores/describe-engine.ts';
import { look, planOfStep, STEPS } from '../../src/stores/job-agent.ts';
import { ENGINES, openStores, type Engine, type Place } from '../../src/stores/job-engines.ts';
import { endLease, openJobs, REQUEST, SPACE, SPEC, type JobProcess } from '../../src/stores/job-world.ts';
import { startNamed } from '../../src/start-named.ts';

const IS_SOAK = process.env['SOAK'] !== undefined;
const TIMEOUT_MS = 120_000;
const POLLING = { timeout: 30_000 };
const TEXT = 'the only answer of the vendor, with an emoji 😀 in it';
const KEY = '["k"]';

/** Points at which a process of a vendor's job can die, with the number of jobs that the vendor has received. */
const KILLS = [
  { point: 'before save 1', jobs: 1 },
  { point: 'after save 1', jobs: 1 },
  { point: 'after the start', jobs: 1 },
  { point: 'before the reference', jobs: 2 },
  { point: 'after the reference', jobs: 1 },
  { point: 'the first text', jobs: 1 },
  { point: 'before the end', jobs: 1 },
  { point: 'after the end', jobs: 1 },
  { point: 'before the deletion', jobs: 1 },
] as const;
type Kill = (typeof KILLS)[number];

/** Kills of an engine: in the default run each point with one engine. With SOAK=1, as in the nightly run, all points. */
const killsOf = (engine: Engine): readonly Kill[] =>
  KILLS.filter((_, at) => IS_SOAK || ENGINES[at % ENGINES.length] === engine);
/**
 * Returns whether a case whose code is the same for all engines runs with this engine: in the default run with one engine each. The
 * stores have the same conformance tests. With SOAK=1, all cases run with all engines.
 */
const isRunWith = (engine: Engine, defaultEngine: Engine): boolean => IS_SOAK || engine === defaultEngine;
const startJobs = (facts: JobProcess) => startNamed('stores/job', JSON.stringify(facts));

const stepsOf = ({ requests }: JobServer, step: string): number =>
  requests.filter((request) => request.step === step).length;

async function recordsOf(ledger: Ledger): Promise<readonly SpendRecord[]> {
  await ledger.flush();
  const records: SpendRecord[] = [];
  for await (const record of ledger.records()) records.push(record);
  return records;
}

/** Checks that the ledger has one record for each leg, with its cost, and holds nothing. */
async function checkMoney(ledger: Ledger, outcomes: readonly string[]): Promise<void> {
  const records = await recordsOf(ledger);
  expect(records.map(({ outcome }) => outcome).toSorted()).toEqual(outcomes.toSorted());
  const sum = records.reduce((total, { nanoUsd = '0' }) => total + BigInt(nanoUsd), 0n);
  expect(sum).toBeGreaterThan(0n);
  const [state] = await ledger.state('money');
  expect([state?.used, state?.held]).toEqual([sum, 0n]);
}

async function killAt({ point }: Kill, place: Place, server: JobServer): Promise<void> {
  const child = startJobs({ place, url: server.baseURL, isNative: true, point });
  const isReached = (line: string): boolean =>
    line === `at ${point}` || (point === 'the first text' && line === 'text');
  for (let line = ''; !isReached(line);) {
    line = await child.line();
    expect(line).not.toBe('undefined');
  }
  await child.kill();
}

/** Finishes the job `k` after the lease of a dead process. Checks what the vendor has received, and the money. */
async function finish({ point, jobs }: Kill, place: Place, server: JobServer): Promise<void> {
  await using stores = openStores(place);
  await endLease(stores, KEY);
  const { background, ledger } = openJobs({ url: server.baseURL, isNative: true }, stores);
  const job = await background.open('k').catch((error: unknown) => {
    if (!LlmError.is(error, 'not-found') || point !== 'before save 1') throw error;
    return background.model(SPEC).start(REQUEST, { key: 'k' });
  });
  for (const each of server.jobs) each.release();
  const response = await job.result();
  expect(response.text).toBe(TEXT);
  await background.poll();
  expect(await stores.records.list(SPACE, { order: 'due', limit: 10 })).toEqual([]);
  expect(server.jobs).toHaveLength(jobs);
  const hasLostStart = point === 'after the start' || point === 'before the reference';
  const outcomes = hasLostStart ? ['abandoned', 'finished'] : ['finished'];
  expect(response.attempts.map(({ outcome }) => outcome)).toEqual(outcomes);
  await checkMoney(ledger, outcomes);
  expect(server.jobs.at(-1)?.isDeleted).toBe(true);
  expect(stepsOf(server, 'cancel')).toBe(0);
}

describe.each(ENGINES)('a job at a vendor', (engine) => {
  describeEngine(engine, (server) => {
    let places = 0;
    const nextPlace = (): Place => ({ engine, address: server().address, name: `native_${places++}` });

    it.each(killsOf(engine))(
      'whose process is killed at $point is finished by another process',
      async (kill) => {
        const place = nextPlace();
        const holdAt = kill.point === 'the first text' ? 9 : undefined;
        await using vendor = await startJobServer({ plan: () => ({ answer: TEXT, holdAt }) });
        await killAt(kill, place, vendor);
        await finish(kill, place, vendor);
      },
      TIMEOUT_MS,
    );

    it.runIf(isRunWith(engine, 'redis'))(
      'that cannot be started is followed by a live call, which another process makes again after a kill',
      async () => {
        const place = nextPlace();
        const spec = `${SPEC},anthropic/claude-haiku-4-5`;
        await using vendor = await startJobServer({ before: () => ({ status: 503 }) });
        await using live = await startWireServer({
          wire: anthropicMessages,
          script: (_, number) =>
            number === 0
              ? { fault: 'stall', at: { content: 3 }, answer: 'the first answer of the model' }
              : 'the second answer',
        });
        const servers = { url: vendor.baseURL, isNative: true, anthropic: live.baseURL };
        const child = startJobs({ place, spec, ...servers });
        expect(await child.line()).toBe('text');
        await child.kill();
        await using stores = openStores(place);
        await endLease(stores, KEY);
        const { background, ledger } = openJobs(servers, stores);
        const response = await (await background.open('k')).result();
        expect(response.text).toBe('the second answer');
        expect(response.attempts.map(({ outcome }) => outcome).slice(-2)).toEqual(['abandoned', 'finished']);
        expect(live.requests).toHaveLength(2);
        const finished = (await recordsOf(ledger)).find(({ outcome }) => outcome === 'finished');
        const [state] = await ledger.state('money');
        // The reservation of the interrupted call counts until its lease ends, and then as spent.
        expect(state?.held).toBeGreaterThan(0n);
        expect(state?.used).toBe(BigInt(finished?.nanoUsd ?? 0));
      },
      TIMEOUT_MS,
    );

    it.runIf(isRunWith(engine, 'postgres'))(
      'of an agent is continued after a kill, so that each step is started once',
      async () => {
        const place = nextPlace();
        await using vendor = await startJobServer({
          plan: (_, number) => (number === 2 ? { ...planOfStep(3), holdAt: 2 } : planOfStep(number + 1)),
        });
        const servers = { url: vendor.baseURL, isNative: true };
        const child = startJobs({ place, ...servers, isAgent: true });
        await expect.poll(() => stepsOf(vendor, 'stream'), POLLING).toBe(3);
        await child.kill();
        await using stores = openStores(place);
        await endLease(stores, '["r/3"]');
        for (const job of vendor.jobs) job.release();
        const { background, ledger } = openJobs(servers, stores);
        const agent = createAgent({ model: background.model(SPEC), tools: [look] });
        const { text, state } = await agent.run('hi', { runId: 'r' });
        expect([text, state.steps]).toEqual(['the answer of the agent', STEPS]);
        expect(stepsOf(vendor, 'start')).toBe(STEPS);
        for (let step = 1; step <= STEPS; step++) await endLease(stores, `["r/${step}"]`);
        await background.poll();
        const all = Array.from({ length: STEPS }, () => 'finished');
        await checkMoney(ledger, all);
      },
      TIMEOUT_MS,
    );
  });
});
