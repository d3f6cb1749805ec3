import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromJson } from '@majordomo/core';
import { suiteFolder } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import type { Decision, RunState } from '../src/index.ts';
import { faultOf, resultTexts } from './support/world.ts';

const folder = suiteFolder();
const program = join(import.meta.dirname, 'support/approval-process.ts');

interface ProcessOutput {
  readonly pid: number;
  readonly text: string;
  readonly awaiting: readonly string[];
}

async function runInProcess(file: string, decisions?: readonly Decision[]): Promise<ProcessOutput> {
  const args = decisions === undefined ? [program, file] : [program, file, JSON.stringify(decisions)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as ProcessOutput;
}

it.each<[string, Decision, string]>([
  ['approved', { callId: 'c1', approve: true }, 'pay done'],
  ['denied', { callId: 'c1', deny: 'not today' }, '!The call was denied: not today'],
])(
  'a run with two completed calls and one that waits continues in a second process, %s',
  async (name, decision, result) => {
    const file = join(folder, name);
    const first = await runInProcess(file);
    expect(first.awaiting).toEqual(['c1']);
    const second = await runInProcess(file, [decision]);
    expect(second).toEqual({ pid: expect.any(Number) as number, text: 'All done.', awaiting: [] });
    expect(second.pid).not.toBe(first.pid);
    const state = fromJson<RunState>(JSON.parse(readFileSync(file, 'utf8')));
    expect([state.done, faultOf(state.messages), resultTexts(state.messages)]).toEqual([
      'answered',
      undefined,
      ['look done', result, 'note done'],
    ]);
    const runs = readFileSync(`${file}.runs`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const byFirst = runs.filter(([pid]) => pid === String(first.pid)).map(([, tool]) => tool);
    const bySecond = runs.filter(([pid]) => pid === String(second.pid)).map(([, tool]) => tool);
    expect([byFirst, bySecond]).toEqual([['look', 'note'], 'approve' in decision ? ['pay'] : []]);
    expect(new Set(runs.map(([, , key]) => key?.split('/')[0])).size).toBe(1);
  },
);
