import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  seededRandom,
  startFaultyServer,
  type FaultyServer,
  type ReceivedRequest,
  type ScriptedResponse,
} from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { ReplayReport } from '../src/index.ts';
import { testFolder } from './support/fixture.ts';

const PROCESS = join(import.meta.dirname, './support/experiment-process.ts');
const CONCURRENCY = 4;
const IS_SOAK = process.env['SOAK'] === '1';
/** Number of experiments. The default run has one of runs and one of single calls. `SOAK=1`, as in the nightly run, has 20. */
const SEEDS = IS_SOAK ? 20 : 2;
/** Maximum number of kills of an experiment. */
const MOST_KILLS = IS_SOAK ? 6 : 1;
const TIMEOUT = 600_000;
/** Usage of each answer of the server. */
const USAGE = { input: 12, output: 5 };
/** Prices of a token in nano-USD. */
const PRICES: Readonly<Record<string, { readonly input: number; readonly output: number }>> = {
  'gpt-5.4-mini': { input: 750, output: 4500 },
  'gpt-5.4': { input: 2500, output: 15_000 },
  'gpt-4.1': { input: 2000, output: 8000 },
};

type Mode = 'calls' | 'runs';

interface Process {
  readonly child: ChildProcess;
  readonly output: Promise<readonly [code: number | null, out: string, err: string]>;
}

function start(server: FaultyServer, folder: string, ...rest: readonly string[]): Process {
  const child = spawn(process.execPath, [PROCESS, server.openaiBaseURL, folder, ...rest], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([[code], out, err]) => [code as number | null, out, err] as const,
  );
  return { child, output };
}

/** Returns the report without members that depend on times, kills or the number of answers in flight. */
function timeless(out: string): unknown {
  const {
    at: _at,
    latency: _latency,
    lost: _lost,
    spentNanoUsd: _spent,
    warnings,
    summary: _summary,
    ...rest
  } = JSON.parse(out) as ReplayReport;
  return { ...rest, warnings: warnings.filter((warning) => !warning.includes('in flight')) };
}

/** Answers by content only: a third of the answers differ, and the judge prefers the shorter one. */
function answer({ model, body }: ReceivedRequest, mode: Mode): ScriptedResponse {
  const messages = body['messages'] as readonly { readonly role: string; readonly content: unknown }[];
  if (model === 'gpt-4.1') {
    const { first, second } = JSON.parse(String(messages.at(-1)?.content)) as Record<string, object>;
    const [a, b] = [JSON.stringify(first).length, JSON.stringify(second).length];
    return JSON.stringify({ reasoning: 'by length', verdict: a === b ? 'tie' : a < b ? 'first' : 'second' });
  }
  const answers = messages.filter(({ role }) => role === 'assistant').length;
  if (mode === 'runs' && answers < 2) return { toolCalls: [{ name: 'find', args: {} }] };
  const question = String(messages.find(({ role }) => role === 'user')?.content);
  const isOther = model === 'gpt-5.4-mini' && question.charCodeAt(3) % 3 === 0;
  return `answer ${question.split(' ')[0] ?? ''}${isOther ? ', and more' : ''}`;
}

interface StoredLine {
  readonly type: string;
  readonly id: string;
  readonly key: string;
  readonly nanoUsd: string;
  readonly maxNanoUsd: string;
}

/** Returns the lines of a journal, without an incomplete last one. */
function linesOf(folder: string): readonly StoredLine[] {
  const lines = readFileSync(join(folder, 'next.replay.jsonl'), 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as StoredLine);
}

/** Checks that no stored call was sent again. Returns booked and reserved cost together, in nano-USD. */
function checkJournal(folder: string): number {
  const answered = new Set<string>();
  let total = 0;
  const open = new Map<string, number>();
  for (const { type, id, key, nanoUsd, maxNanoUsd } of linesOf(folder)) {
    if (type === 'start') {
      expect(answered).not.toContain(key);
      total += Number(maxNanoUsd);
      open.set(id, Number(maxNanoUsd));
    }
    if (type === 'end') total += Number(nanoUsd) - (open.get(id) ?? 0);
    if (type === 'answer' || type === 'verdict') answered.add(key);
  }
  return total;
}

const billed = ({ requests }: FaultyServer): number =>
  requests.reduce((sum, { model }) => {
    const { input = 0, output = 0 } = PRICES[model] ?? {};
    return sum + USAGE.input * input + USAGE.output * output;
  }, 0);

/** Experiment without a kill. */
interface Reference {
  readonly report: unknown;
  readonly requests: number;
  /** Cost in nano-USD. */
  readonly spent: number;
}

const references = new Map<Mode, Reference>();

async function referenceOf(mode: Mode): Promise<Reference> {
  const known = references.get(mode);
  if (known !== undefined) return known;
  await using server = await startFaultyServer((request) => answer(request, mode));
  const [code, out, err] = await start(server, testFolder(), mode).output;
  expect([code, err]).toEqual([0, '']);
  const found = { report: timeless(out), requests: server.requests.length, spent: billed(server) };
  expect(Number((JSON.parse(out) as ReplayReport).spentNanoUsd)).toBe(found.spent);
  references.set(mode, found);
  return found;
}

describe('experiments that SIGKILL ends at random points', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 1))(
    'pay for no stored answer again, and have the report of an uninterrupted run (seed %i)',
    { timeout: TIMEOUT },
    async (seed) => {
      const random = seededRandom(seed);
      const mode: Mode = seed % 2 === 0 ? 'calls' : 'runs';
      const { report, requests, spent } = await referenceOf(mode);
      const folder = testFolder();
      let left = Infinity;
      let running: Process | undefined;
      await using server = await startFaultyServer(async (request) => {
        await sleep(random() * 20);
        left -= 1;
        if (left === 0) setTimeout(() => running?.child.kill('SIGKILL'), random() * 10);
        return answer(request, mode);
      });
      let repeated = 0;
      for (let kill = 0; kill < MOST_KILLS; kill++) {
        left = 1 + Math.floor(random() * 25);
        running = start(server, folder, mode);
        const [code] = await running.output;
        checkJournal(folder);
        if (code === 0) break;
        repeated += CONCURRENCY;
      }
      expect(repeated).toBeGreaterThan(0);
      left = Infinity;
      const [code, out, err] = await start(server, folder, mode).output;
      expect([code, err]).toEqual([0, '']);
      checkJournal(folder);
      expect(timeless(out)).toEqual(report);
      // A call may have been booked whose answer was not written.
      const { lost, spentNanoUsd } = JSON.parse(out) as ReplayReport;
      expect(lost.calls).toBeLessThanOrEqual(repeated);
      expect(Number(spentNanoUsd)).toBeGreaterThanOrEqual(spent);
      expect(Number(spentNanoUsd)).toBeLessThanOrEqual(billed(server));
      expect(server.requests.length).toBeGreaterThanOrEqual(requests);
      expect(server.requests.length).toBeLessThanOrEqual(requests + repeated);
    },
  );

  it.skipIf(!IS_SOAK).each([1, 2, 3, 4, 5])(
    'never exceed a small budget together (seed %i)',
    { timeout: TIMEOUT },
    async (seed) => {
      const random = seededRandom(seed);
      const mode: Mode = seed % 2 === 0 ? 'calls' : 'runs';
      const folder = testFolder();
      // Enough to begin an experiment, and too little to end it after some kills, each of which loses the calls in flight.
      const budget = '0.8';
      let left = Infinity;
      let running: Process | undefined;
      await using server = await startFaultyServer(async (request) => {
        await sleep(random() * 20);
        left -= 1;
        if (left === 0) running?.child.kill('SIGKILL');
        return answer(request, mode);
      });
      for (let kill = 0; kill < MOST_KILLS; kill++) {
        left = 1 + Math.floor(random() * 10);
        running = start(server, folder, mode, budget);
        await running.output;
        expect(checkJournal(folder)).toBeLessThanOrEqual(Number(budget) * 1e9);
        expect(billed(server)).toBeLessThanOrEqual(Number(budget) * 1e9);
      }
      expect(server.requests.some(({ model }) => model === 'gpt-4.1')).toBe(true);
    },
  );

  it.skipIf(!IS_SOAK)(
    'write and send only what was in flight after another process has continued, and end with the reason',
    { timeout: TIMEOUT },
    async () => {
      const folder = testFolder();
      const ahead = join(testFolder(), 'ahead');
      writeFileSync(ahead, '0');
      const stopped = new AbortController();
      await using server = await startFaultyServer(async (request, index) => {
        if (index === 20) {
          suspended.child.kill('SIGSTOP');
          stopped.abort();
        }
        return answer(request, 'calls');
      });
      const suspended = start(server, folder, 'calls', '5', ahead);
      await once(stopped.signal, 'abort');
      writeFileSync(ahead, '180000');
      const [code, out] = await start(server, folder, 'calls', '5', ahead).output;
      expect(code).toBe(0);
      expect((JSON.parse(out) as ReplayReport).missing).toBe(0);
      checkJournal(folder);
      const { length } = linesOf(folder);
      const sent = server.requests.length;
      suspended.child.kill('SIGCONT');
      const [ended, , err] = await suspended.output;
      expect(ended).toBe(1);
      expect(err).toContain('another process has continued this experiment');
      // Only the line that the process was writing when it was suspended, and the calls that it had reserved.
      expect(linesOf(folder).length - length).toBeLessThanOrEqual(1);
      expect(server.requests.length - sent).toBeLessThanOrEqual(CONCURRENCY);
    },
  );
});
