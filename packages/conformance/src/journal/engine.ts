import { type ErrorKind, LlmError, type Message } from '@majordomo/core';
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import {
  type AgentKit,
  type EngineAgentName,
  engineAgents,
  type EngineAgents,
  ODD_IDS,
} from './engine-agents.ts';

/** What an adapter of a durable engine offers for the runs of one agent. */
export interface EngineRuns {
  /** Resolves when the engine has taken the run; a second start of one id is none. */
  start(runId: string, input: string): Promise<void>;
  /** Waits until the run is over; rejects as it did, with what had arrived, and with `aborted` on the signal. */
  result(
    runId: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly text: string; readonly done: unknown; readonly messages: readonly Message[] }>;
  /** Resolves when the run waits, with its open calls, or is over, with none. */
  awaiting(
    runId: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly { readonly id: string }[]>;
  /** Rejects with `invalid-request` when no call waits for it. */
  decide(runId: string, decision: EngineDecision): Promise<void>;
}

/** What a person says to a call. */
export type EngineDecision = { readonly callId: string } & (
  { readonly approve: true } | { readonly deny: string } | { readonly result: string }
);

/** One thing that an engine has to do. */
export interface EngineCase {
  /** A sentence on what it checks. */
  readonly name: string;
  /** Rejects with an `AssertionError`; `runs` gives those of an agent of the suite. */
  run(runs: (agent: EngineAgentName) => EngineRuns): Promise<void>;
}

/** A suite for one engine: what it has to run, and what has to hold then. */
export interface EngineConformance<Agent> {
  readonly agents: EngineAgents<Agent>;
  readonly cases: readonly EngineCase[];
}

/**
 * What every adapter of a durable engine has to do, as cases for any test runner, each to be played once. `kit` is
 * `{ createAgent, suspend }` of `@majordomo/agent`; make `agents` known to the engine under their names first.
 *
 * @example
 * const { agents, cases } = engineConformance({ createAgent, suspend });
 * for (const [name, agent] of Object.entries(agents)) serve(name, agent);
 * for (const { name, run } of cases) it(name, () => run((agent) => runsOf(agent)));
 */
export function engineConformance<Agent>(kit: AgentKit<Agent>): EngineConformance<Agent> {
  const begun: string[] = [];
  return { agents: engineAgents(kit, begun), cases: [...running, ...waiting, ...failing, sides(begun)] };
}

const running: readonly EngineCase[] = [
  {
    name: 'runs to its end under the id of the run, once however often it is started',
    async run(of) {
      const runs = of('plain');
      await runs.start('plain 1', 'go');
      await runs.start('plain 1', 'go');
      const { text, done, messages } = await runs.result('plain 1');
      deepEqual([text, done], ['Done.', 'answered']);
      match(JSON.stringify(messages), /look under plain 1\/1\/1/);
      deepEqual(await runs.awaiting('plain 1'), []);
    },
  },
  {
    name: 'does not begin under an id that stores cannot hold, nor with what is no input',
    async run(of) {
      for (const [runId, input] of [
        ['fine', {}],
        ['fine', 7],
        ['', 'go'],
        ['a\0b', 'go'],
      ] as const)
        await rejects(of('plain').start(runId, input as never), kindIs('config'));
    },
  },
];

const waiting: readonly EngineCase[] = [
  {
    name: 'waits for decisions, tells all calls of a step at once, and takes each in any order',
    async run(of) {
      const runs = of('asks');
      const early = runs.awaiting('asks 1');
      await runs.start('asks 1', 'go');
      deepEqual(idsOf(await early), ['a', 'b']);
      await runs.decide('asks 1', { callId: 'b', deny: 'too dear' });
      ok(idsOf(await runs.awaiting('asks 1')).includes('a'), 'the other one still waits');
      await runs.decide('asks 1', { callId: 'a', approve: true });
      const told = JSON.stringify((await runs.result('asks 1')).messages);
      match(told, /pay under asks 1\/1\/a/);
      match(told, /too dear/);
      deepEqual(await runs.awaiting('asks 1'), []);
    },
  },
  {
    name: 'refuses a decision that would end the run, and waits on',
    async run(of) {
      const runs = of('suspends');
      await runs.start('suspends 1', 'go');
      deepEqual(idsOf(await runs.awaiting('suspends 1')), ['s']);
      const wrong = [{ callId: 's', approve: true }, { callId: 'x', deny: 'no' }, { callId: 's' }, null];
      for (const decision of wrong)
        await rejects(runs.decide('suspends 1', decision as never), kindIs('invalid-request'));
      await runs.decide('suspends 1', { callId: 's', result: '42' });
      equal((await runs.result('suspends 1')).text, 'Thanks.');
    },
  },
  {
    name: 'is decided on, however odd the ids of its calls are',
    async run(of) {
      const runs = of('odd');
      await runs.start('odd 1', 'go');
      deepEqual(idsOf(await runs.awaiting('odd 1')), ODD_IDS);
      for (const callId of ODD_IDS) await runs.decide('odd 1', { callId, approve: true });
      equal((await runs.result('odd 1')).text, 'Odd.');
    },
  },
  {
    name: 'ends the waiting by a signal, and not the run',
    async run(of) {
      const runs = of('waits');
      await runs.start('waits 1', 'go');
      await runs.awaiting('waits 1');
      const controller = new AbortController();
      const waits = [runs.result('waits 1', controller), runs.awaiting('never begun', controller)];
      controller.abort();
      for (const wait of waits) await rejects(wait, kindIs('aborted'));
      deepEqual(idsOf(await runs.awaiting('waits 1')), ['e']);
    },
  },
];

const failing: readonly EngineCase[] = [
  {
    name: 'fails as the model did, with what had arrived, and is not tried again',
    async run(of) {
      const runs = of('fails');
      await runs.start('fails 1', 'go');
      const error = await runs.result('fails 1').catch((reason: unknown) => reason);
      ok(LlmError.is(error, 'auth'), `${String(error)} is of the model's kind`);
      deepEqual([error.details.status, error.details.partial?.text], [401, 'half an ans']);
      // Another try would be beyond the script, and say so.
      equal(error.message, 'run "fails 1": the run ended in step 1: f/m failed as scripted: auth');
      deepEqual(await runs.awaiting('fails 1'), []);
    },
  },
  {
    name: 'fails by a rule of the agent that cannot be meant, and does not hang',
    async run(of) {
      await of('wrong').start('wrong 1', 'go');
      await rejects(of('wrong').result('wrong 1'), kindIs('config'));
    },
  },
];

const sides = (begun: readonly string[]): EngineCase => ({
  name: 'runs tools side by side, each once',
  async run(of) {
    const runs = of('sides');
    await runs.start('sides 1', 'go');
    const { text, messages } = await runs.result('sides 1');
    deepEqual([text, JSON.stringify(messages).includes('unknown')], ['Side by side.', false]);
    deepEqual(
      begun.toSorted(),
      ['1', '2', '3', '4'].map((id) => `sides 1/1/${id}`),
    );
  },
});

const idsOf = (calls: readonly { readonly id: string }[]): readonly string[] => calls.map(({ id }) => id);

const kindIs =
  (kind: ErrorKind) =>
  (error: unknown): boolean =>
    LlmError.is(error, kind);
