import { TaskState, type StreamResponse, type TaskPushNotificationConfig } from '@a2a-js/sdk';
import { defineTool, type Tool } from '@majordomo/agent';
import { memoryRecords } from '@majordomo/records';
import type { Clock } from '@majordomo/core';
import { fakeClock, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import type { PushIo } from '../src/serve/push.ts';
import { listen } from './support/listen.ts';
import { asTask, request, world } from './support/world.ts';

const URL_OF_HOOK = 'https://hooks.example.com/tasks';
const push = { allow: ({ host }: URL) => host === 'hooks.example.com' };

const webhook = (url = URL_OF_HOOK, token = 'shared'): TaskPushNotificationConfig => ({
  tenant: '',
  id: '',
  taskId: '',
  url,
  token,
  authentication: undefined,
});

/** Hosts of the test: the name has a public address, and the request is sent to this machine. */
const hostsAt = (origin: string, address = '93.184.216.34'): Pick<PushIo, 'resolve' | 'fetchAt'> => ({
  resolve: () => Promise.resolve([{ address, family: 4 }]),
  fetchAt: () => (input, init) => fetch(String(input).replace('https://hooks.example.com', origin), init),
});

describe('a webhook', () => {
  it('receives the events of its task in their order', async () => {
    const received: [string | null, StreamResponse][] = [];
    await using hook = await listen(() => async (incoming) => {
      received.push([
        incoming.headers.get('x-a2a-notification-token'),
        (await incoming.json()) as StreamResponse,
      ]);
      return new Response();
    });
    await using served = await world(['Hello.'], { push }, [], hostsAt(hook.origin));
    const client = await served.client();
    const task = asTask(
      await client.sendMessage(request('hi', {}, { taskPushNotificationConfig: webhook() })),
    );
    await expect.poll(() => received.length).toBeGreaterThanOrEqual(3);
    const text = received.map(([, event]) => JSON.stringify(event));
    expect(text[0]).toContain('TASK_STATE_WORKING');
    expect(text.at(-1)).toContain('TASK_STATE_COMPLETED');
    expect(new Set(received.map(([token]) => token))).toEqual(new Set(['shared']));
    const all = { tenant: '', taskId: task.id, pageSize: 10, pageToken: '' };
    const { configs } = await client.listTaskPushNotificationConfig(all);
    expect(configs).toHaveLength(1);
    await client.deleteTaskPushNotificationConfig({ tenant: '', taskId: task.id, id: configs[0]?.id ?? '' });
    expect((await client.listTaskPushNotificationConfig(all)).configs).toEqual([]);
  });

  it.each([
    ['on this machine', 'https://127.0.0.1/hook', '93.184.216.34', 'not public'],
    ['whose name has a private address', URL_OF_HOOK, '10.0.0.1', 'not public'],
    ['without encryption', 'http://hooks.example.com/tasks', '93.184.216.34', 'https'],
    ['with a password', 'https://me:secret@hooks.example.com/tasks', '93.184.216.34', 'password'],
    ['of another host', 'https://evil.example.com/tasks', '93.184.216.34', 'does not send'],
    ['that is no address', 'hooks', '93.184.216.34', 'https'],
  ])('%s is refused, and no task begins', async (_, url, address, problem) => {
    await using served = await world(['x'], { push }, [], hostsAt('http://127.0.0.1:1', address));
    const client = await served.client();
    const message = request('hi', {}, { taskPushNotificationConfig: webhook(url) });
    await expect(client.sendMessage(message)).rejects.toThrow(problem);
    expect(served.requests).toEqual([]);
  });

  it('is not followed to another address', async () => {
    let followed = 0;
    await using hook = await listen((origin) => (incoming) => {
      const isTarget = incoming.url.endsWith('/target');
      if (isTarget) followed++;
      return Promise.resolve(
        isTarget
          ? new Response()
          : new Response(null, { status: 307, headers: { location: `${origin}/target` } }),
      );
    });
    await using served = await world(['Hello.'], { push }, [], hostsAt(hook.origin));
    const client = await served.client();
    const task = asTask(
      await client.sendMessage(request('hi', {}, { taskPushNotificationConfig: webhook() })),
    );
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    await expect.poll(() => served.errors.length).toBeGreaterThan(0);
    expect(String(served.errors[0])).toContain('webhook of hooks.example.com');
    expect(followed).toBe(0);
  });
});

describe('notifications', () => {
  /** Webhook that records the states which it receives. */
  async function recordingHook() {
    const states: string[] = [];
    const hook = await listen(() => async (incoming) => {
      const state = /TASK_STATE_\w+/.exec(await incoming.text())?.[0];
      if (state !== undefined) states.push(state);
      return new Response();
    });
    return { hook, states };
  }
  const wait = (run: () => Promise<string>): Tool =>
    defineTool({ name: 'wait', description: 'Waits', parameters: { type: 'object' }, run });
  const callWait = { toolCalls: [{ name: 'wait', args: {} }] };
  const withHook = { taskPushNotificationConfig: webhook(), returnImmediately: true };

  it('report a task of a process that ended, once, although no client reads the task', async () => {
    const { hook, states } = await recordingHook();
    await using _ = hook;
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    const hosts = hostsAt(hook.origin);
    // Without its timers, this process does not renew the lease, as if it was killed.
    const stopped = { now: () => clock.now(), timer: () => () => undefined, sleep: clock.sleep.bind(clock) };
    const hanging = wait(() => new Promise(() => undefined));
    await using killed = await world([callWait], { records, push, clock: stopped }, [hanging], hosts);
    await (await killed.client()).sendMessage(request('hi', {}, withHook));
    await expect.poll(() => states).toEqual(['TASK_STATE_WORKING']);
    const options = { records, push, clock };
    await using second = await world([], options, [], hosts);
    await using third = await world([], options, [], hosts);
    await Promise.all([second.client(), third.client()]);
    await clock.advance(5000);
    expect(states).toEqual(['TASK_STATE_WORKING']);
    await clock.advance(40_000);
    await expect.poll(() => states).toEqual(['TASK_STATE_WORKING', 'TASK_STATE_FAILED']);
    await clock.advance(60_000);
    await Promise.all([second.server.close(), third.server.close()]);
    expect(states).toEqual(['TASK_STATE_WORKING', 'TASK_STATE_FAILED']);
    expect(await records.counts('a2a/runs')).toEqual({});
  });

  it('report the end of a task of a closed server before `close` resolves', async () => {
    const { hook, states } = await recordingHook();
    await using _ = hook;
    const hanging = wait(() => new Promise(() => undefined));
    await using served = await world([callWait], { push }, [hanging], hostsAt(hook.origin));
    await (await served.client()).sendMessage(request('hi', {}, withHook));
    await served.server.close();
    expect(states).toEqual(['TASK_STATE_WORKING', 'TASK_STATE_FAILED']);
  });

  it('report a task that is canceled while it requires input', async () => {
    const { hook, states } = await recordingHook();
    await using _ = hook;
    const asking = defineTool({
      name: 'wait',
      description: 'Waits',
      parameters: { type: 'object' },
      approval: true,
      run: () => 'done',
    });
    await using served = await world([callWait], { push }, [asking], hostsAt(hook.origin));
    const client = await served.client();
    const { id } = asTask(
      await client.sendMessage(request('hi', {}, { taskPushNotificationConfig: webhook() })),
    );
    await client.cancelTask({ tenant: '', id, metadata: undefined });
    await expect
      .poll(() => states)
      .toEqual(['TASK_STATE_WORKING', 'TASK_STATE_INPUT_REQUIRED', 'TASK_STATE_CANCELED']);
  });

  it('omit updates of the text while a webhook is slow, but not its end', async () => {
    let count = 0;
    let last = '';
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    await using hook = await listen(() => async (incoming) => {
      count++;
      await gate;
      last = await incoming.text();
      return new Response();
    });
    // Each text is sent at once, because the time since the last one is always longer than 50 ms.
    let now = Date.now();
    const clock: Clock = {
      now: () => (now += 60),
      timer: (ms, run) => {
        if (ms === 0) queueMicrotask(run);
        return () => undefined;
      },
      sleep: () => Promise.resolve(),
    };
    const turn: Turn = { text: 'x'.repeat(300), chunks: 1 };
    await using served = await world(
      [turn],
      { push, clock, records: memoryRecords() },
      [],
      hostsAt(hook.origin),
    );
    const client = await served.client();
    const task = asTask(
      await client.sendMessage(request('hi', {}, { taskPushNotificationConfig: webhook() })),
    );
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    open();
    await served.server.close();
    expect(last).toContain('TASK_STATE_COMPLETED');
    expect(count).toBeLessThan(110);
    expect(count).toBeGreaterThan(50);
  });
});
