import { TaskState, type StreamResponse, type TaskPushNotificationConfig } from '@a2a-js/sdk';
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
    const { configs } = await client.listTaskPushNotificationConfig({
      tenant: '',
      taskId: task.id,
      pageSize: 10,
      pageToken: '',
    });
    expect(configs).toHaveLength(1);
    await client.deleteTaskPushNotificationConfig({ tenant: '', taskId: task.id, id: configs[0]?.id ?? '' });
    expect(
      (
        await client.listTaskPushNotificationConfig({
          tenant: '',
          taskId: task.id,
          pageSize: 10,
          pageToken: '',
        })
      ).configs,
    ).toEqual([]);
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
