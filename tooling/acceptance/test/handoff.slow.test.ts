import { fromJson, toJson, type Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { continueConversation, createConversation, openVendor } from '../src/handoff.ts';
import { HANDOFF_SIDES, receiversOf } from '../src/handoff-sides.ts';
import type { Side } from '../src/wires.ts';

/** Result of a conversation that continues at another vendor and returns. */
interface Trace {
  readonly refused: readonly string[];
  /** Number of requests after the return, and at the other vendor. */
  readonly requests: readonly [original: number, other: number];
  readonly images: number;
  readonly calls: readonly string[];
  readonly errors: readonly boolean[];
}

const EXPECTED: Trace = {
  refused: [],
  requests: [1, 2],
  images: 1,
  calls: ['look', 'count', 'look'],
  errors: [false, true, true],
};

/** Makes two turns at the other vendor, with parallel calls and their results, and one turn at the original vendor. */
async function handOver(history: readonly Message[], from: Side, to: Side): Promise<Trace> {
  const other = openVendor(to, 'there');
  const original = openVendor(from, 'back');
  await continueConversation(original.model, await continueConversation(other.model, history, 2), 1);
  const firstRequest = other.requests[0];
  return {
    refused: [...other.refused, ...original.refused],
    requests: [original.requests.length, other.requests.length],
    images: firstRequest?.images.length ?? 0,
    calls: firstRequest?.toolCalls.map(({ name }) => name) ?? [],
    errors: firstRequest?.toolResults.map(({ isError }) => isError) ?? [],
  };
}

describe('a conversation', () => {
  it.each(HANDOFF_SIDES)('started on %s continues on every other wire and back', async (fromName, from) => {
    const receivers = receiversOf(fromName);
    const first = openVendor(from, 'first');
    const stored = toJson(await createConversation(first.model));
    expect(first.refused).toEqual([]);
    expect(first.requests.length).toBe(4);
    const traces = new Map<string, unknown>();
    for (const [name, to] of receivers) {
      const history = fromJson<Message[]>(JSON.parse(JSON.stringify(stored)));
      const trace = await handOver(history, from, to).catch((error: unknown) => String(error));
      traces.set(name, trace);
    }
    expect(Object.fromEntries(traces)).toEqual(
      Object.fromEntries(receivers.map(([name]) => [name, EXPECTED])),
    );
  });

  it('is tested with more than 30 uniquely named sides', () => {
    expect(HANDOFF_SIDES.length).toBeGreaterThan(30);
    expect(new Set(HANDOFF_SIDES.map(([name]) => name)).size).toBe(HANDOFF_SIDES.length);
  });
});
