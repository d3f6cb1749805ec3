import { LlmError, toJson, user, type JsonValue, type ToolCallPart } from '@majordomo/core';
import { replayRun } from '@majordomo/conformance';
import { describe, expect, it } from 'vitest';
import { RunError, type Agent, type Tool } from '../src/index.ts';
import { answered, claimed } from '../src/steps.ts';
import { initialStateFrom, errorFromJson, errorToJson, journaled } from '../src/durable.ts';
import { journalOver } from './support/journal.ts';
import { replayed } from './support/replayed.ts';
import { counting, plain } from './support/tools.ts';
import { calls, faultOf, resultTexts, world } from './support/world.ts';

const signal = new AbortController().signal;
/** Returns the effects of a driver that runs in one process, and therefore claims every call for its agent. */
const driver = (agent: Agent, runId = 'r') => ({
  ...agent.effects({ runId, signal }),
  claim: () => Promise.resolve(agent.claimOwner()),
});

describe('a run whose journal restarts it after every entry', () => {
  it.each([false, true])('runs every effect once, parallel tools: %s', async (parallelTools) => {
    const a = counting('a');
    const b = counting('b', 'once');
    const steering = [[user('Hurry!')]];
    const { agent, requests } = world(
      [calls(['1', 'a'], ['2', 'b'], ['3', 'a']), calls(['1', 'b']), 'Done.'],
      {
        tools: [{ ...a.tool, approval: ({ ok }) => ok === false }, b.tool],
        parallelTools,
        steer: () => steering.shift(),
      },
    );
    const { value, entries } = await replayed(agent);
    expect([value.text, faultOf(value.messages), requests.length]).toEqual(['Done.', undefined, 3]);
    expect([a.keys.toSorted(), b.keys]).toEqual([
      ['r/1/1', 'r/1/3'],
      ['r/1/2', 'r/2/1'],
    ]);
    expect(entries.toSorted()).toEqual([
      'approval 1 1 3',
      'ask 1',
      'ask 2',
      'ask 3',
      'claim r/1/2',
      'claim r/2/1',
      'steer 1',
      'steer 2',
      'steer 3',
      'tool r/1/1',
      'tool r/1/2',
      'tool r/1/3',
      'tool r/2/1',
    ]);
    expect(value.messages.filter(({ role }) => role === 'user')).toHaveLength(2);
  });

  it('requests each decision once, and waits in the engine instead of pausing', async () => {
    const pay = counting('pay');
    const decisionIds: string[] = [];
    const { agent } = world([calls(['1', 'pay'], ['2', 'pay']), 'Done.'], {
      tools: [{ ...pay.tool, approval: true }],
    });
    const { value } = await replayed(agent, {}, async (callId) => {
      decisionIds.push(callId);
      return callId === '1' ? { callId, approve: true } : { callId, deny: 'once is enough' };
    });
    expect([decisionIds, pay.keys, resultTexts(value.messages)]).toEqual([
      ['1', '2'],
      ['r/1/1'],
      ['pay 1', '!The call was denied: once is enough'],
    ]);
  });

  it('rejects a driver whose step names are random', async () => {
    const a = counting('a');
    const { agent } = world([calls(['1', 'a']), 'Done.', 'Done.', 'Done.'], { tools: [a.tool] });
    let random = 0;
    const run = replayRun(({ step }) => {
      const local = driver(agent);
      const effects = journaled(agent, journalOver({ step }));
      return agent.drive(agent.begin('go'), {
        ...effects,
        callModel: (state) => step(`ask ${++random}`, () => local.callModel(state)),
      });
    });
    await expect(run).rejects.toThrow('"ask 2" ran before the stored step "ask 1"; repeat stored steps');
  });
});

describe('a run on a journal', () => {
  it('emits events for new steps, and no events for replayed steps', async () => {
    const { agent } = world([calls(['1', 'none']), 'Done.']);
    const eventTypes: string[] = [];
    const onEvent = ({ type }: { readonly type: string }): void => void eventTypes.push(type);
    await replayed(agent, { onEvent });
    expect(eventTypes.filter((type) => type === 'step-start')).toHaveLength(2);
    expect(eventTypes.filter((type) => type === 'tool-end')).toHaveLength(1);
  });

  it('passes its context to the tools, and restores bytes from the journal', async () => {
    const contexts: unknown[] = [];
    const bytes = Uint8Array.of(1, 2, 3);
    const lookTool = plain('look', (_args, { context }) => {
      contexts.push(context);
      return [{ type: 'image', mediaType: 'image/png', bytes }];
    });
    const { agent } = world([calls(['1', 'look']), 'Done.'], { tools: [lookTool] });
    const { value } = await replayed(agent, { context: { tenant: 'acme' } });
    expect(contexts).toEqual([{ tenant: 'acme' }]);
    const [result] = value.messages.flatMap(({ parts }) =>
      parts.filter((part) => part.type === 'tool-result'),
    );
    expect(result?.content).toEqual([{ type: 'image', mediaType: 'image/png', bytes }]);
  });

  it('rejects with the error of the journal', async () => {
    const { agent } = world(['Done.']);
    const suspended = new Error('the engine suspends here');
    const step = (): Promise<never> => Promise.reject(suspended);
    await expect(agent.drive(agent.begin('go'), journaled(agent, journalOver({ step })))).rejects.toBe(
      suspended,
    );
  });
});

describe('an error on a journal', () => {
  const PARTIAL = { fail: 'network', after: 'half an ans' } as const;

  it('is an entry; a replay throws it with the partial response, without a model call', async () => {
    const { agent, requests } = world([PARTIAL]);
    const entries = new Map<string, JsonValue>();
    const run = (): Promise<unknown> =>
      agent
        .drive(
          agent.begin('go'),
          journaled(
            agent,
            journalOver({
              async step(name, effect) {
                const value = entries.get(name) ?? (JSON.parse(JSON.stringify(await effect())) as JsonValue);
                entries.set(name, value);
                return value as never;
              },
            }),
          ),
        )
        .catch((reason: unknown) => reason);
    const errors = [await run(), await run()];
    for (const error of errors)
      expect([RunError.is(error, 'network'), RunError.is(error) && error.partial?.text]).toEqual([
        true,
        'half an ans',
      ]);
    expect([requests.length, [...entries.keys()]]).toEqual([1, ['ask 1']]);
  });

  it('is stored without its cause, which can contain keys', async () => {
    const cause = Object.assign(new Error('refused'), { headers: { authorization: 'Bearer abc' } });
    const json = JSON.stringify(errorToJson(new LlmError('auth', 'no', { status: 401 }, { cause })));
    expect(json).toBe('{"kind":"auth","message":"no","details":{"status":401},"attempts":[]}');
    expect(errorFromJson(JSON.parse(json))).toMatchObject({
      kind: 'auth',
      message: 'no',
      details: { status: 401 },
    });
    for (const other of [undefined, null, 1, {}, { kind: 1, message: '' }, { kind: 'auth' }])
      expect(errorFromJson(other)).toBeUndefined();
  });

  it('is stored with the bytes of its partial answer', () => {
    const parts = [{ type: 'image', mediaType: 'image/png', data: new Uint8Array([1, 2]) }] as never;
    const partial = { id: undefined, target: 'a/x', parts, text: '', usage: undefined };
    const attempts = [
      {
        target: 'a/x',
        outcome: 'failed',
        usage: undefined,
        ms: 1,
        error: new LlmError('network', 'cut', { partial }),
      },
    ] as const;
    const json = JSON.stringify(errorToJson(new LlmError('network', 'cut', { partial, attempts })));
    const details = errorFromJson(json)?.details;
    expect(details?.partial?.parts).toEqual(parts);
    expect(details?.attempts[0]?.error?.details.partial?.parts).toEqual(parts);
  });

  it('is not stored for an aborted run', async () => {
    const controller = new AbortController();
    const { agent } = world([() => (controller.abort(), { fail: 'aborted' }) as never]);
    const stored: unknown[] = [];
    const journal = {
      ...journalOver({
        step: async (_name, effect) => effect().then((value) => (stored.push(value), value)),
      }),
      signal: controller.signal,
    };
    await expect(agent.drive(agent.begin('go'), journaled(agent, journal))).rejects.toMatchObject({
      kind: 'aborted',
    });
    expect(stored).toEqual([]);
  });

  it.each<unknown>([undefined, null, 'why', 7n])(
    '%s, thrown by a hook, reaches the engine as an Error',
    async (thrown) => {
      const prepareStep = (): Promise<never> => Promise.reject(thrown);
      const { agent } = world([], { prepareStep });
      await expect(
        agent.drive(agent.begin('go'), journaled(agent, journalOver({ step: (_name, effect) => effect() }))),
      ).rejects.toThrow(String(thrown));
    },
  );
});

describe('a damaged journal', () => {
  const ANSWER = {
    target: 'f/m',
    finish: 'tool-calls',
    warnings: [],
    message: { role: 'assistant', parts: [{ type: 'tool-call', id: '1', name: 'pay', args: {} }] },
  };
  const VALID_ENTRIES: Readonly<Record<string, JsonValue>> = {
    'steer 1': [],
    'ask 1': ANSWER,
    'approval 1 1': ['1'],
    'claim r/1/1': 'me',
    'tool r/1/1': { type: 'tool-result', callId: '1', name: 'pay', content: [] },
  };
  const driveRun = (damaged: Readonly<Record<string, JsonValue>>, decision: JsonValue): Promise<unknown> => {
    const pay: Tool = { ...counting('pay', 'once').tool, approval: () => true };
    const { agent } = world([], { tools: [pay], steer: () => undefined, maxSteps: 1 });
    const step = async (name: string): Promise<never> => ({ ...VALID_ENTRIES, ...damaged })[name] as never;
    const journal = { ...journalOver({ step }), decision: async () => decision as never };
    return agent.drive(agent.begin('go'), journaled(agent, journal)).catch((reason: unknown) => reason);
  };
  const APPROVAL = { callId: '1', approve: true };

  it('is accepted without the damage', async () => {
    expect(await driveRun({}, APPROVAL)).toMatchObject({ done: 'max-steps' });
  });

  it.each(Object.keys(VALID_ENTRIES))('is reported with the name of the damaged entry: %s', async (name) => {
    const invalidValues: JsonValue[] = [
      null,
      7,
      {},
      [7],
      [{}],
      { type: 'tool-result', callId: '2' },
      { ...ANSWER, message: null },
    ];
    for (const value of invalidValues)
      expect(await driveRun({ [name]: value }, APPROVAL)).toMatchObject({
        kind: 'config',
        message: expect.stringContaining(`"${name}"`),
      });
  });

  it.each([null, 'yes', {}, { callId: '1', approve: false }, { callId: '2', approve: true }])(
    'rejects the decision %j',
    async (decision) => {
      expect(await driveRun({}, decision)).toMatchObject({ kind: 'invalid-request' });
    },
  );
});

describe('the key of a call', () => {
  it.each(['a\0b', 'a b', 'é', '\ud800', 'x'.repeat(201)])(
    'contains its index if its id is not a plain string: %j',
    async (id) => {
      const a = counting('a');
      const { agent } = world([calls(['1', 'a'], [id, 'a']), 'Done.'], {
        tools: [{ ...a.tool, approval: () => false }],
      });
      const { entries } = await replayed(agent);
      expect(entries).toEqual(['ask 1', 'approval 1 1 call 2', 'tool r/1/1', 'tool r/1/call 2', 'ask 2']);
      expect(a.keys).toEqual(['r/1/1', 'r/1/call 2']);
    },
  );
});

describe('the input of a run on a journal', () => {
  it('is a question, a transcript, a state, or a follow-up to a completed run', () => {
    const state = { ...initialStateFrom('go', 'r'), done: 'answered' as const };
    expect(initialStateFrom('go', 'r')).toMatchObject({ runId: 'r', messages: [user('go')] });
    expect(initialStateFrom(toJson([user('go')]), 'r').messages).toEqual([user('go')]);
    expect(initialStateFrom(toJson(state), 'r2')).toMatchObject({ runId: 'r2', messages: [user('go')] });
    expect(
      initialStateFrom(toJson({ ...state, messages: [user('go'), user('on')] }), 'r').done,
    ).toBeUndefined();
  });

  it.each([null, 7, {}, { version: 2 }, { version: 1, messages: 'x' }])('cannot be %j', (input) => {
    expect(() => initialStateFrom(input, 'r')).toThrow(expect.objectContaining({ kind: 'config' }));
  });
});

describe('a once tool', () => {
  const driveRun = (agent: Agent, effects: ReturnType<Agent['effects']>, state = agent.begin('go')) =>
    agent.drive(state, { ...effects, decisions: async () => [] });

  it.each<[string, (call: number) => object, readonly string[], readonly string[]]>([
    ['its result', () => ({ result: 'paid by hand' }), ['paid by hand'], []],
    [
      'that it did not take effect, and then another approval',
      (decision) => [{ approve: true }, { notDone: true }, { approve: true }][decision] ?? {},
      ['pay 1'],
      ['r/1/1'],
    ],
  ])(
    'is not started again by another process, and waits for a person who states %s',
    async (_name, decide, results, keys) => {
      const pay = counting('pay', 'once');
      const approval = keys.length > 0;
      const { agent } = world([calls(['1', 'pay']), 'Done.'], { tools: [{ ...pay.tool, approval }] });
      let claims = 0;
      let decisions = 0;
      const { value, entries } = await replayRun((journal) => {
        const effects = journaled(
          agent,
          journalOver(journal, async (callId) => ({ callId, ...decide(decisions++) })),
        );
        return agent.drive(agent.begin('go'), {
          ...effects,
          // Another process claimed the first start and ended before its result was recorded.
          claim: (call, state) =>
            claims++ === 0
              ? journal.step('claim r/1/1', async () => 'another process')
              : effects.claim!(call, state),
        });
      });
      expect([resultTexts(value.messages), pay.keys]).toEqual([results, keys]);
      const waits = approval
        ? [
            'decision r/1/1',
            'tool r/1/1',
            'decision r/1/1!',
            'decision r/1/1 again 1',
            'claim r/1/1 again 1',
            'tool r/1/1 again 1',
          ]
        : ['tool r/1/1', 'decision r/1/1!'];
      expect(entries.filter((name) => /^(decision|tool|claim r\/1\/1 )/.test(name))).toEqual(waits);
    },
  );

  it.each([
    ['the same process', (agent: Agent) => agent, { content: [{ type: 'text', text: 'pay 1' }] }],
    [
      'another process',
      (agent: Agent, other: Agent) => other,
      { content: [], suspended: { payload: { key: 'r/1/1' }, unknown: true } },
    ],
  ])(
    'of a driver of pure steps runs after a response in %s only if that is safe',
    async (_name, pick, expected) => {
      const pay = counting('pay', 'once');
      const make = (): Agent => world([calls(['1', 'pay'])], { tools: [pay.tool] }).agent;
      const agent = make();
      const firstAnswer = await driver(pick(agent, make())).callModel(agent.begin('go'));
      const state = answered(agent.begin('go'), firstAnswer);
      const outcome = await agent
        .effects({ runId: 'r', signal })
        .runTool(state.pending[0] as ToolCallPart, state);
      expect(outcome).toMatchObject(expected);
    },
  );

  it('is not started again in the same process', async () => {
    const pay = counting('pay', 'once');
    const { agent } = world([calls(['1', 'pay']), 'ok'], { tools: [pay.tool] });
    const local = driver(agent);
    let repeatCall = true;
    const effects: typeof local = {
      ...local,
      async runTool(call, state) {
        const outcome = await local.runTool(call, state);
        if (!repeatCall) return outcome;
        repeatCall = false;
        return local.runTool(call, state);
      },
    };
    expect((await driveRun(agent, effects)).unknown).toMatchObject([{ id: '1', key: 'r/1/1' }]);
    expect(pay.keys).toEqual(['r/1/1']);
  });
});

describe('drive', () => {
  it('does not claim a call that is already claimed', async () => {
    const pay = counting('pay', 'once');
    const { agent } = world([calls(['1', 'pay'], ['2', 'pay']), 'ok'], { tools: [pay.tool] });
    const local = driver(agent);
    const state = answered(agent.begin('go'), await local.callModel(agent.begin('go')));
    const claims: string[] = [];
    await agent.drive(claimed(state, state.pending[0] as ToolCallPart, 'another process'), {
      ...local,
      decisions: async () => [],
      claim: async ({ id }) => {
        claims.push(id);
        return agent.claimOwner();
      },
    });
    expect([claims, pay.keys]).toEqual([['2'], ['r/1/2']]);
  });

  it('returns the targets that answered, and no attempts', async () => {
    const { agent } = world([calls(['1', 'none']), 'ok']);
    const { targets, attempts } = await agent.drive(agent.begin('go'), {
      ...driver(agent),
      decisions: async () => [],
    });
    expect([targets, attempts]).toEqual([['f/m', 'f/m'], []]);
  });

  it('throws a RunError for a model error', async () => {
    const { agent } = world([{ fail: 'auth' }]);
    const run = agent.drive(agent.begin('go'), { ...driver(agent), decisions: async () => [] });
    await expect(run).rejects.toSatisfy(RunError.is);
  });

  it('rejects with an error that an engine throws to suspend or cancel', async () => {
    const { agent } = world([]);
    const suspended = new Error('the engine suspends here');
    const run = agent.drive(agent.begin('go'), {
      ...driver(agent),
      callModel: () => Promise.reject(suspended),
      decisions: async () => [],
    });
    await expect(run).rejects.toBe(suspended);
  });
});
