import { TaskState } from '@a2a-js/sdk';
import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { connectA2a, type A2aToolbox } from '../src/index.ts';
import { textPart } from '../src/messages.ts';
import { listen } from './support/listen.ts';
import { sdkServer } from './support/sdk-server.ts';

const ask = { toolCalls: [{ name: 'billing', args: { task: 'How much?' } }] };

function agentWith(box: A2aToolbox) {
  const fake = fakeProvider({ id: 'f', models: { m: [ask, 'done'] } });
  const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
  return createAgent({ model, toolboxes: [box] });
}

/** Server whose task begins when the test calls `begin`. */
function slowServer(streaming: boolean) {
  let begin: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (begin = resolve));
  const server = sdkServer(
    async (task) => {
      await gate;
      task.begin();
      await new Promise(() => undefined);
    },
    { streaming },
  );
  return { server, begin };
}

describe('a call that is aborted before the first event of its task', () => {
  it.each([true, false])(
    'rejects at once, and cancels the task when it begins (stream: %s)',
    async (streaming) => {
      const slow = slowServer(streaming);
      await using server = await slow.server;
      await using box = await connectA2a({ name: 'billing', url: server.origin });
      const controller = new AbortController();
      const run = agentWith(box).run('go', { signal: controller.signal });
      await expect.poll(() => server.texts).toEqual(['How much?']);
      controller.abort();
      await expect(run).rejects.toThrow();
      slow.begin();
      await box.close();
      expect(server.canceled).toHaveLength(1);
    },
  );

  it('ends its request after 5 seconds without an event', async () => {
    const clock = fakeClock();
    const slow = slowServer(true);
    await using server = await slow.server;
    await using box = await connectA2a({ name: 'billing', url: server.origin, clock });
    const controller = new AbortController();
    const run = agentWith(box).run('go', { signal: controller.signal });
    await expect.poll(() => server.texts).toEqual(['How much?']);
    controller.abort();
    await expect(run).rejects.toThrow();
    const closed = box.close();
    await clock.advance(5000);
    await closed;
    expect(server.canceled).toEqual([]);
  });

  it('sends nothing if the credential is not known yet', async () => {
    await using server = await sdkServer((task) => task.say('5 euros'));
    let calls = 0;
    let give: (token: string) => void = () => undefined;
    const credential = () => (calls++ === 0 ? 'token' : new Promise<string>((resolve) => (give = resolve)));
    await using box = await connectA2a({ name: 'billing', url: server.origin, credential });
    const controller = new AbortController();
    const run = agentWith(box).run('go', { signal: controller.signal });
    await expect.poll(() => calls).toBe(2);
    controller.abort();
    await expect(run).rejects.toThrow();
    give('token');
    await box.close();
    expect(server.texts).toEqual([]);
  });
});

describe('a call that fails', () => {
  it('cancels its task, which the client no longer follows', async () => {
    const statuses: number[] = [];
    await using server = await sdkServer(
      async (task) => {
        statuses.push(403);
        task.begin();
        await new Promise(() => undefined);
      },
      { streaming: false, statuses },
    );
    await using box = await connectA2a({ name: 'billing', url: server.origin });
    await agentWith(box).run('go');
    await box.close();
    expect(server.canceled).toHaveLength(1);
  });
});

describe('a task with an event of more than 4 MiB', () => {
  it('is read after its end', { timeout: 20_000 }, async () => {
    const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(4 * 1024 * 1024)]);
    const file = {
      ...textPart(''),
      content: { $case: 'raw' as const, value: pdf },
      mediaType: 'application/pdf',
    };
    await using server = await sdkServer((task) => {
      task.begin();
      task.artifact('a', [file]);
      task.end(TaskState.TASK_STATE_COMPLETED);
    });
    await using box = await connectA2a({ name: 'billing', url: server.origin });
    const { messages } = await agentWith(box).run('go');
    const [part] = messages.find(({ role }) => role === 'tool')?.parts ?? [];
    expect(part).toMatchObject({
      type: 'tool-result',
      content: [{ type: 'file', bytes: { length: pdf.length } }],
    });
    await box.close();
    expect(server.canceled).toEqual([]);
  });
});

describe('a question that the agent asks twice with the same text', () => {
  it('is not answered by an answer to the first question that is sent again', async () => {
    const statuses: number[] = [];
    const paid: string[] = [];
    await using server = await sdkServer(
      (task, text) => {
        task.begin();
        paid.push(text);
        task.end(TaskState.TASK_STATE_INPUT_REQUIRED, 'Pay 5 euros?');
      },
      { statuses },
    );
    await using box = await connectA2a({ name: 'billing', url: server.origin });
    const paused = await agentWith(box).run('go');
    const callId = paused.awaiting[0]?.id ?? '';
    const first = await box.settle(paused.state, { [callId]: 'yes' });
    const again = await box.settle(paused.state, { [callId]: 'yes' });
    expect(paid).toEqual(['How much?', 'yes']);
    expect(again).toEqual(first);
    await box.settle(again.state, { [callId]: 'yes, again' });
    expect(paid).toEqual(['How much?', 'yes', 'yes, again']);
  });
});

describe('connectA2a', () => {
  it.each([
    ['of A2A 0.3 without skills', { protocolVersion: '0.3.0', url: 'https://a.example.com' }],
    ['whose members have other types', { supportedInterfaces: 5, skills: 'x', capabilities: [] }],
    ['whose interfaces have no members', { supportedInterfaces: [null, 3, {}] }],
  ])('rejects a card %s with an LlmError', async (_, card) => {
    await using server = await listen(() => () => Promise.resolve(Response.json(card)));
    await expect(connectA2a({ name: 'a', url: server.origin })).rejects.toMatchObject({ name: 'LlmError' });
  });
});
