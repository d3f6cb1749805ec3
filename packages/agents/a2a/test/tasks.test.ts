import { setImmediate } from 'node:timers/promises';
import { TaskState } from '@a2a-js/sdk';
import { defineTool } from '@majordomo/agent';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { LlmError } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { ServeA2aOptions } from '../src/serve/options.ts';
import { LEASE_MS } from '../src/serve/run-records.ts';
import {
  answerOf,
  asTask,
  collect,
  decisionsPart,
  request,
  stateOf,
  statusText,
  world,
} from './support/world.ts';

const NONE = { type: 'object', properties: {} } as const;

/** Tool whose call waits until the test opens the gate, or until it is aborted. */
function gatedTool() {
  let open: (value: string) => void = () => undefined;
  let isAborted = false;
  const gate = new Promise<string>((resolve) => (open = resolve));
  let started: () => void = () => undefined;
  const start = new Promise<void>((resolve) => (started = resolve));
  const tool = defineTool({
    name: 'wait',
    description: 'Waits',
    parameters: NONE,
    run: (_, { signal }) => {
      signal.addEventListener('abort', () => (isAborted = true));
      started();
      return gate;
    },
  });
  return { tool, open, start, isAborted: () => isAborted };
}

const callOf = (name: string) => ({ toolCalls: [{ name, args: {} }] });
const pay = (run: () => string) =>
  defineTool({ name: 'pay', description: 'Pays', parameters: NONE, approval: true, effect: 'once', run });
const later = { returnImmediately: true };

/** Starts a task, and waits until its tool has started. */
async function runningTask(options: Partial<ServeA2aOptions> = {}) {
  const { tool, start, ...gated } = gatedTool();
  const served = await world([callOf('wait'), 'Done.'], options, [tool]);
  const client = await served.client();
  const { id } = asTask(await client.sendMessage(request('Wait', {}, later)));
  await start;
  return { ...gated, served, client, id, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}

describe('a running task', () => {
  it('continues after the connection of its stream was cut, and can be subscribed again', async () => {
    const gated = gatedTool();
    await using served = await world([callOf('wait'), 'Done.'], {}, [gated.tool]);
    const client = await served.client();
    const stream = client.sendMessageStream(request('Wait'));
    const { value } = await stream.next();
    const id = value?.payload?.$case === 'task' ? value.payload.value.id : '';
    await gated.start;
    served.http.cut();
    await expect(collect(stream)).rejects.toThrow();
    const again = client.resubscribeTask({ tenant: '', id });
    const first = await again.next();
    expect(first.value?.payload).toMatchObject({
      $case: 'task',
      value: { id, status: { state: TaskState.TASK_STATE_WORKING } },
    });
    gated.open('waited');
    const rest = await collect(again);
    expect(rest.at(-1)?.payload).toMatchObject({
      $case: 'statusUpdate',
      value: { status: { state: TaskState.TASK_STATE_COMPLETED } },
    });
    expect(answerOf(await client.getTask({ tenant: '', id }))).toBe('Done.');
  });

  it.each([
    ['has ended', gatedTool(), 'Done.', TaskState.TASK_STATE_COMPLETED],
    ['requires input', gatedTool(), '', TaskState.TASK_STATE_INPUT_REQUIRED],
  ])('is stored when a subscriber reads that it %s', async (_name, gated, answer, state) => {
    const memory = memoryRecords();
    const records: RecordStore = {
      ...memory,
      async write(space, changes) {
        if (space === 'a2a/tasks') for (let turn = 0; turn < 200; turn++) await setImmediate();
        return memory.write(space, changes);
      },
    };
    const turns = [callOf('wait'), callOf('pay'), 'Done.'];
    await using served = await world(answer === '' ? turns : turns.toSpliced(1, 1), { records }, [
      gated.tool,
      pay(() => 'paid'),
    ]);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('Wait', {}, later)));
    await gated.start;
    const events = client.resubscribeTask({ tenant: '', id });
    await events.next();
    gated.open('waited');
    expect((await collect(events)).at(-1)?.payload).toMatchObject({ value: { status: { state } } });
    const task = await client.getTask({ tenant: '', id });
    expect([stateOf(task), task.artifacts.length === 0 ? '' : answerOf(task)]).toEqual([state, answer]);
  });

  it('is canceled, and its run is aborted', async () => {
    await using task = await runningTask();
    const { served, client, id } = task;
    const canceled = await client.cancelTask({ tenant: '', id, metadata: undefined });
    expect(stateOf(canceled)).toBe(TaskState.TASK_STATE_CANCELED);
    expect(task.isAborted()).toBe(true);
    task.open('too late');
    expect(stateOf(await client.getTask({ tenant: '', id }))).toBe(TaskState.TASK_STATE_CANCELED);
    expect(served.requests).toHaveLength(1);
    expect(served.errors).toEqual([]);
  });

  it('is aborted within a second after another process has canceled it', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    await using task = await runningTask({ records, clock });
    const { id } = task;
    await using other = await world([], { records, clock });
    const canceled = await (await other.client()).cancelTask({ tenant: '', id, metadata: undefined });
    expect(stateOf(canceled)).toBe(TaskState.TASK_STATE_CANCELED);
    expect(task.isAborted()).toBe(false);
    await clock.advance(1000);
    expect(task.isAborted()).toBe(true);
  });

  it('remains alive for other processes while its process renews the lease', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    await using task = await runningTask({ records, clock });
    const { client, id } = task;
    await using other = await world([], { records, clock });
    await clock.advance(10 * LEASE_MS);
    const seen = await (await other.client()).getTask({ tenant: '', id });
    expect(stateOf(seen)).toBe(TaskState.TASK_STATE_WORKING);
    task.open('waited');
    await expect
      .poll(async () => stateOf(await client.getTask({ tenant: '', id })))
      .toBe(TaskState.TASK_STATE_COMPLETED);
  });

  it('fails when the store has failed for 30 seconds', async () => {
    const clock = fakeClock();
    const memory = memoryRecords({ clock });
    let isDown = false;
    const orDown = <T>(work: () => Promise<T>): Promise<T> =>
      isDown ? Promise.reject(new Error('secret-host is down')) : work();
    const records: RecordStore = {
      ...memory,
      get: (...all) => orDown(() => memory.get(...all)),
      write: (...all) => orDown(() => memory.write(...all)),
    };
    await using task = await runningTask({ records, clock });
    isDown = true;
    const failure = task.client.getTask({ tenant: '', id: task.id });
    await expect(failure).rejects.toThrow('its log contains the reason');
    await clock.advance(LEASE_MS + 2000);
    expect(task.isAborted()).toBe(true);
    expect(task.served.errors.some((error) => LlmError.is(error, 'server'))).toBe(true);
    isDown = false;
  });

  it('refuses a second message, and continues', async () => {
    await using task = await runningTask();
    const { client, id } = task;
    await expect(client.sendMessage(request('Faster', { taskId: id }))).rejects.toThrow('is running');
    task.open('waited');
    await expect
      .poll(async () => stateOf(await client.getTask({ tenant: '', id })))
      .toBe(TaskState.TASK_STATE_COMPLETED);
  });

  it('is stored when the server has been closed directly after the run', async () => {
    const memory = memoryRecords();
    let begin = (): void => undefined;
    const isWriting = new Promise<void>((resolve) => (begin = resolve));
    const records: RecordStore = {
      ...memory,
      async write(space, changes) {
        if (space === 'a2a/tasks' && JSON.stringify(changes).includes('Done.')) {
          begin();
          for (let turn = 0; turn < 200; turn++) await setImmediate();
        }
        return memory.write(space, changes);
      },
    };
    await using served = await world(['Done.'], { records });
    const { id } = asTask(await (await served.client()).sendMessage(request('Hi', {}, later)));
    await isWriting;
    await served.server.close();
    await using other = await world([], { records: memory });
    const task = await (await other.client()).getTask({ tenant: '', id });
    expect([stateOf(task), answerOf(task)]).toEqual([TaskState.TASK_STATE_COMPLETED, 'Done.']);
  });

  it('fails when the server is closed, whose endpoint then answers 503', async () => {
    const gated = gatedTool();
    await using served = await world([callOf('wait'), 'Done.'], {}, [gated.tool]);
    const client = await served.client();
    const result = client.sendMessage(request('Wait'));
    await gated.start;
    await served.server.close();
    expect(statusText(asTask(await result))).toBe('aborted: the server was closed');
    const response = await fetch(`${served.http.origin}/a2a`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
  });
});

describe('a task that requires input', () => {
  it('continues with only one of several replies', async () => {
    let paid = 0;
    const tool = pay(() => `paid ${++paid}`);
    const records = memoryRecords();
    await using served = await world([callOf('pay'), 'Paid.'], { records }, [tool]);
    await using other = await world(['Paid.'], { records }, [tool]);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('Pay')));
    const clients = await Promise.all([served.client(), other.client(), served.client(), other.client()]);
    const replies = await Promise.allSettled(
      clients.map((one) => one.sendMessage(request('approve', { taskId: id }))),
    );
    expect(replies.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(paid).toBe(1);
    expect(stateOf(await client.getTask({ tenant: '', id }))).toBe(TaskState.TASK_STATE_COMPLETED);
  });

  it('still requires input after a reply with arguments that do not match the tool', async () => {
    const tool = defineTool({
      name: 'pay',
      description: 'Pays',
      approval: true,
      run: ({ euros }) => `paid ${String(euros)}`,
      parameters: { type: 'object', properties: { euros: { type: 'number' } }, required: ['euros'] },
    });
    await using served = await world([{ toolCalls: [{ name: 'pay', args: { euros: 5 } }] }, 'Paid.'], {}, [
      tool,
    ]);
    const client = await served.client();
    const waiting = asTask(await client.sendMessage(request('Pay')));
    const callId = served.requests.length === 1 ? callIdIn(waiting.status) : '';
    const reply = (args: object) =>
      client.sendMessage(request([decisionsPart({ callId, approve: true, args })], { taskId: waiting.id }));
    const again = asTask(await reply({ euros: 'all' }));
    expect(stateOf(again)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    expect(statusText(again)).toContain('do not match the schema');
    expect(stateOf(asTask(await reply({ euros: 3 })))).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(JSON.stringify(served.requests[1]?.request.messages)).toContain('paid 3');
  });

  it('can be canceled', async () => {
    await using served = await world([callOf('pay')], {}, [pay(() => 'paid')]);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('Pay')));
    expect(stateOf(await client.cancelTask({ tenant: '', id, metadata: undefined }))).toBe(
      TaskState.TASK_STATE_CANCELED,
    );
    await expect(client.sendMessage(request('approve', { taskId: id }))).rejects.toThrow('terminal state');
  });

  it('denies the call with the reason of the reply', async () => {
    await using served = await world([callOf('pay'), 'Not paid.'], {}, [pay(() => 'paid')]);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('Pay')));
    await client.sendMessage(request('too expensive', { taskId: id }));
    expect(JSON.stringify(served.requests[1]?.request.messages)).toContain('too expensive');
  });
});

const callIdIn = (status: { readonly message?: unknown } | undefined): string =>
  /"callId":"([^"]+)"/.exec(JSON.stringify(status))?.[1] ?? '';

describe('tasks', () => {
  it('are listed for their caller only, the latest first, in pages', async () => {
    await using served = await world(['1', '2', '3', 'b']);
    const [a, b] = [await served.client('a'), await served.client('b')];
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three']) ids.push(asTask(await a.sendMessage(request(text))).id);
    const foreign = asTask(await b.sendMessage(request('mine')));
    const list = (pageToken: string) =>
      a.listTasks({
        tenant: '',
        contextId: '',
        status: TaskState.TASK_STATE_UNSPECIFIED,
        pageSize: 2,
        pageToken,
        statusTimestampAfter: undefined,
      });
    const first = await list('');
    const second = await list(first.nextPageToken);
    const listed = [...first.tasks, ...second.tasks].map(({ id }) => id);
    expect(new Set(listed)).toEqual(new Set(ids));
    expect([first.tasks.length, second.tasks.length, first.totalSize, second.nextPageToken]).toEqual([
      2,
      1,
      3,
      '',
    ]);
    await expect(a.getTask({ tenant: '', id: foreign.id })).rejects.toThrow('not found');
    await expect(a.cancelTask({ tenant: '', id: foreign.id, metadata: undefined })).rejects.toThrow(
      'not found',
    );
    await expect(a.sendMessage(request('hi', { taskId: foreign.id }))).rejects.toThrow('not found');
    await expect(collect(a.resubscribeTask({ tenant: '', id: foreign.id }))).rejects.toThrow('not found');
  });

  it('have failed with the kind and message of an error of the model', async () => {
    await using served = await world([{ fail: 'overloaded', message: 'too busy' }]);
    const task = asTask(await (await served.client()).sendMessage(request('hi')));
    expect(stateOf(task)).toBe(TaskState.TASK_STATE_FAILED);
    expect(statusText(task)).toMatch(/^overloaded: .*too busy/);
    expect(served.errors).toHaveLength(1);
  });

  it('refuse messages after their end, and unknown ids', async () => {
    await using served = await world(['done']);
    const client = await served.client();
    const { id } = asTask(await client.sendMessage(request('hi')));
    await expect(client.sendMessage(request('more', { taskId: id }))).rejects.toThrow('terminal state');
    for (const unknown of ['unknown', '\uD800', `${id}\uDC00`])
      await expect(client.getTask({ tenant: '', id: unknown })).rejects.toThrow('not found');
    await expect(client.getTask({ tenant: '\uD800', id })).rejects.toThrow('not found');
    expect(served.errors).toEqual([]);
  });
});
