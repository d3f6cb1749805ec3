import { createAgent, type RunState } from '@majordomo/agent';
import { createMajordomo, type Message, type ModelRequest } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createResumableStreams, fromUiMessages, toUiMessages, type UiEnd } from '../src/index.ts';
import { gate, type Gate } from './support/gate.ts';
import { memoryChannel } from './support/memory-channel.ts';
import { openPage, textOf, type Page, type Version } from './support/page.ts';
import { tool } from './support/world.ts';

const ROUNDS = process.env['SOAK'] === '1' ? 900 : 40;
const FAST = { interval: 2, timeout: 60_000 };
const TOOLS = ['pay', 'note'] as const;

interface Call {
  readonly id: string;
  readonly name: (typeof TOOLS)[number];
  readonly args: { readonly step: number };
}

/** What the targets `a` and `b` answer in a step, and where the first one fails. */
interface Step {
  readonly texts: Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
  readonly failsAfter: number | undefined;
}

interface Round {
  readonly version: Version;
  readonly afterCommit: 'restart' | 'continue';
  readonly steps: readonly Step[];
  readonly random: () => number;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

function createRound(seed: number): Round {
  const random = seededRandom(seed);
  const version = ([5, 6, 7, 7, 7] as const)[Math.floor(random() * 5)] ?? 7;
  const afterCommit = version === 7 && random() < 0.7 ? 'restart' : 'continue';
  const count = 1 + Math.floor(random() * 3);
  const steps = range(count).map((step): Step => {
    const words = range(8 + Math.floor(random() * 6)).map((at) => `w${at} `);
    const text = (target: string): string => `${target}${step}: ${words.join('')}`;
    const calls = range(Math.floor(random() * 4)).map((at): Call => ({
      id: `c${step}-${at}`,
      name: version > 5 && random() < 0.6 ? 'pay' : 'note',
      args: { step },
    }));
    return {
      texts: afterCommit === 'restart' ? { a: text('a'), b: text('b') } : { a: text('x'), b: text('x') },
      calls: step === count - 1 ? [] : [...calls, { id: `c${step}-last`, name: 'note', args: { step } }],
      // Core restarts an answer of less than 12 characters instead of continuing it.
      failsAfter:
        random() < 0.5 ? (afterCommit === 'continue' ? 14 : 0) + Math.floor(random() * 12) : undefined,
    };
  });
  return { version, afterCommit, steps, random };
}

/** Returns the turn of a target for the step of a request. */
function turnOf(round: Round, target: string, { messages }: ModelRequest): Turn {
  const last = messages.at(-1);
  const isContinued = JSON.stringify(last).includes('cut off by a technical fault');
  const shown = isContinued ? messages.at(-2) : undefined;
  const partial = shown?.role === 'assistant' ? textOf({ ...shown, id: '', parts: [...shown.parts] }) : '';
  const assistants = messages.filter(({ role }) => role === 'assistant').length;
  const step = round.steps[assistants - (isContinued ? 1 : 0)];
  if (step === undefined) throw new Error('no such step');
  const text = step.texts[target] ?? '';
  const { failsAfter } = step;
  if (target === 'a' && failsAfter !== undefined)
    return { fail: 'network', ...(failsAfter > 0 && { after: text.slice(0, failsAfter) }) };
  return { text: text.trimEnd().slice(partial.length), chunks: 3, toolCalls: step.calls };
}

/** All texts that a page may show: complete texts of steps, then a prefix of one. */
function isAllowed(shown: string, steps: readonly Step[]): boolean {
  const screen = withoutSpaces(shown);
  const [step, ...others] = steps;
  if (screen === '' || step === undefined) return screen === '';
  return Object.values(step.texts)
    .map(withoutSpaces)
    .some(
      (text) =>
        text.startsWith(screen) || (screen.startsWith(text) && isAllowed(screen.slice(text.length), others)),
    );
}

/** A target that continues a text may add a space. */
const withoutSpaces = (text: string): string => text.replaceAll(' ', '');

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
  const ran: string[] = [];
  const approved = new Set<string>();
  const tools = TOOLS.map((name) =>
    tool(
      name,
      (_, { callId }) => {
        ran.push(callId);
        return `${name} ${callId}`;
      },
      { approval: name === 'pay' },
    ),
  );
  const providers = ['a', 'b'].map((id) => {
    const turn = (request: ModelRequest): Turn => turnOf(round, id, request);
    return fakeProvider({ id, models: { m: range(30).map(() => turn) } });
  });
  const model = createMajordomo({ providers, chain: { attempts: 1 } }).model('a/m,b/m');
  const agent = createAgent({ model, tools });
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
  const calls = steps.flatMap((step) => step.calls);
  const allowed = calls.filter(({ id, name }) => name === 'note' || approved.has(id));
  expect(ran.toSorted()).toEqual(allowed.map(({ id }) => id).toSorted());
  await Promise.all(processes.map((streams) => streams.close()));
}

describe('a page with random failures, approvals, reloads and lost connections', () => {
  it.each(range(ROUNDS))('shows one answer, seed %i', async (seed) => play(seed));
});
