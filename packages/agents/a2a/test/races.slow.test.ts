import { TaskState } from '@a2a-js/sdk';
import { defineTool } from '@majordomo/agent';
import { memoryRecords } from '@majordomo/records';
import { seededRandom, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { RecordStore } from '../src/index.ts';
import { asTask, collect, request, stateOf, world } from './support/world.ts';

const NONE = { type: 'object', properties: {} } as const;
const { TASK_STATE_CANCELED, TASK_STATE_COMPLETED, TASK_STATE_INPUT_REQUIRED } = TaskState;

const payTool = (run: () => string) =>
  defineTool({ name: 'pay', description: 'Pays', parameters: NONE, approval: true, effect: 'once', run });
const pay: Turn = { toolCalls: [{ name: 'pay', args: {} }] };

async function turnsOfLoop(count: number): Promise<void> {
  for (let turns = Math.floor(count); turns > 0; turns--)
    await new Promise((resolve) => setImmediate(resolve));
}

/** Store whose requests take a random number of turns of the event loop, as those of a database. */
function slowRecords(random: () => number): RecordStore {
  const memory = memoryRecords();
  const wait = () => turnsOfLoop(random() * 40);
  const slow = async <T>(work: () => Promise<T>): Promise<T> => {
    await wait();
    const result = await work();
    await wait();
    return result;
  };
  return {
    get: (...all) => slow(() => memory.get(...all)),
    write: (...all) => slow(() => memory.write(...all)),
    list: (...all) => slow(() => memory.list(...all)),
    counts: (...all) => slow(() => memory.counts(...all)),
  };
}

describe('a message that a client sends again', () => {
  it('does not approve the next call', async () => {
    let paid = 0;
    await using served = await world([pay, pay, 'Paid.'], {}, [payTool(() => `paid ${++paid}`)]);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('Pay')));
    const approval = request('approve', { taskId: id });
    const second = asTask(await client.sendMessage(approval));
    expect(stateOf(second)).toBe(TASK_STATE_INPUT_REQUIRED);
    await expect(client.sendMessage(approval)).rejects.toThrow('has received this message');
    expect(paid).toBe(1);
    expect(stateOf(asTask(await client.sendMessage(request('approve', { taskId: id }))))).toBe(
      TASK_STATE_COMPLETED,
    );
    expect(paid).toBe(2);
  });
});

describe('a task that a process cancels', () => {
  it('is aborted by a process that has overwritten the state', async () => {
    const records = memoryRecords();
    const hanging = defineTool({
      name: 'wait',
      description: 'Waits',
      parameters: NONE,
      run: () => new Promise<string>(() => undefined),
    });
    await using served = await world([{ toolCalls: [{ name: 'wait', args: {} }] }], { records }, [hanging]);
    await using other = await world([], { records });
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('Wait', {}, { returnImmediately: true })));
    const stored = async () => (await records.list('a2a/tasks', { limit: 1 }))[0];
    await expect.poll(stored).toBeDefined();
    const { key = '', value = '', label } = (await stored()) ?? {};
    const canceled = await (await other.client()).cancelTask({ tenant: '', id, metadata: undefined });
    expect(stateOf(canceled)).toBe(TASK_STATE_CANCELED);
    await records.write('a2a/tasks', [{ type: 'put', key, value, label }]);
    await expect
      .poll(async () => stateOf(await client.getTask({ tenant: '', id })), { timeout: 3000 })
      .toBe(TASK_STATE_CANCELED);
  });

  it('has one end if another process cancels it at its end', { timeout: 60_000 }, async () => {
    const random = seededRandom(5);
    const wrong: string[] = [];
    for (let round = 0; round < 60; round++) {
      const records = slowRecords(random);
      const turns: Turn[] = round % 2 === 0 ? ['Done.'] : [pay];
      await using served = await world(turns, { records }, [payTool(() => 'paid')]);
      await using other = await world([], { records });
      const client = await served.client();
      const events = collect(client.sendMessageStream(request('Go')));
      const stored = async () => (await records.list('a2a/tasks', { limit: 1 }))[0]?.key.split('/').at(-1);
      let id: string | undefined;
      while (id === undefined) id = await stored();
      await turnsOfLoop(random() * 100);
      const cancel = await (
        await other.client()
      )
        .cancelTask({ tenant: '', id, metadata: undefined })
        .then(stateOf, () => undefined);
      const last = (await events).at(-1)?.payload;
      const state = stateOf(await client.getTask({ tenant: '', id }));
      const shown: number | undefined = last?.$case === 'statusUpdate' ? last.value.status?.state : undefined;
      const end: number = cancel ?? (round % 2 === 0 ? TASK_STATE_COMPLETED : TASK_STATE_INPUT_REQUIRED);
      // A client that reads the stream receives the question before another cancels the waiting task.
      const isShown = shown === end || shown === TASK_STATE_INPUT_REQUIRED;
      if (state !== end || !isShown) wrong.push(`${round}: ${cancel}, ${shown}, ${state}`);
    }
    expect(wrong).toEqual([]);
  });

  it('cannot be canceled if the record of its run is gone', async () => {
    const records = memoryRecords();
    await using served = await world([pay], { records }, [payTool(() => 'paid')]);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('Pay')));
    await records.write('a2a/runs', [{ type: 'remove', key: id }]);
    await expect(client.cancelTask({ tenant: '', id, metadata: undefined })).rejects.toThrow(
      'not cancelable',
    );
  });

  it('does not run the call that a reply approves at the same time', { timeout: 60_000 }, async () => {
    const random = seededRandom(11);
    const wrong: string[] = [];
    for (let round = 0; round < 60; round++) {
      let paid = 0;
      const records = slowRecords(random);
      const tool = payTool(() => `paid ${++paid}`);
      await using served = await world([pay, 'Paid.'], { records }, [tool]);
      await using other = await world(['Paid.'], { records }, [tool]);
      const client = await served.client();
      const rival = random() < 0.5 ? client : await other.client();
      const { id } = asTask(await client.sendMessage(request('Pay')));
      const [reply, cancel] = await Promise.allSettled([
        rival.sendMessage(request('approve', { taskId: id })),
        client.cancelTask({ tenant: '', id, metadata: undefined }),
      ]);
      const state = stateOf(await client.getTask({ tenant: '', id }));
      const isCanceled = cancel.status === 'fulfilled';
      if (isCanceled !== (state === TASK_STATE_CANCELED))
        wrong.push(`${round}: ${cancel.status}, state ${state}`);
      if (isCanceled && reply.status === 'rejected' && paid > 0) wrong.push(`${round}: paid`);
    }
    expect(wrong).toEqual([]);
  });
});
