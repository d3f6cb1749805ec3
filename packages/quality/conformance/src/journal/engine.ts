import { type ErrorKind, LlmError, type Message } from '@majordomo/core';
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import {
  type AgentKit,
  type EngineAgentName,
  engineAgents,
  type EngineAgents,
  UNUSUAL_IDS,
} from './engine-agents.ts';

/** Runs of one agent, as the adapter of the engine implements them. */
export interface EngineRuns {
  /** Resolves when the engine has accepted the run. Starting a run again under the same id has no effect. */
  start(runId: string, input: string): Promise<void>;
  /** Resolves when the run has ended. Rejects with the run's error, including the partial response, or with `aborted`. */
  result(
    runId: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly text: string; readonly done: unknown; readonly messages: readonly Message[] }>;
  /** Resolves to the tool calls that await a decision, when the run waits. Resolves to `[]` if the run ends instead. */
  awaiting(
    runId: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly { readonly id: string }[]>;
  /** Decides a tool call. Rejects with `invalid-request` if no call with this id awaits a decision. */
  decide(runId: string, decision: EngineDecision): Promise<void>;
}

/** Decision about a tool call that awaits a decision. */
export type EngineDecision = { readonly callId: string } & (
  | { readonly approve: true }
  | { readonly deny: string }
  | { readonly result: string }
);

/** Test case for durable engines. */
export interface EngineCase {
  /** Behavior that the case checks. */
  readonly name: string;
  /** Runs the case. Rejects with an `AssertionError` if the case fails. `runs` returns the runs of an agent of the suite. */
  run(runs: (agent: EngineAgentName) => EngineRuns): Promise<void>;
}

/** Test suite for one engine: the agents that the engine must run, and the cases. */
export interface EngineConformance<Agent> {
  readonly agents: EngineAgents<Agent>;
  readonly cases: readonly EngineCase[];
}

/**
 * Returns test cases for the adapter of a durable engine, for any test runner. First register `agents` with the engine under
 * their names. Then run each case once. `kit` is `{ createAgent, suspend, agentTool }` of `@majordomo/agent`.
 *
 * @example
 * const { agents, cases } = engineConformance({ createAgent, suspend, agentTool });
 * for (const [name, agent] of Object.entries(agents)) serve(name, agent);
 * for (const { name, run } of cases) it(name, () => run((agent) => runsOf(agent)));
 */
export function engineConformance<Agent>(kit: AgentKit<Agent>): EngineConformance<Agent> {
  const startedKeys: string[] = [];
  return {
    agents: engineAgents(kit, startedKeys),
    cases: [...completionCases, ...decisionCases, ...failureCases, parallelCase(startedKeys), teamCase],
  };
}

const engineCase = (name: string, run: EngineCase['run']): EngineCase => ({ name, run });

const completionCases: readonly EngineCase[] = [
  engineCase('completes a run once under its id, however often it is started', async (of) => {
    const runs = of('plain');
    await runs.start('plain 1', 'go');
    await runs.start('plain 1', 'go');
    const { text, done, messages } = await runs.result('plain 1');
    deepEqual([text, done], ['Done.', 'answered']);
    match(JSON.stringify(messages), /look under plain 1\/1\/1/);
    deepEqual(await runs.awaiting('plain 1'), []);
  }),
  engineCase('rejects a run id that stores cannot hold and an invalid input', async (of) => {
    for (const [runId, input] of [
      ['fine', {}],
      ['fine', 7],
      ['', 'go'],
      ['a\0b', 'go'],
    ] as const)
      await rejects(of('plain').start(runId, input as never), kindIs('config'));
  }),
];

const decisionCases: readonly EngineCase[] = [
  engineCase(
    'waits for decisions, lists all open calls of a step and accepts decisions in any order',
    async (of) => {
      const runs = of('approval');
      const early = runs.awaiting('approval 1');
      await runs.start('approval 1', 'go');
      deepEqual(idsOf(await early), ['a', 'b']);
      await runs.decide('approval 1', { callId: 'b', deny: 'too expensive' });
      ok(idsOf(await runs.awaiting('approval 1')).includes('a'), 'the other one still waits');
      await runs.decide('approval 1', { callId: 'a', approve: true });
      const transcript = JSON.stringify((await runs.result('approval 1')).messages);
      match(transcript, /pay under approval 1\/1\/a/);
      match(transcript, /too expensive/);
      deepEqual(await runs.awaiting('approval 1'), []);
    },
  ),
  engineCase('rejects a decision that would end the run and continues to wait', async (of) => {
    const runs = of('suspended');
    await runs.start('suspended 1', 'go');
    deepEqual(idsOf(await runs.awaiting('suspended 1')), ['s']);
    const wrong = [{ callId: 's', approve: true }, { callId: 'x', deny: 'no' }, { callId: 's' }, null];
    for (const decision of wrong)
      await rejects(runs.decide('suspended 1', decision as never), kindIs('invalid-request'));
    await runs.decide('suspended 1', { callId: 's', result: '42' });
    equal((await runs.result('suspended 1')).text, 'Thanks.');
  }),
  engineCase('accepts decisions for call ids with any characters', async (of) => {
    const runs = of('unusual-ids');
    await runs.start('unusual-ids 1', 'go');
    deepEqual(idsOf(await runs.awaiting('unusual-ids 1')), UNUSUAL_IDS);
    for (const callId of UNUSUAL_IDS) await runs.decide('unusual-ids 1', { callId, approve: true });
    equal((await runs.result('unusual-ids 1')).text, 'Odd.');
  }),
  engineCase('ends the wait, but not the run, when the signal aborts', async (of) => {
    const runs = of('waiting');
    await runs.start('waiting 1', 'go');
    await runs.awaiting('waiting 1');
    const controller = new AbortController();
    const waits = [runs.result('waiting 1', controller), runs.awaiting('never started', controller)];
    controller.abort();
    for (const wait of waits) await rejects(wait, kindIs('aborted'));
    deepEqual(idsOf(await runs.awaiting('waiting 1')), ['e']);
  }),
];

const failureCases: readonly EngineCase[] = [
  engineCase('fails with the error of the model and the partial response, without a retry', async (of) => {
    const runs = of('failing');
    await runs.start('failing 1', 'go');
    const error = await runs.result('failing 1').catch((reason: unknown) => reason);
    ok(LlmError.is(error, 'auth'), `${String(error)} has the kind of the model's error`);
    deepEqual([error.details.status, error.details.partial?.text], [401, 'half an ans']);
    // The script contains one response, so a retry would fail with another message.
    equal(error.message, 'run "failing 1": the run ended in step 1: f/m failed as scripted: auth');
    deepEqual(await runs.awaiting('failing 1'), []);
  }),
  engineCase('fails with config for an invalid rule of the agent instead of hanging', async (of) => {
    await of('invalid').start('invalid 1', 'go');
    await rejects(of('invalid').result('invalid 1'), kindIs('config'));
  }),
];

const parallelCase = (startedKeys: readonly string[]): EngineCase =>
  engineCase('runs tools in parallel, each once', async (of) => {
    const runs = of('parallel');
    await runs.start('parallel 1', 'go');
    const { text, messages } = await runs.result('parallel 1');
    deepEqual([text, JSON.stringify(messages).includes('unknown')], ['Done together.', false]);
    deepEqual(
      startedKeys.toSorted(),
      ['1', '2', '3', '4'].map((id) => `parallel 1/1/${id}`),
    );
  });

const teamCase: EngineCase = engineCase(
  'hands the run over, and waits for the decision on a call inside a sub-agent',
  async (of) => {
    const runs = of('team');
    await runs.start('team 1', 'go');
    deepEqual(idsOf(await runs.awaiting('team 1')), ['a/p']);
    // The id of a call inside a sub-agent begins with that of the call of the sub-agent. `a` and `a/q` await no decision.
    for (const callId of ['p', 'a', 'a/q'])
      await rejects(runs.decide('team 1', { callId, approve: true }), kindIs('invalid-request'));
    await runs.decide('team 1', { callId: 'a/p', approve: true });
    const { text, done, messages } = await runs.result('team 1');
    deepEqual([text, done], ['All done.', 'answered']);
    for (const text of ['The conversation was handed to', 'Refunded.'])
      ok(JSON.stringify(messages).includes(text), `the transcript contains "${text}"`);
    deepEqual(await runs.awaiting('team 1'), []);
  },
);

const idsOf = (calls: readonly { readonly id: string }[]): readonly string[] => calls.map(({ id }) => id);

const kindIs =
  (kind: ErrorKind) =>
  (error: unknown): boolean =>
    LlmError.is(error, kind);
