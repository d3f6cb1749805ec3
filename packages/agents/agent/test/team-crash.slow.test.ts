import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson } from '@majordomo/core';
import { testFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import type { RunState } from '../src/index.ts';
import { stored } from './support/scripted.ts';
import { teamOf } from './support/team-scenario.ts';
import { faultOf } from './support/world.ts';

const program = join(import.meta.dirname, 'support/team-process.ts');

/**
 * Number of entries that a process writes before its end. The replay of `team-random.test.ts` covers each entry without a process.
 * With SOAK=1, as in the nightly run, one.
 */
const ENTRIES = process.env['SOAK'] === undefined ? 3 : 1;

/** Resolves to the exit code of a process, or to the signal that killed it. */
function runProcess(folder: string, ...args: readonly string[]): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
    const child = spawn(process.execPath, [program, folder, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code ?? 'gone'));
  });
}

it(
  `a run with a handoff and a sub-agent that waits, killed by SIGKILL after each ${ENTRIES} journal entries, repeats no call`,
  { timeout: 300_000 },
  async () => {
    const folder = testFolder();
    let killed = 0;
    const runOn = (): Promise<number | string> => runProcess(folder, String(ENTRIES));
    for (let end = await runOn(); end !== 0; end = await runOn()) {
      expect(end).toBe('SIGKILL');
      killed++;
    }
    const linesOf = (name: string): readonly string[] =>
      readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
    const names = linesOf('journal').map((line) => (JSON.parse(line) as [string])[0]);
    expect(killed).toBe(Math.floor(names.length / ENTRIES));
    expect(names).toEqual([
      'ask 1',
      'tool r/1/c0',
      'ask 2',
      'approval 2 c1',
      'r/2/c0 ask 1',
      'r/2/c0 approval 1 c1',
      'r/2/c0 tool r/2/c0/1/c0',
      'decision r/2/c0/1/c1',
      'r/2/c0 tool r/2/c0/1/c1',
      'r/2/c0 ask 2',
      'tool r/2/c0',
      'decision r/2/c1',
      'tool r/2/c1',
      'ask 3',
    ]);
    const expectedRuns: string[] = [];
    const agent = teamOf((what) => void expectedRuns.push(what));
    const decide = { approve: true } as const;
    let result = await agent.run('go', { runId: 'r' });
    while (result.awaiting.length > 0)
      result = await agent.run(stored(result.state), {
        decisions: result.awaiting.map(({ id }) => ({ callId: id, ...decide })),
      });
    const final = fromJson<RunState>(JSON.parse(readFileSync(join(folder, 'final'), 'utf8')));
    expect(final.messages).toEqual(result.messages);
    expect([final.handoffs, final.usage, final.spent]).toEqual([
      result.state.handoffs,
      result.usage,
      result.spent,
    ]);
    expect(faultOf(final.messages)).toBeUndefined();
    expect(linesOf('runs').toSorted()).toEqual(expectedRuns.toSorted());
  },
);
