import { createMajordomo, fromJson, toJson, type ChatModel, type Message } from '@majordomo/core';
import { startWireServer, type WireServer } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { ANSWERS, carryOn, make } from '../src/handoff.ts';
import { PROFILE_SIDES } from '../src/profiles.ts';
import { SIDES, WORKERS_AI, type Side } from '../src/wires.ts';

interface Open {
  readonly server: WireServer;
  readonly model: ChatModel;
}

async function open(side: Side, id: string): Promise<Open> {
  const server = await startWireServer({
    wire: side.wire,
    // Other ids every time: a real vendor never says the same one twice.
    script: (_, n) => {
      const answer = ANSWERS[n % ANSWERS.length];
      return answer === undefined ? 'ok' : { ...answer, id: `${id}${n}` };
    },
  });
  const majordomo = createMajordomo({
    providers: [side.provider(id, server.baseURL)],
    chain: { attempts: 1 },
  });
  return { server, model: majordomo.model(`${id}/${side.model}`) };
}

const refusals = ({ server }: Open): unknown[] => server.requests.flatMap(({ violations }) => violations);

const sides = [...SIDES, WORKERS_AI];
const pairs = sides.flatMap((from) => sides.map((to) => [from.wire.name, to.wire.name, from, to] as const));

const anthropic = SIDES.find(({ wire }) => wire.name === 'anthropic-messages') as Side;
const profilePairs = PROFILE_SIDES.flatMap(([name, side]) => [
  [name, 'anthropic', side, anthropic] as const,
  ['anthropic', name, anthropic, side] as const,
]);

describe('a conversation', () => {
  it.each([...pairs, ...profilePairs])('made on %s goes on to %s and back', async (_from, _to, from, to) => {
    const first = await open(from, 'first');
    const second = await open(to, 'second');
    try {
      const made = await make(first.model);
      const there = await carryOn(
        second.model,
        fromJson<Message[]>(JSON.parse(JSON.stringify(toJson(made)))),
      );
      await carryOn(first.model, there);
      expect(refusals(first)).toEqual([]);
      expect(refusals(second)).toEqual([]);
      expect([first.server.requests.length, second.server.requests.length]).toEqual([6, 3]);
      // The picture and both parallel calls are still there on the other side.
      const seen = second.server.requests[0]?.request;
      expect(seen?.images.length).toBe(1);
      expect(seen?.toolCalls.map(({ name }) => name)).toEqual(['look', 'count', 'look']);
      expect(seen?.toolResults.map(({ isError }) => isError)).toEqual([false, true, true]);
    } finally {
      await Promise.all([first.server.close(), second.server.close()]);
    }
  });
});
