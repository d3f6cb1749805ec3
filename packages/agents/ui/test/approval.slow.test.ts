import { agentTool, suspend, type Tool } from '@majordomo/agent';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { fromUiMessages, toUiMessages, uiMessageChunks, type FromUiOptions } from '../src/index.ts';
import {
  approvalServer,
  SECRET,
  type ApprovalServer,
  type PageMessages,
  type PagePart,
} from './support/approval-server.ts';
import { openPage, type Page } from './support/page.ts';
import { agentOf, collectChunks, tool } from './support/world.ts';

const call = (id: string, name = 'pay') => ({ id, name, args: { eur: 50, to: { b: 1, a: 2 } } });
const askAndPay = [{ text: 'I pay.', toolCalls: [call('c1')] }, 'Done.'];

const approvalIds = (page: Page): string[] =>
  page
    .parts()
    .flatMap(({ state, approval }) =>
      state === 'approval-requested' ? (approval as { id: string }).id : [],
    );

/** Answers all approval requests of the last message and waits for the response. */
async function answerApprovals(page: Page, ...approved: boolean[]): Promise<void> {
  const ids = approvalIds(page);
  expect(ids).toHaveLength(approved.length);
  for (const [index, id] of ids.entries())
    await page.chat.addToolApprovalResponse({ id, approved: approved[index] === true, reason: 'because' });
  await expect.poll(() => page.chat.status).toBe('ready');
}

async function openPausedPage(server: ApprovalServer, version: 6 | 7 = 7): Promise<Page> {
  const page = openPage(version, server.fetch);
  await page.chat.sendMessage({ text: 'Pay the bill' });
  expect(page.chat).toMatchObject({ status: 'ready', error: undefined });
  return page;
}

const toolParts = (page: Page) => page.parts().filter(({ type }) => String(type).startsWith('tool-'));

describe.each([
  [6, 'signed'],
  [6, 'stored'],
  [7, 'signed'],
  [7, 'stored'],
] as const)('an approval on version %i, %s', (version, mode) => {
  it('is requested, runs the call once and continues the message', async () => {
    const server = approvalServer(version, mode, askAndPay);
    const page = await openPausedPage(server, version);
    expect(toolParts(page)).toMatchObject([{ state: 'approval-requested', toolCallId: 'c1' }]);
    const { id } = page.last();
    await answerApprovals(page, true);
    expect(server.payments).toMatchObject([{ args: call('').args }]);
    expect(page.chat.messages).toHaveLength(2);
    expect(page.last().id).toBe(id);
    expect(page.parts()).toMatchObject([
      { type: 'step-start' },
      { type: 'text', text: 'I pay.' },
      { type: 'tool-pay', state: 'output-available', output: 'paid' },
      { type: 'step-start' },
      { type: 'text', text: 'Done.' },
    ]);
    expect(server.ends.map(({ outcome }) => outcome)).toEqual(['awaiting', 'finished']);
    expect(server.ends[1]?.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
    ]);
  });

  it('that is denied is sent to the model with its reason', async () => {
    const server = approvalServer(version, mode, askAndPay);
    const page = await openPausedPage(server, version);
    await answerApprovals(page, false);
    expect(server.payments).toEqual([]);
    expect(toolParts(page)).toMatchObject([{ state: 'output-denied' }]);
    expect(JSON.stringify(server.requests()[1])).toContain('because');
    expect(page.screens.at(-1)).toBe('I pay.Done.');
    expect(server.bodies).toHaveLength(2);
  });

  it('is requested separately for two calls of a step', async () => {
    const server = approvalServer(
      version,
      mode,
      [{ toolCalls: [call('c1'), call('c2'), call('c3', 'note')] }, 'Done.'],
      [tool('note', () => 'noted')],
    );
    const page = await openPausedPage(server, version);
    await answerApprovals(page, true, false);
    expect(server.payments).toHaveLength(1);
    expect(toolParts(page).map(({ toolCallId, state }) => [toolCallId, state])).toEqual([
      ['c1', 'output-available'],
      ['c2', 'output-denied'],
      ['c3', 'output-available'],
    ]);
  });

  it('is requested again for a call of a later step', async () => {
    const server = approvalServer(version, mode, [
      { toolCalls: [call('c1')] },
      { toolCalls: [call('c2')] },
      'Done.',
    ]);
    const page = await openPausedPage(server, version);
    await answerApprovals(page, true);
    await answerApprovals(page, true);
    expect(server.payments).toHaveLength(2);
    expect(new Set(server.payments.map(({ key }) => key)).size).toBe(2);
    expect(page.chat.messages).toHaveLength(2);
  });

  it('does not run the call if a user message follows instead of a decision', async () => {
    const server = approvalServer(version, mode, [...askAndPay, 'x']);
    const page = await openPausedPage(server, version);
    await page.chat.sendMessage({ text: 'No, stop' });
    expect(server.payments).toEqual([]);
    expect(server.requests()[1]).toMatchObject([
      {},
      {},
      { role: 'tool', parts: [{ callId: 'c1', isError: true }] },
      { role: 'user' },
    ]);
  });

  it('is requested again after a reload', async () => {
    const server = approvalServer(version, mode, askAndPay);
    await openPausedPage(server, version);
    const state = server.ends[0]?.state;
    const signing = mode === 'signed' ? { secret: SECRET, chatId: 'chat-1', clock: server.clock } : {};
    const messages = await toUiMessages(state?.messages ?? [], { state, ...signing });
    const page = openPage(version, server.fetch, { messages });
    await answerApprovals(page, true);
    expect(server.payments).toHaveLength(1);
    expect(page.screens.at(-1)).toBe('I pay.Done.');
  });
});

describe('a signed approval', () => {
  /** Approves a call on a page, and returns the messages that the server received. */
  async function createApproval(): Promise<{
    readonly messages: PageMessages;
    readonly options: FromUiOptions;
  }> {
    const server = approvalServer(7, 'signed', askAndPay);
    await answerApprovals(await openPausedPage(server), true);
    const { messages } = server.bodies[1] ?? { messages: [] };
    return { messages, options: { secret: SECRET, chatId: 'chat-1', clock: server.clock } };
  }

  const partOf = (messages: PageMessages) =>
    messages.at(-1)?.parts.find((part) => part['type'] === 'tool-pay') as PagePart;
  const rejection = { kind: 'invalid-request' };

  it('is accepted unchanged and with another order of members', async () => {
    const { messages, options } = await createApproval();
    expect((await fromUiMessages(messages, options)).decisions).toEqual([{ callId: 'c1', approve: true }]);
    partOf(messages).input = { to: { a: 2, b: 1 }, eur: 50 };
    expect((await fromUiMessages(messages, options)).decisions).toHaveLength(1);
  });

  it.each<[string, (part: PagePart) => unknown]>([
    ['arguments', (part) => (part.input['eur'] = 51)],
    [
      'another nested argument',
      (part) =>
        (part.input['to'] = [
          ['a', 2],
          ['b', 1],
        ]),
    ],
    ['another tool', (part) => (part['type'] = 'tool-wire')],
    ['another call id', (part) => (part['toolCallId'] = 'c2')],
    ['another run', (part) => (part.approval.id = `x${part.approval.id}`)],
    [
      'another signature',
      (part) =>
        (part.approval.id = part.approval.id.replace(/.$/, (end: string) => (end === 'A' ? 'E' : 'A'))),
    ],
    [
      'a later expiry',
      (part) => (part.approval.id = part.approval.id.replace(/\.(\d+)\.([\w-]+)$/, '.9$1.$2')),
    ],
    ['no signature', (part) => (part.approval.id = 'c1')],
    ['a signature that is not base64', (part) => (part.approval.id = part.approval.id.replace(/.$/, '!'))],
    ['a decision that is a string', (part) => (part.approval.approved = 'true')],
  ])('is rejected with %s', async (_, change) => {
    const { messages, options } = await createApproval();
    change(partOf(messages));
    await expect(fromUiMessages(messages, options)).rejects.toMatchObject(rejection);
  });

  it('is rejected in another chat, after its expiry, and without a secret', async () => {
    const { messages, options } = await createApproval();
    await expect(fromUiMessages(messages, { ...options, chatId: 'chat-2' })).rejects.toMatchObject(rejection);
    await expect(fromUiMessages(messages, { ...options, chatId: undefined })).rejects.toMatchObject(
      rejection,
    );
    await expect(fromUiMessages(messages, { ...options, secret: 'another' })).rejects.toMatchObject(
      rejection,
    );
    await expect(fromUiMessages(messages, { ...options, secret: undefined })).rejects.toThrow(
      'the server must pass `secret` or `stored` to check approvals',
    );
    const lateClock = { now: () => (options.clock?.now() ?? 0) + 86_400_001 };
    await expect(fromUiMessages(messages, { ...options, clock: lateClock })).rejects.toMatchObject(rejection);
  });

  it('is rejected next to another call with the same id', async () => {
    const { messages, options } = await createApproval();
    messages
      .at(-1)
      ?.parts.push({ type: 'tool-pay', toolCallId: 'c1', state: 'input-available', input: { eur: 9000 } });
    await expect(fromUiMessages(messages, options)).rejects.toMatchObject(rejection);
  });

  it.each([Infinity, 1e12 + 0.5])('is accepted with a time limit of %d ms', async (approvalTtlMs) => {
    const server = approvalServer(7, 'signed', askAndPay, [], approvalTtlMs);
    await answerApprovals(await openPausedPage(server), true);
    expect(server.payments).toHaveLength(1);
  });

  it('of a call whose id contains a space is refused with the reason, because its key depends on its position', async () => {
    const server = approvalServer(7, 'signed', [{ text: 'I pay.', toolCalls: [call('c 1')] }, 'Done.']);
    const page = await openPausedPage(server);
    expect(approvalIds(page)).toEqual(['c 1']);
    await page.chat.addToolApprovalResponse({ id: 'c 1', approved: true });
    await expect.poll(() => page.chat.status).toBe('error');
    const { messages } = server.bodies[1] ?? { messages: [] };
    await expect(
      fromUiMessages(messages, { secret: SECRET, chatId: 'chat-1', clock: server.clock }),
    ).rejects.toThrow('an approval of a call whose id is not 1 to 200 characters of ASCII');
    expect(server.payments).toEqual([]);
  });

  it('is accepted with an old secret', async () => {
    const { messages, options } = await createApproval();
    const secret = ['new secret', SECRET];
    expect((await fromUiMessages(messages, { ...options, secret })).decisions).toHaveLength(1);
    await expect(fromUiMessages(messages, { ...options, secret: secret.slice(0, 1) })).rejects.toMatchObject(
      rejection,
    );
  });

  it('is signed with the first secret', async () => {
    const server = approvalServer(7, 'signed', askAndPay);
    await openPausedPage(server);
    const { state } = server.ends[0] ?? {};
    const clock = fakeClock();
    const [, message] = await toUiMessages(state?.messages ?? [], { state, secret: ['new', 'old'] });
    partOf([message as PageMessages[number]])['state'] = 'approval-responded';
    partOf([message as PageMessages[number]]).approval.approved = true;
    await expect(fromUiMessages([message], { secret: 'old', clock })).rejects.toMatchObject(rejection);
    expect((await fromUiMessages([message], { secret: 'new', clock })).decisions).toHaveLength(1);
  });

  it('passes the tool the same key if it is sent several times, also with additional messages', async () => {
    const server = approvalServer(7, 'signed', [...askAndPay, 'Again.', 'Again.']);
    await answerApprovals(await openPausedPage(server), true);
    const { id, messages } = server.bodies[1] ?? { id: '', messages: [] };
    const send = async (): Promise<void> => {
      const body = JSON.stringify({ id, messages });
      const response = await server.fetch(new Request('http://chat.test', { method: 'POST', body }));
      await response.text();
    };
    await send();
    messages.unshift({ id: 'x', role: 'user', parts: [{ type: 'text', text: 'x' }] });
    messages.at(-1)?.parts.splice(1, 0, {
      type: 'tool-pay',
      toolCallId: 'c0',
      state: 'output-available',
      input: {},
      output: 'x',
    });
    await send();
    expect(server.payments).toHaveLength(3);
    expect(new Set(server.payments.map(({ key }) => key)).size).toBe(1);
  });
});

describe('a stored run', () => {
  async function createApproval() {
    const server = approvalServer(7, 'stored', askAndPay);
    const page = await openPausedPage(server);
    const { stored } = server;
    await answerApprovals(page, true);
    return { stored, messages: server.bodies[1]?.messages ?? [] };
  }
  const last = (messages: PageMessages) => messages.at(-1)?.parts.at(-1) as PagePart;

  it('ignores the arguments and the transcript that the page sends', async () => {
    const { stored, messages } = await createApproval();
    last(messages).input = { eur: 9000 };
    messages[0] = { id: 'x', role: 'user', parts: [{ type: 'text', text: 'forged' }] };
    const input = await fromUiMessages(messages, { stored });
    expect(input.run).toBe(stored);
    expect(input).toMatchObject({ decisions: [{ callId: 'c1', approve: true }], steps: 1 });
    expect(JSON.stringify(input)).not.toMatch(/forged|9000/);
  });

  it('rejects an approval of a call that does not wait', async () => {
    const { stored, messages } = await createApproval();
    last(messages)['toolCallId'] = 'c2';
    await expect(fromUiMessages(messages, { stored })).rejects.toMatchObject({ kind: 'invalid-request' });
    last(messages)['toolCallId'] = 'c1';
    await expect(fromUiMessages(messages, { stored: [] })).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  it('rejects the result of a call that waits for an approval', async () => {
    const { stored, messages } = await createApproval();
    Object.assign(last(messages), { state: 'output-available', output: 'paid', approval: undefined });
    await expect(fromUiMessages(messages, { stored })).rejects.toMatchObject({
      kind: 'invalid-request',
      details: { path: 'messages[1].parts[2].state' },
    });
  });

  it('adds only the last user message of the page', async () => {
    const { stored } = await createApproval();
    const page = [
      { id: 'f', role: 'assistant', parts: [{ type: 'text', text: 'forged' }] },
      { id: 'u', role: 'user', parts: [{ type: 'text', text: 'next' }] },
    ];
    const { messages } = await fromUiMessages(page, { stored });
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user']);
    expect(JSON.stringify(messages)).not.toContain('forged');
  });

  it('with a suspended call continues with the output that the page adds', async () => {
    const askTool = tool('ask', () => suspend({ question: 'Which one?' }));
    const server = approvalServer(7, 'stored', [{ toolCalls: [call('c1', 'ask')] }, 'Done.'], [askTool]);
    const page = await openPausedPage(server);
    expect(page.parts()).toContainEqual({
      type: 'data-majordomo-suspended',
      id: 'c1',
      data: { callId: 'c1', payload: { question: 'Which one?' } },
    });
    expect(approvalIds(page)).toEqual([]);
    await page.chat.addToolOutput({ tool: 'ask', toolCallId: 'c1', output: { first: true } });
    await (page.chat as unknown as { sendMessage(): Promise<void> }).sendMessage();
    expect(page.screens.at(-1)).toBe('Done.');
    expect(JSON.stringify(server.requests()[1])).toContain('{\\"first\\":true}');
  });
});

describe('version 5', () => {
  it('receives no approval request', async () => {
    const server = approvalServer(5, 'stored', askAndPay);
    const page = openPage(5, server.fetch);
    await page.chat.sendMessage({ text: 'Pay' });
    expect(page.chat).toMatchObject({ status: 'ready', error: undefined });
    expect(toolParts(page)).toMatchObject([{ state: 'input-available' }]);
    expect(server.ends[0]?.outcome).toBe('awaiting');
  });
});

describe('an empty secret', () => {
  it('results in an error chunk', async () => {
    const server = approvalServer(7, 'stored', askAndPay);
    await openPausedPage(server);
    const events = {
      async *[Symbol.asyncIterator]() {
        yield* [];
      },
    };
    const chunks = await collectChunks(uiMessageChunks(events, { secret: '' }));
    expect(chunks.at(-1)).toMatchObject({
      type: 'error',
      errorText: expect.stringContaining('secret') as string,
    });
  });
});

describe.each([6, 7] as const)('an approval inside a sub-agent on version %i', (version) => {
  /** Tool with a sub-agent that pays twice in one turn, each time after an approval. */
  function helper(): Tool {
    const pays = [{ toolCalls: [call('p1', 'send'), call('p2', 'send')] }, 'Sent.'];
    const send = tool('send', ({ eur }: { eur: number }) => `sent ${eur}`, { approval: true });
    return agentTool({ name: 'helper', description: 'Helps', agent: agentOf([send], pays) });
  }
  const delegate = { toolCalls: [{ id: 'c1', name: 'helper', args: { task: 'send' } }] };

  it('is requested with the path of its call, and continues the message', async () => {
    const server = approvalServer(version, 'stored', [delegate, 'Done.'], [helper()]);
    const page = await openPausedPage(server, version);
    expect(toolParts(page)).toMatchObject([
      { type: 'tool-helper', toolCallId: 'c1', state: 'input-available' },
      { type: 'tool-send', toolCallId: 'c1/p1', state: 'approval-requested', input: call('').args },
      { type: 'tool-send', toolCallId: 'c1/p2', state: 'approval-requested' },
    ]);
    await answerApprovals(page, true, false);
    expect(page.screens.at(-1)).toBe('Done.');
    expect(toolParts(page)[0]).toMatchObject({ state: 'output-available', output: 'Sent.' });
    expect(server.bodies).toHaveLength(2);
    expect(server.ends.map(({ outcome }) => outcome)).toEqual(['awaiting', 'finished']);
  });

  it('is requested again after a reload', async () => {
    const server = approvalServer(version, 'stored', [delegate, 'Done.'], [helper()]);
    await openPausedPage(server, version);
    const state = server.ends[0]?.state;
    const page = openPage(version, server.fetch, {
      messages: await toUiMessages(state?.messages ?? [], { state }),
    });
    await answerApprovals(page, true, true);
    expect(page.screens.at(-1)).toBe('Done.');
  });

  it('results in an error if approvals are signed', async () => {
    const server = approvalServer(version, 'signed', [delegate, 'Done.'], [helper()]);
    const page = openPage(version, server.fetch);
    await page.chat.sendMessage({ text: 'Pay the bill' });
    expect(page.chat.status).toBe('error');
  });
});
