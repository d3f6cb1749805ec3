import type { RunningProgram } from '@majordomo/services';
import { TaskState } from '@a2a-js/sdk';
import type { Client } from '@a2a-js/sdk/client';
import { seededRandom } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { LEASE_MS } from '../../../../packages/agents/a2a/src/serve/run-records.ts';
import { servedAgent } from '../../src/a2a/processes.ts';
import { asTask, clientOf, request, stateOf } from '../../../../packages/agents/a2a/test/support/world.ts';

/** Number of killed processes, with ten tasks each. With SOAK=1, as in the nightly run, 20, which are 200 runs. */
const KILLS = process.env['SOAK'] === undefined ? 3 : 20;
const TASKS = 10;
const KINDS = ['look', 'slow', 'pay', 'hang'] as const;
const later = { returnImmediately: true };

/** Tasks of all processes, by their ids, with the number of accepted replies. */
type Tasks = Map<string, { accepted: number }>;

interface Round {
  readonly client: Client;
  readonly tasks: Tasks;
  readonly random: () => number;
}

/** Sends a random task, and perhaps two replies at once or a cancellation. Ends early if the process is killed. */
async function sendTask({ client, tasks, random }: Round): Promise<void> {
  const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'look';
  const isCanceled = random() < 0.2;
  const wait = kind === 'pay' ? {} : later;
  const task = asTask(await client.sendMessage(request(kind, {}, wait)));
  tasks.set(task.id, { accepted: 0 });
  if (kind === 'pay')
    await Promise.allSettled([reply(client, task.id, tasks), reply(client, task.id, tasks)]);
  if (isCanceled) await client.cancelTask({ tenant: '', id: task.id, metadata: undefined });
}

async function reply(client: Client, id: string, tasks: Tasks): Promise<void> {
  await client.sendMessage(request('approve', { taskId: id }, later));
  const task = tasks.get(id);
  if (task !== undefined) task.accepted++;
}

/** Kills the process when a random number of its tasks have ended their requests. */
async function runAndKill(served: RunningProgram, round: Round): Promise<void> {
  const killAt = Math.floor(round.random() * TASKS);
  let ended = 0;
  let killing: Promise<void> | undefined;
  const sent = Array.from({ length: TASKS }, () =>
    sendTask(round).finally(() => {
      if (ended++ === killAt) killing = served.kill();
    }),
  );
  await Promise.allSettled(sent);
  await killing;
}

const ENDED: ReadonlySet<number | undefined> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
]);

/** Ends the tasks of killed processes: replies to questions, and reads the others. */
async function endAll(client: Client, tasks: Tasks): Promise<void> {
  for (const id of tasks.keys()) {
    const task = await client.getTask({ tenant: '', id });
    if (stateOf(task) === TaskState.TASK_STATE_INPUT_REQUIRED)
      await Promise.allSettled([reply(client, id, tasks), reply(client, id, tasks)]);
    await expect
      .poll(async () => ENDED.has(stateOf(await client.getTask({ tenant: '', id }))), { timeout: 60_000 })
      .toBe(true);
  }
}

it(
  'ends the tasks of killed processes, repeats no call, and accepts one reply to a question',
  { timeout: 600_000 },
  async () => {
    const { start, calls } = servedAgent();
    const random = seededRandom(78);
    const tasks: Tasks = new Map();
    for (let kill = 0; kill < KILLS; kill++) {
      // The leases of the process before have expired.
      const served = await start(kill * (LEASE_MS + 1000));
      const client = await clientOf(served.origin, 'a');
      await endAll(client, tasks);
      await runAndKill(served, { client, tasks, random });
    }
    const last = await start(KILLS * (LEASE_MS + 1000));
    await endAll(await clientOf(last.origin, 'a'), tasks);
    const made = calls();
    expect(tasks.size).toBeGreaterThan(KILLS);
    expect(new Set(made).size).toBe(made.length);
    expect(made.length).toBeGreaterThan(KILLS);
    expect(Math.max(...[...tasks.values()].map(({ accepted }) => accepted))).toBe(1);
  },
);
