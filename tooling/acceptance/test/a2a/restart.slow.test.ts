import { TaskState } from '@a2a-js/sdk';
import { describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../../../packages/agents/a2a/src/serve/run-records.ts';
import { filesOfServer, start } from '../../src/a2a/processes.ts';
import {
  asTask,
  clientOf,
  request,
  stateOf,
  statusText,
} from '../../../../packages/agents/a2a/test/support/world.ts';

const PROGRAM = new URL('../../src/a2a/serve-process.ts', import.meta.url).pathname;
const AHEAD = String(LEASE_MS + 1000);

describe('after a server was killed', { timeout: 60_000 }, () => {
  it('a task on which it worked has failed, and no call is repeated', async () => {
    const { database, log, calls } = filesOfServer();
    const first = await start(PROGRAM, [database, log]);
    const client = await clientOf(first.origin, 'a');
    const { id } = asTask(await client.sendMessage(request('hang', {}, { returnImmediately: true })));
    await expect.poll(calls).toHaveLength(1);
    await first.kill();

    const soon = await start(PROGRAM, [database, log]);
    const early = await (await clientOf(soon.origin, 'a')).getTask({ tenant: '', id });
    expect(stateOf(early)).toBe(TaskState.TASK_STATE_WORKING);

    const later = await start(PROGRAM, [database, log, AHEAD]);
    const again = await clientOf(later.origin, 'a');
    const failed = await again.getTask({ tenant: '', id });
    expect(stateOf(failed)).toBe(TaskState.TASK_STATE_FAILED);
    expect(statusText(failed)).toContain('the server ended while it worked on the task');
    await expect(again.sendMessage(request('approve', { taskId: id }))).rejects.toThrow('terminal state');
    expect(calls()).toHaveLength(1);
  });

  it('a task that requires input continues with a reply, and its call runs once', async () => {
    const { database, log, calls } = filesOfServer();
    const first = await start(PROGRAM, [database, log]);
    const client = await clientOf(first.origin, 'a');
    const { id } = asTask(await client.sendMessage(request('pay')));
    await first.kill();

    const later = await start(PROGRAM, [database, log, AHEAD]);
    const again = await clientOf(later.origin, 'a');
    const waiting = await again.getTask({ tenant: '', id });
    expect(stateOf(waiting)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    const done = asTask(await again.sendMessage(request('approve', { taskId: id })));
    expect(stateOf(done)).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toContain(`pay ${id}/`);
  });

  it('the tasks of its callers are still listed', async () => {
    const { database, log } = filesOfServer();
    const first = await start(PROGRAM, [database, log]);
    const client = await clientOf(first.origin, 'a');
    const done = asTask(await client.sendMessage(request('look')));
    const hanging = asTask(await client.sendMessage(request('hang', {}, { returnImmediately: true })));
    await first.kill();

    const later = await start(PROGRAM, [database, log, AHEAD]);
    const again = await clientOf(later.origin, 'a');
    const listed = async (status: TaskState): Promise<readonly string[]> => {
      const page = { tenant: '', contextId: '', pageToken: '', statusTimestampAfter: undefined };
      return (await again.listTasks({ ...page, status })).tasks.map(({ id }) => id);
    };
    expect(await listed(TaskState.TASK_STATE_WORKING)).toEqual([]);
    expect(await listed(TaskState.TASK_STATE_FAILED)).toEqual([hanging.id]);
    expect(await listed(TaskState.TASK_STATE_COMPLETED)).toEqual([done.id]);
  });
});
