import type { RunResult } from '@majordomo/agent';
import type { RunEvent } from '@majordomo/agent/durable';
import {
  assistant,
  toolResult,
  user,
  type AssistantPart,
  type Message,
  type ToolCallPart,
} from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import {
  uiMessageChunks,
  uiMessageResponse,
  type UiEnd,
  type UiInput,
  type UiOptions,
} from '../src/index.ts';
import { openPage } from './support/page.ts';
import { collectChunks } from './support/world.ts';

const call: ToolCallPart = { type: 'tool-call', id: 'c1', name: 'pay', args: { eur: 5 } };
const paymentResult = toolResult({ callId: 'c1', name: 'pay', content: 'paid' });

const event = (step: number, inner: object): RunEvent => ({
  type: 'event',
  step,
  attempt: 'x',
  event: inner as never,
});
const start = (step: number): RunEvent => event(step, { type: 'step-start', step });

/** Events of a part, the text in two deltas. */
function part(step: number, content: AssistantPart): RunEvent[] {
  const index = content.type === 'tool-call' ? 1 : 0;
  const text = content.type === 'text' ? content.text : '';
  const deltas = text === '' ? [] : [text.slice(0, 3), text.slice(3)];
  return [
    { type: 'part-start', index, part: content },
    ...deltas.map((delta) => ({ type: 'text-delta', index, text: delta })),
    { type: 'part-end', index, part: content },
  ].map((inner) => event(step, { type: 'model', event: inner }));
}
const text = (step: number, content: string): RunEvent[] => part(step, { type: 'text', text: content });
const result = (step: number): RunEvent => event(step, { type: 'tool-end', result: paymentResult.parts[0] });

async function* emitEvents(...events: RunEvent[]) {
  for (const runEvent of events) yield await Promise.resolve(runEvent);
}

/** Events of a run that does not end. */
async function* silentAfter(...events: RunEvent[]) {
  yield* emitEvents(...events);
  await new Promise(() => undefined);
}

const neverSettles = (): Promise<never> => new Promise(() => undefined);
const transcript: Message[] = [
  user('hi'),
  assistant([{ type: 'text', text: 'I pay.' }, call]),
  paymentResult,
  assistant('Done.'),
];
const finishedResult = () => Promise.resolve({ messages: transcript } as unknown as RunResult);

async function showRun(events: AsyncIterable<RunEvent>, options: UiOptions) {
  const page = openPage(7, () =>
    Promise.resolve(uiMessageResponse(events, { messageId: 'run', ...options })),
  );
  await page.chat.sendMessage({ text: 'hi' });
  return page;
}

const COMPLETE = [
  { type: 'step-start' },
  { type: 'text', text: 'I pay.' },
  { type: 'tool-pay', state: 'output-available', input: { eur: 5 }, output: 'paid' },
  { type: 'step-start' },
  { type: 'text', text: 'Done.' },
];

describe('the events of a durable run', () => {
  const firstStep = [start(1), ...text(1, 'I pay.'), ...part(1, call), result(1)];
  const secondStep = [start(2), ...text(2, 'Done.')];

  it('are shown, and `onEnd` receives the messages of the result', async () => {
    const ends: UiEnd[] = [];
    const page = await showRun(emitEvents(...firstStep, ...secondStep), {
      durable: { result: finishedResult, awaiting: () => Promise.resolve([]) },
      onEnd: (end) => void ends.push(end),
    });
    expect(page.parts()).toMatchObject(COMPLETE);
    expect(ends).toMatchObject([{ outcome: 'finished', messages: transcript, state: undefined }]);
  });

  it('replace the output of a process that died within a step', async () => {
    const lostAttempt = [start(2), ...text(2, 'Donkey').slice(0, 2), { type: 'reset', step: 2 } as const];
    const page = await showRun(emitEvents(...firstStep, ...lostAttempt, ...secondStep), {
      durable: { result: finishedResult },
    });
    expect(page.screens).toContain('I pay.Don');
    expect(page.parts()).toMatchObject(COMPLETE);
    expect(
      page.screens.filter((screen) => !'I pay.Done.'.startsWith(screen) && screen !== 'I pay.Don'),
    ).toEqual([]);
  });

  it('replace the output of a process that died after the end of its step', async () => {
    const end = event(1, { type: 'step-end', response: { usage: undefined, attempts: [] } });
    const page = await showRun(
      emitEvents(
        start(1),
        ...text(1, 'Donkey'),
        end,
        { type: 'reset', step: 1 },
        ...firstStep,
        end,
        ...secondStep,
      ),
      { durable: { result: finishedResult } },
    );
    expect(page.chat.status).toBe('ready');
    expect(page.parts()).toMatchObject(COMPLETE);
    expect(page.parts()).toHaveLength(COMPLETE.length);
  });

  it.each([
    ['at the beginning', [{ type: 'missed' } as const, ...secondStep]],
    [
      'within a step',
      [start(1), ...text(1, 'I pay.').slice(0, 2), { type: 'missed' } as const, ...secondStep],
    ],
    ['between steps', [...firstStep, { type: 'missed' } as const]],
  ])('that were missed %s are replaced by the result', async (_, events) => {
    const page = await showRun(emitEvents(...events), { durable: { result: finishedResult } });
    expect(page.chat.status).toBe('ready');
    expect(page.parts()).toMatchObject(COMPLETE);
    expect(page.parts()).toHaveLength(COMPLETE.length);
    expect(page.screens.filter((screen) => !'I pay.Done.'.startsWith(screen))).toEqual([]);
  });

  it.each([{ durable: {} }, {}])(
    'that were missed result in an error without the option `result`: %o',
    async (options) => {
      const page = await showRun(emitEvents(...firstStep, { type: 'missed' }), options);
      expect(page.chat.error?.message).toContain('reload');
    },
  );

  it('of a failed run end with an error without details', async () => {
    const failedResult = (): Promise<never> => Promise.reject(new Error('secret'));
    const page = await showRun(emitEvents(...firstStep), { durable: { result: failedResult } });
    expect(page.chat.error?.message).toBe('The server failed.');
  });

  it('do not wait for the result if the page disconnects', async () => {
    const ends: UiEnd[] = [];
    const chunks = uiMessageChunks(silentAfter(...firstStep), {
      durable: { result: neverSettles, awaiting: neverSettles },
      onEnd: (end) => void ends.push(end),
    });
    for await (const { type } of chunks) if (type === 'tool-output-available') break;
    expect(ends).toMatchObject([{ outcome: 'stopped', messages: [] }]);
  });
});

describe('a durable run that waits', () => {
  const waitingStep = [start(1), ...text(1, 'I pay.'), ...part(1, call)];
  const awaiting = () => Promise.resolve([call]);

  /** Shows the events of a run that does not end, and advances the clock until the response ends. */
  async function showWaiting(events: RunEvent[], options: UiOptions) {
    const ends: UiEnd[] = [];
    const clock = fakeClock();
    const pendingPage = showRun(silentAfter(...events), {
      clock,
      onEnd: (end) => void ends.push(end),
      ...options,
    });
    await expect
      .poll(async () => {
        await clock.advance(100);
        return ends.length;
      })
      .toBe(1);
    return { page: await pendingPage, ends };
  }

  it.each([
    ['after the parts of the call', waitingStep, 'I pay.'],
    ['and the parts of the call if its events were not received', [], ''],
  ])('ends the response with the approval request %s', async (_, events, lastScreen) => {
    const { page, ends } = await showWaiting(events, { durable: { result: neverSettles, awaiting } });
    expect(page.parts()[0]).toEqual({ type: 'step-start' });
    expect(page.parts().at(-1)).toMatchObject({
      type: 'tool-pay',
      state: 'approval-requested',
      input: { eur: 5 },
    });
    expect(page.parts().filter(({ type }) => type === 'tool-pay')).toHaveLength(1);
    expect(page.screens.at(-1)).toBe(lastScreen);
    expect(ends).toMatchObject([{ outcome: 'awaiting', state: undefined }]);
  });

  const input: UiInput = {
    messages: [user('hi')],
    run: [user('hi')],
    decisions: [{ callId: 'c1', approve: true }],
    messageId: 'run',
    steps: 1,
  };
  const laterEvents = [result(1), start(2), ...text(2, 'Done.')];

  it.each([
    ['all steps', [...waitingStep, ...laterEvents]],
    ['the steps after the decision', [{ type: 'missed' } as const, ...laterEvents]],
  ])('continues the message after a decision with %s', async (_, events) => {
    const durable = { result: finishedResult, awaiting };
    const chunks = await collectChunks(
      uiMessageChunks(emitEvents(...events), { input, durable, clock: fakeClock() }),
    );
    expect(chunks.map(({ type }) => type)).toEqual([
      'start',
      'tool-output-available',
      'start-step',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'finish-step',
      'finish',
    ]);
  });
});
