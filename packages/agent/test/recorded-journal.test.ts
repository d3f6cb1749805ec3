// A run of one release continues on the next: every later release reads these entries.
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

/** Entries of one run in order, and its end. */
interface Recorded {
  readonly entries: readonly (readonly [name: string, value: JsonValue])[];
  readonly end: JsonValue;
}

/** Every kind of entry that there is: steering, approvals, claims, tools, bytes, a pause of a tool, decisions. */
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

const driven = async (agent: Agent, journal: Omit<Journal, 'runId' | 'signal'>): Promise<RunState> => {
  const whole = { ...journal, runId: 'run-1', signal: new AbortController().signal };
  return (await agent.drive(agent.begin('go'), journaled(agent, whole))).state;
};

/** `RECORD_JOURNAL=1.1.0` keeps what this release writes. */
it.runIf(process.env['RECORD_JOURNAL'])('records a journal', async () => {
  const entries: [string, JsonValue][] = [];
  const script = [
    calls(['l', 'look'], ['p', 'pay'], ['d', 'pay']),
    calls(['a', 'ask'], ['x', 'none']),
    'Done.',
  ];
  const keep = (name: string, value: JsonValue): JsonValue => {
    entries.push([name, value]);
    return value;
  };
  const agent = agentOf(script, (_args, { callId }) =>
    callId === 'a' ? suspend() : [{ type: 'image', mediaType: 'image/png', bytes: Uint8Array.of(1, 2, 3) }],
  );
  const end = await driven(agent, {
    step: async (name, run) => keep(name, await run()),
    decision: async ({ id }, name) => fromJson(keep(name, toJson(DECISIONS[id]!))),
  });
  const file = join(FOLDER, `${process.env['RECORD_JOURNAL']}.json`);
  writeFileSync(file, `${JSON.stringify({ entries, end: toJson(end) }, undefined, 1)}\n`);
});

describe('a journal that a release wrote', () => {
  it.each(readdirSync(FOLDER))('%s is read to its end, and nothing is done again', async (file) => {
    const { entries, end } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Recorded;
    const known = new Map(entries);
    const asked: string[] = [];
    const read = (name: string): JsonValue => {
      asked.push(name);
      const value = known.get(name);
      if (value === undefined) throw new Error(`the journal of ${file} has no "${name}"`);
      return value;
    };
    const agent = agentOf([], () => expect.unreachable('a tool was run again'));
    const state = await driven(agent, {
      step: async (name) => read(name),
      decision: async (_call, name) => fromJson(read(name)),
    });
    expect(toJson(state)).toEqual(end);
    // Entries are stored in the order of their ends and requested in the order of their beginnings.
    expect(asked.toSorted()).toEqual([...known.keys()].toSorted());
  });
});
