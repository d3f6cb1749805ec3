import { Agent } from 'node:http';
import { seededRandom } from '@majordomo/testing';
import { gatewayCall, type StreamEnd } from './gateway-call.ts';

const LEAVES = 0.02;

/** Outcomes of the calls of all clients. */
export interface Met {
  readonly calls: number;
  readonly ends: Readonly<Partial<Record<StreamEnd['how'], number>>>;
  /** Calls with an unexpected outcome. */
  readonly broken: readonly string[];
}

/**
 * Runs `count` clients until `isOver`. Each client begins its next stream when its previous one ends. The clients start at
 * intervals of `rampMs`.
 */
export async function gatewayCallers(
  url: string,
  streams: number,
  isOver: (calls: number) => boolean,
  rampMs = 0,
): Promise<Met> {
  const agent = new Agent({ keepAlive: true });
  const random = seededRandom(502);
  const ends: Partial<Record<StreamEnd['how'], number>> = {};
  const broken: string[] = [];
  let calls = 0;
  const caller = async (at: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, at * rampMs));
    while (!isOver(calls)) {
      const call = calls++;
      const { how, why } = await gatewayCall(url, call, random() < LEAVES, agent);
      ends[how] = (ends[how] ?? 0) + 1;
      if (how === 'broken') broken.push(`call ${call}: ${why}`);
    }
  };
  await Promise.all(Array.from({ length: streams }, (_, at) => caller(at)));
  agent.destroy();
  return { calls, ends, broken };
}
