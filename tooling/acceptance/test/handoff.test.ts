import { fromJson, toJson, type Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { carryOn, make, open } from '../src/handoff.ts';
import { PROFILE_SIDES } from '../src/profiles.ts';
import { CHAT_SIDES, SIDES, WORKERS_AI, type Side } from '../src/wires.ts';

const sides: readonly (readonly [name: string, side: Side])[] = [
  ...[...SIDES, WORKERS_AI].map((side) => [side.wire.name, side] as const),
  ...CHAT_SIDES,
  ...PROFILE_SIDES,
];

/** What a conversation that continues elsewhere and comes back must leave behind. */
interface Trace {
  readonly refused: readonly string[];
  /** Requests: the history, there, and back. */
  readonly requests: readonly [made: number, there: number];
  readonly images: number;
  readonly calls: readonly string[];
  readonly errors: readonly boolean[];
}

const SOUND: Trace = {
  refused: [],
  requests: [1, 2],
  images: 1,
  calls: ['look', 'count', 'look'],
  errors: [false, true, true],
};

/** Two turns there, with parallel calls and their results, and one back. */
async function handOver(made: readonly Message[], from: Side, to: Side): Promise<Trace> {
  const there = open(to, 'there');
  const back = open(from, 'back');
  await carryOn(back.model, await carryOn(there.model, made, 2), 1);
  const seen = there.requests[0];
  return {
    refused: [...there.refused, ...back.refused],
    requests: [back.requests.length, there.requests.length],
    images: seen?.images.length ?? 0,
    calls: seen?.toolCalls.map(({ name }) => name) ?? [],
    errors: seen?.toolResults.map(({ isError }) => isError) ?? [],
  };
}

describe('a conversation', () => {
  it.each(sides)('made on %s continues on every other wire and back', async (_name, from) => {
    const first = open(from, 'first');
    const made = toJson(await make(first.model));
    expect(first.refused).toEqual([]);
    expect(first.requests.length).toBe(4);
    const traces = new Map<string, unknown>();
    for (const [name, to] of sides) {
      const history = fromJson<Message[]>(JSON.parse(JSON.stringify(made)));
      const trace = await handOver(history, from, to).catch((error: unknown) => String(error));
      traces.set(name, trace);
    }
    expect(Object.fromEntries(traces)).toEqual(Object.fromEntries(sides.map(([name]) => [name, SOUND])));
  });

  it('has many places to go', () => {
    expect(sides.length).toBeGreaterThan(30);
    expect(new Set(sides.map(([name]) => name)).size).toBe(sides.length);
  });
});
