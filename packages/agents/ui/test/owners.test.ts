import { fakeClock, type FakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { approvalIds } from '../src/approval-id.ts';
import { agUiResponse, fromAgUi } from '../src/ag-ui.ts';
import { createResumableStreams, fromUiMessages, type ResumableStreams } from '../src/index.ts';
import { SECRET } from './support/approval-server.ts';
import { memoryChannel } from './support/memory-channel.ts';
import { agentOf, chunksOf, textOfChunks, tool } from './support/world.ts';

// A signed approval belongs to its thread, and a response to its chat. Both are used in the process that created them and in another
// one. Whether a user may use a thread or a chat is decided by the application.

const call = { type: 'tool-call', id: 'c', name: 'pay', args: { eur: 50 } } as const;
const signedFor = async (chatId: string): Promise<string> =>
  (await approvalIds([call], { runId: 'r', steps: 1 }, { secret: SECRET, chatId })).get('c') ?? '';

/** Sends an approval that was signed for the thread `signed` to the thread `threadId`. Returns the number of payments. */
type Send = (id: string, threadId: string, approved: boolean) => Promise<number>;

function payments(): { readonly count: () => number; readonly agent: ReturnType<typeof agentOf> } {
  let paid = 0;
  const pay = tool('pay', () => `paid ${++paid}`, { approval: true });
  return { count: () => paid, agent: agentOf([pay], ['Done.']) };
}

const sendAgUi: Send = async (id, threadId, approved) => {
  const { agent, count } = payments();
  const body = {
    threadId,
    runId: 'r2',
    messages: [
      { id: 'u', role: 'user', content: 'Pay' },
      {
        id: 'm',
        role: 'assistant',
        toolCalls: [
          { id: 'c', type: 'function', function: { name: 'pay', arguments: JSON.stringify(call.args) } },
        ],
      },
    ],
    resume: [{ interruptId: id, status: 'resolved', payload: { approved } }],
  };
  const input = await fromAgUi(body, { secret: SECRET });
  const events = agent.stream(input.run, { decisions: input.decisions });
  await agUiResponse(events, { input, secret: SECRET }).text();
  return count();
};

const sendUi: Send = async (id, chatId, approved) => {
  const { agent, count } = payments();
  const part = {
    type: 'tool-pay',
    toolCallId: 'c',
    state: 'approval-responded',
    input: call.args,
    approval: { id, approved },
  };
  const messages = [
    { id: 'u', role: 'user', parts: [{ type: 'text', text: 'Pay' }] },
    { id: 'm', role: 'assistant', parts: [{ type: 'step-start' }, part] },
  ];
  const input = await fromUiMessages(messages, { secret: SECRET, chatId });
  await agent.run(input.run, { decisions: input.decisions });
  return count();
};

describe.each([
  ['an AG-UI thread', sendAgUi],
  ['a chat', sendUi],
])('an approval of %s', (_, send) => {
  it.each([
    ['approves', true, 1],
    ['denies', false, 0],
  ])('%s the call of its own thread', async (_verb, approved, paid) => {
    expect(await send(await signedFor('ann'), 'ann', approved)).toBe(paid);
  });

  it.each(
    ['bob', 'ann2', 'an', 'ann '].flatMap((thread) =>
      [true, false].map((approved) => [thread, approved] as const),
    ),
  )('is refused in the thread %j, with approved: %s', async (thread, approved) => {
    await expect(send(await signedFor('ann'), thread, approved)).rejects.toMatchObject({
      kind: 'invalid-request',
    });
  });
});

/** Two processes with one channel. The first process has a running response of the chat `ann`. */
function running(): {
  readonly processes: readonly ResumableStreams[];
  readonly end: () => void;
  readonly response: Response;
  readonly clock: FakeClock;
} {
  let end = (): void => undefined;
  const wait = tool('wait', () => new Promise((resolve) => (end = () => resolve('over'))));
  const agent = agentOf(
    [wait],
    [{ text: 'First. ', toolCalls: [{ id: 'w', name: 'wait', args: {} }] }, 'Last.'],
  );
  const channel = memoryChannel();
  const clock = fakeClock();
  const processes = [1, 2].map(() => createResumableStreams({ channel, clock }));
  const response = processes[0]!.start('ann', agent.stream('go'));
  return { processes, end: () => end(), response, clock };
}

const VERBS: readonly (readonly [
  string,
  (all: ResumableStreams, chatId: string) => Promise<unknown>,
  own: unknown,
  other: unknown,
])[] = [
  ['resume', async (all, chatId) => (await all.resume(chatId)).status, 200, 204],
  ['stop', (all, chatId) => all.stop(chatId), true, false],
];
const rows = VERBS.flatMap(([verb, run, own, other]) => [0, 1].map((at) => ({ verb, run, own, other, at })));

describe('a running response', () => {
  it.each(rows)('accepts $verb of its chat in process $at', async ({ run, own, at }) => {
    const { processes } = running();
    expect(await run(processes[at]!, 'ann')).toBe(own);
    await Promise.all(processes.map((process) => process.close()));
  });

  it.each(rows)('is not reached by $verb of another chat in process $at', async ({ run, other, at }) => {
    const { processes, end, response, clock } = running();
    const result = run(processes[at]!, 'bob');
    // No process answers a request for this chat.
    await clock.advance(2000);
    expect(await result).toBe(other);
    end();
    expect(textOfChunks(await chunksOf(response))).toContain('Last.');
    await Promise.all(processes.map((process) => process.close()));
  });
});
