import { createCompactor } from '@majordomo/context';
import { assistant, createMajordomo, fromJson, toJson, user, type Message } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { carryOn, make, open } from '../../src/handoff.ts';
import { PROFILE_SIDES } from '../../src/profiles.ts';
import { CHAT_SIDES, SIDES, WORKERS_AI, type Side } from '../../src/wires.ts';

const sides: readonly (readonly [name: string, side: Side])[] = [
  ...[...SIDES, WORKERS_AI].map((side) => [side.wire.name, side] as const),
  ...CHAT_SIDES,
  ...PROFILE_SIDES,
];

/** The conversation with its middle summed up. */
async function compacted(made: readonly Message[]): Promise<readonly Message[]> {
  const providers = [fakeProvider({ id: 'f', models: { m: ['They looked at a door.'] } })];
  const summarizer = createMajordomo({ providers }).model('f/m');
  const options = { summarizer, contextTokens: 4000, protectFirst: 1, protectLast: 3 };
  const { messages, lineage } = await createCompactor(options).run(made, { force: true });
  expect(lineage).toBeDefined();
  return messages;
}

describe('a conversation that was summed up', () => {
  it.each(sides)('made on %s continues on every wire', async (_name, from) => {
    // Long enough that a summary is shorter.
    const first = open(from, 'first');
    const begun = await make(first.model);
    const told = [...begun, assistant('It is a door. '.repeat(200)), user('And?')];
    // As it comes back from where an app keeps it, and is summed up there.
    const made = fromJson<Message[]>(JSON.parse(JSON.stringify(toJson(await carryOn(first.model, told, 3)))));
    const summed = JSON.stringify(toJson(await compacted(made)));
    const traces = new Map<string, unknown>();
    for (const [name, to] of sides) {
      const history = fromJson<Message[]>(JSON.parse(summed));
      const there = open(to, 'there');
      const back = open(from, 'back');
      const trace = await carryOn(there.model, history, 2)
        .then((messages) => carryOn(back.model, messages, 1))
        .then(() => [...there.refused, ...back.refused])
        .catch((error: unknown) => [String(error)]);
      traces.set(name, trace);
    }
    expect(Object.fromEntries(traces)).toEqual(Object.fromEntries(sides.map(([name]) => [name, []])));
  });
});
