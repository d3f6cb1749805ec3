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

const ROUNDS = process.env['SOAK'] === '1' ? 900 : 40;
const FAST = { interval: 2, timeout: 60_000 };
/** Parts of a message as the user sees them. */
const visible = (parts: readonly Record<string, unknown>[]): unknown[] =>
  parts.flatMap(({ type, text, state, toolCallId, output }) => {
    if (type === 'text') return [text];
    if (toolCallId === undefined) return type === 'step-start' ? ['step'] : [];
    return [[toolCallId, state === 'output-denied' ? 'output-error' : state, output]];
  });

async function play(seed: number): Promise<void> {
  const round = createRound(seed);
  const { version, random, steps, afterCommit } = round;
  const approved = new Set<string>();
  const { agent, ran } = randomAgent(round);
  const channel = memoryChannel();
  const processes = [createResumableStreams({ channel }), createResumableStreams({ channel })];
  const process = () => processes[Math.floor(random() * 2)] as (typeof processes)[number];

  let stored: RunState | readonly Message[] = [];
  const gates: Gate[] = [];
  const ends: UiEnd[] = [];
  let cut = (): void => undefined;
  const fetch = async (request: Request): Promise<Response> => {
    if (request.method === 'GET') return process().resume('chat-1');
    const { messages } = (await request.json()) as { messages: unknown };
    const input = await fromUiMessages(messages, { stored });
    if (input.decisions.length === 0) stored = input.messages;
    const at = random() < 0.6 ? Math.floor(random() * 14) : Infinity;
    const gated = gate(agent.stream(input.run, { decisions: input.decisions, afterCommit }), at);
    gates.push(gated);
    const { body, headers } = process().start('chat-1', gated.events, {
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
    cut = () => controller.abort(new TypeError('the network failed'));
    return new Response(readable, { headers });
  };

  const pages: Page[] = [];
  const open = async (): Promise<Page> => {
    const state = 'pending' in stored ? stored : undefined;
    const messages = await toUiMessages(state?.messages ?? (stored as readonly Message[]), { state });
    const page = openPage(version, fetch, { messages });
    pages.push(page);
    return page;
  };
  /** Waits for a response, during which the page may be reloaded or lose its connection. */
  const watch = async (page: Page, sent: Promise<void>, number: number): Promise<Page> => {
    await expect.poll(() => gates.length, FAST).toBe(number);
    // A response can end before its gate.
    await Promise.race([gates[number - 1]?.reached, expect.poll(() => ends.length, FAST).toBe(number)]);
    const choice = random();
    let current = page;
    let resumed = Promise.resolve();
    if (choice < 0.4) {
      current = await open();
      resumed = current.chat.resumeStream();
    } else if (choice < 0.6 && version > 5) {
      cut();
      await sent;
      resumed = current.chat.resumeStream();
    }
    gates[number - 1]?.open();
    await Promise.all([sent, resumed]);
    await expect.poll(() => ends.length, FAST).toBe(number);
    return current;
  };

  let page = await open();
  page = await watch(page, page.chat.sendMessage({ text: 'hi' }), 1);
  for (let number = 2; ends.at(-1)?.outcome === 'awaiting' && number < 20; number++) {
    const waiting = page.parts().filter(({ state }) => state === 'approval-requested');
    expect(waiting.length, 'calls that wait').toBeGreaterThan(0);
    for (const { approval, toolCallId } of waiting) {
      const isApproved = random() < 0.6;
      if (isApproved) approved.add(toolCallId as string);
      await page.chat.addToolApprovalResponse({
        id: (approval as { id: string }).id,
        approved: isApproved,
        reason: 'no',
      });
    }
    page = await watch(
      page,
      expect.poll(() => page.chat.status, FAST).not.toBe('streaming') as never,
      number,
    );
    await expect.poll(() => page.chat.status, FAST).toMatch(/ready|error/);
  }
  expect(page.chat.error?.message).toBeUndefined();
  expect(ends.at(-1)).toMatchObject({ outcome: 'finished' });
  for (const { screens } of pages) expect(screens.filter((screen) => !isAllowed(screen, steps))).toEqual([]);
  const transcript = await toUiMessages(ends.at(-1)?.messages ?? []);
  expect(visible(page.parts())).toEqual(visible(transcript.at(-1)?.parts ?? []));
  expect(page.chat.messages).toHaveLength(2);
  expect(ran.toSorted()).toEqual(callsToRun(round, approved));
  await Promise.all(processes.map((streams) => streams.close()));
}

describe('a page with random failures, approvals, reloads and lost connections', () => {
  it.each(range(ROUNDS))('shows one answer, seed %i', async (seed) => play(seed));
});

/** Plays a round with the client of AG-UI, which signs nothing and sends its transcript. */
async function playAgUi(seed: number): Promise<void> {
  const round = createRound(seed, 7);
  const { random, steps, afterCommit } = round;
  const approved = new Set<string>();
  const { agent, ran } = randomAgent(round);
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
  expect(ran.toSorted()).toEqual(callsToRun(round, approved));
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
  it.each(range(ROUNDS))('shows one answer, seed %i', async (seed) => playAgUi(seed));
});
