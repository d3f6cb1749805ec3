import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, toJson } from '@majordomo/core';
import { suiteFolder } from '@majordomo/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunState } from '../src/index.ts';
import { agentOf, SCHEDULES, UNKNOWN } from './support/crash-scenario.ts';
import { faultOf } from './support/world.ts';

const folder = suiteFolder();
const program = join(import.meta.dirname, 'support/crash-process.ts');

/** Runs one process for a range of schedules. Returns its exit code, or the signal that killed it. */
function runProcess(from: number, to: number): Promise<number | string> {
  return new Promise((resolve, reject) => {
    // All processes load the same code; the cache avoids compiling it again.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const child = spawn(process.execPath, [program, folder, String(from), String(to)], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve(signal ?? code ?? 'gone');
    });
  });
}

/** Runs processes one after another until one completes the schedules. Returns the number of killed processes. */
async function runUntilDone(from: number, to: number): Promise<number> {
  for (let killed = 0; ; killed++) {
    const end = await runProcess(from, to);
    if (end === 0) return killed;
    if (end !== 'SIGKILL') throw new Error(`the process ended with ${end}`);
  }
}

const lines = (name: string): readonly string[] => {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
};

let killed = 0;
beforeAll(async () => {
  await runProcess(0, 0);
  const half = SCHEDULES / 2;
  const killCounts = await Promise.all([runUntilDone(0, half), runUntilDone(half, SCHEDULES)]);
  killed = killCounts.reduce((sum, count) => sum + count, 0);
}, 300_000);

interface Outcome {
  readonly state: RunState;
  readonly undisturbed: RunState;
  /** Tool runs, such as `pay r/1/c0`, with one item per run. */
  readonly runs: readonly string[];
  /** Places where its processes were killed, such as `before tool r/1/c0`. */
  readonly deaths: readonly string[];
}

async function outcomeOf(schedule: number): Promise<Outcome> {
  const state = fromJson<RunState>(JSON.parse(readFileSync(join(folder, `${schedule}.final`), 'utf8')));
  const agent = agentOf(schedule, () => undefined);
  const local = agent.effects({ runId: 'r', signal: new AbortController().signal });
  const { state: undisturbedState } = await agent.drive(agent.begin('go'), {
    ...local,
    claim: () => Promise.resolve(agent.claimOwner()),
    decisions: async () => [],
  });
  const undisturbed = fromJson<RunState>(toJson(undisturbedState));
  return { state, undisturbed, runs: lines(`${schedule}.runs`), deaths: lines(`${schedule}.deaths`) };
}

const outcomes = (): Promise<readonly Outcome[]> =>
  Promise.all(Array.from({ length: SCHEDULES }, (_, n) => outcomeOf(n)));
const countOf = <T>(items: readonly T[], item: T): number => items.filter((other) => other === item).length;

/** Returns every tool run of an undisturbed run, such as `count r/1/c0`. */
function expectedRuns({ undisturbed }: Outcome): readonly string[] {
  return undisturbed.messages.flatMap((message) =>
    message.role === 'tool'
      ? message.parts.map(({ content }) =>
          content
            .map((part) => (part.type === 'text' ? part.text : ''))
            .join('')
            .replace(' of ', ' '),
        )
      : [],
  );
}

/** Whether this is a run of a once tool whose process was killed between its claim and its entry. */
const isLost = ({ deaths }: Outcome, run: string): boolean =>
  run.startsWith('pay ') &&
  deaths.some((death) => death === `after claim ${run.slice(4)}` || death === `before tool ${run.slice(4)}`);

describe(`${SCHEDULES} runs with a journal on disk, killed by SIGKILL at random places`, () => {
  it('are killed often, at entries of every kind', async () => {
    const deaths = (await outcomes()).flatMap((outcome) => outcome.deaths);
    expect(deaths).toHaveLength(killed);
    expect(killed).toBeGreaterThan(SCHEDULES * 0.7);
    for (const place of [
      'before ask',
      'after ask',
      'before tool',
      'after tool',
      'before claim',
      'after claim',
    ]) {
      expect(deaths.filter((death) => death.startsWith(place)).length, place).toBeGreaterThanOrEqual(
        Math.floor(SCHEDULES / 15),
      );
    }
  });

  it('run every tool exactly once if each kill came after an entry', async () => {
    const clean = (await outcomes()).filter(({ deaths }) =>
      deaths.every((death) => death.startsWith('after ')),
    );
    expect(clean.length).toBeGreaterThan(SCHEDULES / 4);
    for (const outcome of clean) {
      const expected = expectedRuns(outcome).filter((run) => !isLost(outcome, run));
      expect(outcome.runs).toEqual(expected);
    }
  });

  it('repeat a tool at most once for each kill between its run and its entry, with the same key', async () => {
    for (const outcome of await outcomes()) {
      const expected = expectedRuns(outcome);
      expect(outcome.runs.filter((run) => !expected.includes(run))).toEqual([]);
      for (const run of expected) {
        const [name, key] = run.split(' ');
        const repeats = name === 'count' ? countOf(outcome.deaths, `before tool ${key ?? ''}`) : 0;
        expect(countOf(outcome.runs, run)).toBeLessThanOrEqual(1 + repeats);
      }
    }
  });

  it('never start a once tool twice', async () => {
    const all = await outcomes();
    const paid = all.flatMap(({ runs }) =>
      [...new Set(runs)].filter((run) => run.startsWith('pay ')).map((run) => countOf(runs, run)),
    );
    expect(paid.length).toBeGreaterThan(SCHEDULES / 2);
    expect(new Set(paid)).toEqual(new Set([1]));
    expect(all.some((outcome) => outcome.runs.some((run) => isLost(outcome, run)))).toBe(true);
  });

  it('end in the state of an undisturbed run, except for calls with an unknown outcome', async () => {
    for (const outcome of await outcomes()) {
      const { state, undisturbed } = outcome;
      const toolMessagesJson = JSON.stringify(state.messages.filter(({ role }) => role === 'tool'));
      const lostRuns = expectedRuns(outcome).filter((run) => isLost(outcome, run));
      expect(toolMessagesJson.split(UNKNOWN).length - 1).toBe(lostRuns.length);
      expect(faultOf(state.messages)).toBeUndefined();
      expect(withoutUnknown(state)).toEqual(withoutLost(undisturbed, lostRuns));
    }
  });
});

// Both states are compared without the results of lost calls.
const withoutUnknown = (state: RunState): unknown =>
  withoutResults(state, (text) => text.startsWith(UNKNOWN));
const withoutLost = (state: RunState, lostRuns: readonly string[]): unknown =>
  withoutResults(state, (text) => lostRuns.includes(text.replace(' of ', ' ')));

function withoutResults(state: RunState, isOmitted: (text: string) => boolean): unknown {
  const messages = state.messages.map((message) => {
    if (message.role !== 'tool') return message;
    const parts = message.parts.map((part) =>
      part.content.some((piece) => piece.type === 'text' && isOmitted(piece.text))
        ? { callId: part.callId }
        : part,
    );
    return { ...message, parts };
  });
  return { ...state, messages };
}
