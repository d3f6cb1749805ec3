import { LlmError, type AttemptInfo, type Gate, type Permit } from '@majordomo/core';
import type { SharedLanesOptions } from '@majordomo/core/toolkit';
import { equal, ok } from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { until } from '../until.ts';

/** Creates a gate of lanes in a store. */
export type Lanes = (options: SharedLanesOptions) => Gate;

/** Test case of the lanes of two stores that share data, as stores of two processes do. */
export interface LaneCase {
  readonly name: string;
  run(pair: readonly [mine: Lanes, theirs: Lanes]): Promise<void>;
}

/** Request for a lane, and its outcome when it is known. */
export interface Admission {
  outcome?: 'admitted' | 'denied' | 'aborted';
  permit?: Permit;
}

let calls = 0;

/** Creates an attempt of a separate call. The attempt is `options` itself, so that a test can change its properties later. */
export const laneAttempt = (options: object = {}): AttemptInfo =>
  Object.assign(options, {
    call: { id: `call ${calls++}` },
    target: 'a/x',
    attempt: 1,
    signal: new AbortController().signal,
    ...options,
  }) as unknown as AttemptInfo;

/** Requests a lane for an attempt. */
export function requestLane(gate: Gate, options: object = {}): Admission {
  const admission: Admission = {};
  void Promise.resolve(gate.admit(laneAttempt(options))).then(
    (answer) => {
      const isPermit = answer !== undefined && 'settle' in answer;
      admission.outcome = isPermit ? 'admitted' : 'denied';
      if (isPermit) admission.permit = answer;
    },
    () => (admission.outcome = 'aborted'),
  );
  return admission;
}

/** Ends the attempt of an admission. */
export const leaveLane = async ({ permit }: Admission): Promise<void> =>
  permit?.settle({} as Parameters<Permit['settle']>[0]);

/** Cases of lanes in a store. The tests of core have the cases that need no store. */
export const laneCases: readonly LaneCase[] = [
  {
    name: 'admit their maximum over all processes, and the next attempt when one has ended',
    async run(pair) {
      const all = pair.flatMap((lanes) => {
        const gate = lanes({ name: 'gpu', most: 3 });
        return Array.from({ length: 4 }, () => requestLane(gate));
      });
      const ended = new Set<Admission>();
      const inside = (): readonly Admission[] =>
        all.filter((admission) => admission.outcome === 'admitted' && !ended.has(admission));
      while (ended.size < all.length) {
        await until(() => inside().length === Math.min(3, all.length - ended.size));
        const [first] = inside();
        ok(first);
        await leaveLane(first);
        ended.add(first);
      }
    },
  },
  {
    name: 'admit an attempt that waits for more than a second before new attempts of another process',
    async run([mine, theirs]) {
      const [here, there] = [mine, theirs].map((lanes) => lanes({ name: 'turns', most: 1 })) as [Gate, Gate];
      let last = requestLane(here);
      await until(() => last.outcome === 'admitted');
      const waiting = requestLane(there);
      await setTimeout(1300);
      for (let turn = 0; waiting.outcome === undefined; turn++) {
        ok(turn < 5, 'new attempts have overtaken the one that waits');
        await leaveLane(last);
        last = requestLane(here);
        await until(() => (last.outcome ?? waiting.outcome) !== undefined);
      }
      equal(waiting.outcome, 'admitted');
    },
  },
  {
    name: 'stop waiting when the call is aborted',
    async run([lanes]) {
      const gate = lanes({ name: 'one', most: 1 });
      const running = requestLane(gate);
      await until(() => running.outcome === 'admitted');
      const controller = new AbortController();
      const waiting = requestLane(gate, { signal: controller.signal });
      controller.abort(new LlmError('aborted', 'enough'));
      await until(() => waiting.outcome === 'aborted');
    },
  },
  {
    name: 'are reserved while an attempt runs, and are released one lease after it has lapsed',
    async run([lanes]) {
      const leaseMs = 300;
      const gate = lanes({ name: 'long', most: 1, leaseMs });
      const attempt = { isLapsed: false };
      const running = requestLane(gate, attempt);
      await until(() => running.outcome === 'admitted');
      const second = requestLane(gate);
      await setTimeout(3 * leaseMs);
      equal(second.outcome, undefined);
      attempt.isLapsed = true;
      await until(() => second.outcome !== undefined);
      equal(second.outcome, 'admitted');
    },
  },
];
