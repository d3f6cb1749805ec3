import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Tool } from '../src/index.ts';
import { call, calls, faultOf, resultTexts, runError, world } from './support/world.ts';

const quick: Tool = {
  name: 'quick',
  description: 'Quick',
  parameters: { type: 'object' },
  run: () => 'done',
};
const neverEnding: Tool = { ...quick, name: 'neverEnding', run: () => new Promise(() => undefined) };
const UNKNOWN = '!The run was interrupted: it is not known whether this call ran.';

describe('an abort of a run', () => {
  it('aborts the signal of the running tool and adds a result for every call', async () => {
    const controller = new AbortController();
    const reasons: unknown[] = [];
    const slow: Tool = {
      ...quick,
      name: 'slow',
      run: (_args, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => reasons.push(signal.reason));
          controller.abort('enough');
        }),
    };
    const { agent } = world([calls(['1', 'quick'], ['2', 'slow'], ['3', 'quick'])], { tools: [quick, slow] });
    const error = await runError(agent.run('go', { signal: controller.signal }));
    expect([error.cause.kind, error.cause.cause, reasons]).toEqual(['aborted', 'enough', ['enough']]);
    expect([faultOf(error.state.messages), resultTexts(error.state.messages)]).toEqual([
      undefined,
      ['done', UNKNOWN, UNKNOWN],
    ]);
    expect(error.message).toBe('the run ended in step 2: the run was aborted while "slow" ran');
  });

  it('does not wait for a tool that ignores the signal, and keeps the results of parallel tools', async () => {
    const controller = new AbortController();
    const { agent } = world([calls(['1', 'neverEnding'], ['2', 'quick'])], {
      tools: [quick, neverEnding],
      parallelTools: true,
    });
    const onToolEnd = (): void => {
      setTimeout(() => {
        controller.abort();
      }, 5);
    };
    const error = await runError(agent.run('go', { signal: controller.signal, onToolEnd }));
    expect(resultTexts(error.state.messages)).toEqual([UNKNOWN, 'done']);
  });

  it.each(['tool-start', 'tool-end', 'step-end'])('does not wait for a reader of "%s"', async (type) => {
    const controller = new AbortController();
    const { agent } = world([call('quick'), 'Done.'], { tools: [quick] });
    const effects = agent.effects({
      runId: 'r',
      signal: controller.signal,
      onEvent(event) {
        if (event.type !== type) return undefined;
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    const run = agent.drive(agent.begin('go'), { ...effects, decisions: () => Promise.resolve([]) });
    expect((await runError(run)).kind).toBe('aborted');
  });

  it('before the run prevents any model call', async () => {
    const { agent, requests } = world(['hi']);
    const error = await runError(agent.run('go', { signal: AbortSignal.abort() }));
    expect([error.cause.kind, requests.length, error.state.steps]).toEqual(['aborted', 0, 0]);
  });

  it('between two tools prevents the second tool from running', async () => {
    const controller = new AbortController();
    const callIds: string[] = [];
    const last: Tool = {
      ...quick,
      run: (_args, { callId }) => {
        callIds.push(callId);
        controller.abort();
        return 'done';
      },
    };
    const error = await runError(
      world([calls(['1', 'quick'], ['2', 'quick'])], { tools: [last] }).agent.run('go', {
        signal: controller.signal,
      }),
    );
    expect([callIds, resultTexts(error.state.messages)]).toEqual([['1'], ['done', UNKNOWN]]);
  });

  it('during an answer ends the model call, and the transcript does not contain the partial answer', async () => {
    const controller = new AbortController();
    const { agent } = world([call('quick'), { hang: true, after: 'Hel' }], {
      tools: [quick],
      onStepStart: ({ step }) => {
        if (step === 2)
          setTimeout(() => {
            controller.abort();
          }, 5);
      },
    });
    const error = await runError(agent.run('go', { signal: controller.signal }));
    expect([error.cause.kind, error.cause.details.partial?.text, error.state.messages.length]).toEqual([
      'aborted',
      'Hel',
      3,
    ]);
  });

  it("leaves no listener on the caller's signal", async () => {
    const { signal } = new AbortController();
    const { agent } = world([call('quick'), 'ok', call('quick'), 'ok'], { tools: [quick] });
    await agent.run('go', { signal });
    await agent.stream('go', { signal }).result();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
