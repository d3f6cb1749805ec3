import { openaiChat, startWireServer, type Script, type WireServer } from '@majordomo/conformance';
import { costOfResponse } from '@majordomo/catalog';
import { LlmError } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { describeEngine } from '../../src/stores/describe-engine.ts';
import { endLease, startProcess } from '../../src/stores/job-child.ts';
import { ENGINES, openStores, type Engine, type Place } from '../../src/stores/job-engines.ts';
import { openJobs, REQUEST, SPACE } from '../../src/stores/job-world.ts';

const IS_SOAK = process.env['SOAK'] !== undefined;
const TIMEOUT_MS = 120_000;
/** Points at which a process of a live leg can die, with the number of requests of both processes. */
const KILLS = [
  { point: 'before save 1', requests: 1 },
  { point: 'after save 1', requests: 1 },
  { point: 'after save 2', requests: 1 },
  { point: 'the request', requests: 2 },
  { point: 'the first text', requests: 2 },
  { point: 'before the end', requests: 2 },
  { point: 'after the end', requests: 1 },
] as const;
type Kill = (typeof KILLS)[number];

/** Point of the default run for each engine. With SOAK=1, as in the nightly run, all points with all engines. */
const DEFAULT_POINTS: Readonly<Record<Engine, Kill['point']>> = {
  sqlite: 'after save 1',
  redis: 'before the end',
  postgres: 'the first text',
};
/**
 * Returns whether a case whose code is the same for all engines runs with this engine: in the default run with one engine each. The
 * stores have the same conformance tests. With SOAK=1, all cases run with all engines.
 */
const isRunWith = (engine: Engine, defaultEngine: Engine): boolean => IS_SOAK || engine === defaultEngine;
/** Number of processes that share 20 callers. */
const PROCESSES = IS_SOAK ? 4 : 2;
const CALLS = 20 / PROCESSES;

/** Response to the first request, which does not end at the points that the server decides. */
function firstStep({ point }: Kill): ReturnType<Extract<Script, (...args: never[]) => unknown>> {
  if (point === 'the request') return { fault: 'late' };
  const answer = 'the first answer of the model';
  return point === 'the first text' ? { fault: 'stall', at: { content: 3 }, answer } : answer;
}

async function killAt(kill: Kill, place: Place, server: WireServer): Promise<void> {
  const { point } = kill;
  const facts = { place, url: server.baseURL, point };
  const process = startProcess(facts);
  if (point === 'the request') await server.request(0);
  else if (point === 'the first text') expect(await process.line()).toBe('text');
  else
    for (let line = ''; line !== `at ${point}`;) {
      line = await process.line();
      expect(line).not.toBe('undefined');
    }
  await process.kill();
}

/** Finishes the job `k` after the lease of a dead process. Checks the money of all calls. */
async function finish(kill: Kill, place: Place, server: WireServer): Promise<void> {
  await using stores = openStores(place);
  await endLease(stores, '["k"]');
  const { background, ledger } = openJobs({ url: server.baseURL }, stores);
  const job = await background.open('k').catch((error: unknown) => {
    if (!LlmError.is(error, 'not-found') || kill.point !== 'before save 1') throw error;
    return background.model('openai/gpt-4.1-mini').start(REQUEST, { key: 'k' });
  });
  await background.poll();
  const response = await job.result();
  expect(await background.poll()).toEqual({ nextMs: undefined });
  expect(response.text).toMatch(/^the (first|second) answer/);
  expect(server.requests).toHaveLength(kill.requests);
  const outcomes = response.attempts.map(({ outcome }) => outcome);
  const hasAbandoned = !['before save 1', 'after save 1', 'after the end'].includes(kill.point);
  expect(outcomes).toEqual(hasAbandoned ? ['abandoned', 'finished'] : ['finished']);
  expect(await stores.records.list(SPACE, { order: 'due', limit: 10 })).toEqual([]);
  await ledger.flush();
  const { nanoUsd: cost = 0n } = await costOfResponse({ attempts: response.attempts.slice(-1) });
  expect(cost).toBeGreaterThan(0n);
  const [state] = await ledger.state('money');
  const { used = 0n, held = 0n } = state ?? {};
  // The reservation of an interrupted call counts until its lease ends, and then as spent.
  expect(used + held).toBeGreaterThanOrEqual(cost * BigInt(kill.requests));
  if (kill.requests === 1 && kill.point !== 'after save 2') expect(used + held).toBe(cost);
}

describe.each(ENGINES)('a job', (engine) => {
  describeEngine(engine, (server) => {
    let places = 0;
    const nextPlace = (): Place => ({ engine, address: server().address, name: `jobs_${places++}` });

    it.each(KILLS.filter(({ point }) => IS_SOAK || point === DEFAULT_POINTS[engine]))(
      'whose process is killed at $point is finished by another process',
      async (kill) => {
        const place = nextPlace();
        await using model = await startWireServer({
          wire: openaiChat,
          script: (_, number) => (number === 0 ? firstStep(kill) : 'the second answer'),
        });
        await killAt(kill, place, model);
        await finish(kill, place, model);
      },
      TIMEOUT_MS,
    );

    it.runIf(isRunWith(engine, 'postgres'))(
      `makes one call for 20 callers in ${PROCESSES} processes, and another one for another tenant`,
      async () => {
        const place = nextPlace();
        await using model = await startWireServer({
          wire: openaiChat,
          script: ({ body }) => `answer to ${/hi \w+/.exec(JSON.stringify(body))?.[0]}`,
        });
        const processes = Array.from({ length: PROCESSES }, () =>
          startProcess({ place, url: model.baseURL, calls: CALLS }),
        );
        for (const { line } of processes) expect(await line()).toBe('ready');
        for (const { child } of processes) child.stdin.write('go\n');
        const all = Array.from({ length: CALLS }, () => 'answer to hi all');
        for (const { line } of processes)
          expect(JSON.parse(await line())).toEqual([...all, 'answer to hi other']);
        for (const { exit } of processes) expect(await exit).toEqual([0, null]);
        expect(model.requests).toHaveLength(2);
      },
      TIMEOUT_MS,
    );

    it.runIf(isRunWith(engine, 'sqlite'))(
      'whose process is stopped and continues later has the answer of the process that took over',
      async () => {
        const place = nextPlace();
        const answer = 'the late answer of the process '.repeat(20);
        await using model = await startWireServer({
          wire: openaiChat,
          split: 'event',
          script: (_, number) =>
            number === 0 ? { fault: 'slow', everyMs: 20, answer } : 'the second answer',
        });
        const stopped = startProcess({ place, url: model.baseURL });
        expect(await stopped.line()).toBe('text');
        await using stores = openStores(place);
        // The next change of the record is then the late answer.
        await expect
          .poll(async () => (await stores.records.get(SPACE, '["k"]'))?.value)
          .toContain('"target"');
        stopped.child.kill('SIGSTOP');
        await endLease(stores, '["k"]');
        const { background, ledger } = openJobs({ url: model.baseURL }, stores);
        const job = await background.open('k');
        expect((await job.result()).text).toBe('the second answer');
        const record = await stores.records.get(SPACE, '["k"]');
        stopped.child.kill('SIGCONT');
        const lines = [await stopped.line(), await stopped.line()];
        expect(lines.toSorted()).toEqual(['refused', 'the second answer']);
        stopped.child.stdin.end();
        expect(await stopped.exit).toEqual([0, null]);
        expect(await stores.records.get(SPACE, '["k"]')).toEqual(record);
        expect(model.requests).toHaveLength(2);
        await ledger.flush();
      },
      TIMEOUT_MS,
    );
  });
});
