import { HttpAgent, type Message as ClientMessage } from '@ag-ui/client';
import type { RunState } from '@majordomo/agent';
import type { Message } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { agUiResponse, fromAgUi } from '../src/ag-ui.ts';
import { createResumableStreams, fromUiMessages, toUiMessages, type UiEnd } from '../src/index.ts';
import { SECRET } from './support/approval-server.ts';
import { gate, type Gate } from './support/gate.ts';
import { memoryChannel } from './support/memory-channel.ts';
import { openPage, type Page } from './support/page.ts';
import { callsToRun, createRound, isAllowed, randomAgent, range } from './support/random-round.ts';

const ROUNDS = process.env['SOAK'] === '1' ? 900 : 10;
const POLLING = { interval: 2, timeout: 60_000 };
/** Returns the parts of a message that a user can see. */
const visibleParts = (parts: readonly Record<string, unknown>[]): unknown[] =>
  parts.flatMap(({ type, text, state, toolCallId, output }) => {
    if (type === 'text') return [text];
    if (toolCallId === undefined) return type === 'step-start' ? ['step'] : [];
    return [[toolCallId, state === 'output-denied' ? 'output-error' : state, output]];
  });

async function playRound(seed: number): Promise<void> {
  const round = createRound(seed);
  const { version, random, steps, afterCommit } = round;
  const approved = new Set<string>();
  const { agent, ranCallIds } = randomAgent(round);
  const channel = memoryChannel();
  const processes = [createResumableStreams({ channel }), createResumableStreams({ channel })];
  const process = () => processes[Math.floor(random() * 2)] as (typeof processes)[number];

  let stored: RunState | readonly Message[] = [];
  const gates: Gate[] = [];
  const ends: UiEnd[] = [];
  let breakConnection = (): void => undefined;
  const fetch = async (request: Request): Promise<Response> => {
    if (request.method === 'GET') return process().resume('chat-1');
    const { messages } = (await request.json()) as { messages: unknown };
    const input = await fromUiMessages(messages, { stored });
    if (input.decisions.length === 0) stored = input.messages;
    const eventNumber = random() < 0.6 ? Math.floor(random() * 14) : Infinity;
    const newGate = gate(agent.stream(input.run, { decisions: input.decisions, afterCommit }), eventNumber);
    gates.push(newGate);
    const { body, headers } = process().start('chat-1', newGate.events, {
      aiSdk: version,
      input,
      messageId: input.messageId ?? `m${input.messages.length}`,
      onEnd(end) {
        ends.push(end);
        stored = end.outcome === 'awaiting' && end.state !== undefined ? end.state : end.messages;
      },
    });
    const controller = new AbortController();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    body?.pipeTo(writable, { signal: controller.signal }).catch(() => undefined);
    breakConnection = () => controller.abort(new TypeError('the network failed'));
    return new Response(readable, { headers });
  };

  const pages: Page[] = [];
  const openStoredPage = async (): Promise<Page> => {
    const state = 'pending' in stored ? stored : undefined;
    const messages = await toUiMessages(state?.messages ?? (stored as readonly Message[]), { state });
    const page = openPage(version, fetch, { messages });
    pages.push(page);
    return page;
  };
  /** Waits for a response, during which the page may reload or lose its connection. */
  const awaitResponse = async (page: Page, sending: Promise<void>, number: number): Promise<Page> => {
    await expect.poll(() => gates.length, POLLING).toBe(number);
    // A response can end before its gate.
    await Promise.race([gates[number - 1]?.reached, expect.poll(() => ends.length, POLLING).toBe(number)]);
    const choice = random();
    let current = page;
    let resuming = Promise.resolve();
    if (choice < 0.4) {
      current = await openStoredPage();
      resuming = current.chat.resumeStream();
    } else if (choice < 0.6 && version > 5) {
      breakConnection();
      await sending;
      resuming = current.chat.resumeStream();
    }
    gates[number - 1]?.open();
    await Promise.all([sending, resuming]);
    await expect.poll(() => ends.length, POLLING).toBe(number);
    return current;
  };

  let page = await openStoredPage();
  page = await awaitResponse(page, page.chat.sendMessage({ text: 'hi' }), 1);
  for (let number = 2; ends.at(-1)?.outcome === 'awaiting' && number < 20; number++) {
    const pendingApprovals = page.parts().filter(({ state }) => state === 'approval-requested');
    expect(pendingApprovals.length, 'calls that wait').toBeGreaterThan(0);
    for (const { approval, toolCallId } of pendingApprovals) {
      const isApproved = random() < 0.6;
      if (isApproved) approved.add(toolCallId as string);
      await page.chat.addToolApprovalResponse({
        id: (approval as { id: string }).id,
        approved: isApproved,
        reason: 'no',
      });
    }
    page = await awaitResponse(
      page,
      expect.poll(() => page.chat.status, POLLING).not.toBe('streaming') as never,
      number,
    );
    await expect.poll(() => page.chat.status, POLLING).toMatch(/ready|error/);
  }
  expect(page.chat.error?.message).toBeUndefined();
  expect(ends.at(-1)).toMatchObject({ outcome: 'finished' });
  for (const { screens } of pages) expect(screens.filter((screen) => !isAllowed(screen, steps))).toEqual([]);
  const transcript = await toUiMessages(ends.at(-1)?.messages ?? []);
  expect(visibleParts(page.parts())).toEqual(visibleParts(transcript.at(-1)?.parts ?? []));
  expect(page.chat.messages).toHaveLength(2);
  expect(ranCallIds.toSorted()).toEqual(callsToRun(round, approved));
  await Promise.all(processes.map((streams) => streams.close()));
}

describe('a page with random failures, approvals, reloads and lost connections', () => {
  it.each(range(ROUNDS))('shows each response once and runs each call once (seed %i)', async (seed) =>
    playRound(seed),
  );
});

/** Plays a round with the client of AG-UI, which signs nothing and sends its transcript. */
async function playAgUiRound(seed: number): Promise<void> {
  const round = createRound(seed, 7);
  const { random, steps, afterCommit } = round;
  const approved = new Set<string>();
  const { agent, ranCallIds } = randomAgent(round);
  const http = new HttpAgent({
    url: 'http://chat.test/',
    threadId: 't',
    async fetch(_url: unknown, init: RequestInit = {}) {
      const input = await fromAgUi(JSON.parse(init.body as string), { secret: SECRET });
      const events = agent.stream(input.run, { decisions: input.decisions, afterCommit });
      return agUiResponse(events, { input, secret: SECRET });
    },
  });
  const screens: string[] = [];
  const errors: unknown[] = [];
  http.subscribe({
    onMessagesChanged: ({ messages }) => void screens.push(textOfAnswers(messages)),
    onRunErrorEvent: ({ event }) => void errors.push(event),
  });
  http.addMessage({ id: 'u', role: 'user', content: 'hi' });
  await http.runAgent();
  for (let round = 0; http.pendingInterrupts.length > 0 && round < 20; round++) {
    const resume = http.pendingInterrupts.map(({ id, toolCallId }) => {
      const isApproved = random() < 0.6;
      if (isApproved) approved.add(toolCallId ?? '');
      return { interruptId: id, status: 'resolved' as const, payload: { approved: isApproved } };
    });
    await http.runAgent({ resume });
  }
  expect(errors).toEqual([]);
  expect(screens.filter((screen) => !isAllowed(screen, steps))).toEqual([]);
  expect(ranCallIds.toSorted()).toEqual(callsToRun(round, approved));
  const { messages } = http;
  const calls = messages.flatMap((message) =>
    message.role === 'assistant' ? (message.toolCalls ?? []) : [],
  );
  const results = messages.flatMap((message) => (message.role === 'tool' ? message.toolCallId : []));
  expect(results.toSorted()).toEqual(calls.map(({ id }) => id).toSorted());
  expect(calls).toHaveLength(steps.flatMap((step) => step.calls).length);
}

const textOfAnswers = (messages: readonly ClientMessage[]): string =>
  messages.flatMap((message) => (message.role === 'assistant' ? (message.content ?? '') : [])).join('');

describe('an AG-UI client with random failures and approvals', () => {
  it.each(range(ROUNDS))('shows each response once and runs each call once (seed %i)', async (seed) =>
    playAgUiRound(seed),
  );
});
