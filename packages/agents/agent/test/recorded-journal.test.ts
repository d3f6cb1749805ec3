// Every later release must read these entries, so that a run of one release continues with the next.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, toJson, user, type JsonValue } from '@majordomo/core';
import type { Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { journaled, type Journal } from '../src/durable.ts';
import { suspend, type Agent, type Decision, type RunState, type Tool } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { calls, world } from './support/world.ts';

const FOLDER = join(import.meta.dirname, 'journals');

/** Entries of one run in order, and its final state. */
interface RecordedJournal {
  readonly entries: readonly (readonly [name: string, value: JsonValue])[];
  readonly end: JsonValue;
}

/** Returns an agent whose run writes entries of every kind: steering, approvals, claims, tools, a suspended tool and decisions. */
function agentOf(turns: readonly Turn[], run: Tool['run']): Agent {
  const waiting = [[user('Hurry!')]];
  return world(turns, {
    tools: [
      plain('look', run),
      plain('pay', run, { approval: true, effect: 'once' }),
      plain('ask', run, { effect: 'once' }),
    ],
    parallelTools: true,
    steer: () => waiting.shift(),
  }).agent;
}

const DECISIONS: Readonly<Record<string, Decision>> = {
  p: { callId: 'p', approve: true, args: { sum: 2 } },
  d: { callId: 'd', deny: 'too dear' },
  a: { callId: 'a', result: 'forty-two' },
};

const driveRun = async (agent: Agent, journal: Omit<Journal, 'runId' | 'signal'>): Promise<RunState> => {
  const completeJournal = { ...journal, runId: 'run-1', signal: new AbortController().signal };
  return (await agent.drive(agent.begin('go'), journaled(agent, completeJournal))).state;
};

/** `RECORD_JOURNAL=1.1.0` stores the journal of this release in a file. */
it.runIf(process.env['RECORD_JOURNAL'])('records a journal', async () => {
  const entries: [string, JsonValue][] = [];
  const script = [
    calls(['l', 'look'], ['p', 'pay'], ['d', 'pay']),
    calls(['a', 'ask'], ['x', 'none']),
    'Done.',
  ];
  const record = (name: string, value: JsonValue): JsonValue => {
    entries.push([name, value]);
    return value;
  };
  const agent = agentOf(script, (_args, { callId }) =>
    callId === 'a' ? suspend() : [{ type: 'image', mediaType: 'image/png', bytes: Uint8Array.of(1, 2, 3) }],
  );
  const end = await driveRun(agent, {
    step: async (name, run) => record(name, await run()),
    decision: async ({ id }, name) => fromJson(record(name, toJson(DECISIONS[id]!))),
  });
  const file = join(FOLDER, `${process.env['RECORD_JOURNAL']}.json`);
  writeFileSync(file, `${JSON.stringify({ entries, end: toJson(end) }, undefined, 1)}\n`);
});

describe('a journal that a release wrote', () => {
  it.each(readdirSync(FOLDER))('%s is replayed to its end, and no step runs again', async (file) => {
    const { entries, end } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as RecordedJournal;
    const valuesByName = new Map(entries);
    const requestedNames: string[] = [];
    const read = (name: string): JsonValue => {
      requestedNames.push(name);
      const value = valuesByName.get(name);
      if (value === undefined) throw new Error(`the journal of ${file} has no "${name}"`);
      return value;
    };
    const agent = agentOf([], () => expect.unreachable('a tool was run again'));
    const state = await driveRun(agent, {
      step: async (name) => read(name),
      decision: async (_call, name) => fromJson(read(name)),
    });
    expect(toJson(state)).toEqual(end);
    // Entries are stored in the order in which steps end, and requested in the order in which steps start.
    expect(requestedNames.toSorted()).toEqual([...valuesByName.keys()].toSorted());
  });
});
