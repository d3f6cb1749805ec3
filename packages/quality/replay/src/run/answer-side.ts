import type { AssistantMessage, ChatModel, ChatRequest, Message } from '@majordomo/core';
import { digest, requestKey } from '@majordomo/evals/internal';
import type { Answer, RecordedCall } from '../traffic/answer.ts';
import { failureOf } from '../compare/format.ts';
import { checkConsent } from '../experiment/denial.ts';
import { answerOf } from '../journal/pairs.ts';
import type { AnswerLine, Side } from '../journal/lines.ts';
import { tenantOf } from '../traffic/tenant.ts';
import { answersIn, MORE_STEPS, RecordedResults } from '../follow/recorded-run.ts';
import type { UnitSetup } from './unit-setup.ts';

/** One side of a unit: the candidate, or the present model. */
export interface SideRun {
  readonly side: Side;
  readonly spec: string;
  readonly request: ChatRequest;
  readonly wrap: ((model: ChatModel) => ChatModel) | undefined;
  readonly version: string;
}

/** Answer of one side, or the last answer of its run. */
export interface SideAnswer {
  readonly key: string;
  readonly answer: Answer;
  /** All answers of the run, each with its own time and cost. `answer` is the last one, with the time and cost of the run. */
  readonly answers: readonly Answer[];
  /** Whether `answer` calls tools after the last step that is allowed. */
  readonly hasTooManySteps: boolean;
}

/**
 * Answers one side of a unit with stored answers and new ones. With `follow`, continues with the recorded results of the tools while the
 * answer calls only tools that the recorded run has called, too. Returns `undefined` if a call has no result yet.
 */
export async function answerSide(
  setup: UnitSetup,
  call: RecordedCall,
  run: SideRun,
): Promise<SideAnswer | undefined> {
  const { follow = false, candidate } = setup.experiment.definition;
  const recordedSteps = call.steps ?? [];
  const results = new RecordedResults(recordedSteps, {
    request: call.request,
    sameArgument: candidate.sameArgument,
  });
  const most = answersIn(recordedSteps) + 1 + MORE_STEPS;
  const answers: Answer[] = [];
  let steps: readonly Message[] = [];
  for (;;) {
    const stored = await answerOfStep(setup, call, run, { steps, answers });
    if (stored === undefined) return undefined;
    const { answer, last, key } = stored;
    answers.push(last);
    const next = follow ? await nextStep(run.request, last, results) : undefined;
    if (next === undefined) return { key, answer, answers, hasTooManySteps: false };
    if (answers.length === most) return { key, answer, answers, hasTooManySteps: true };
    steps = [...steps, ...next];
  }
}

interface Progress {
  /** Messages after the request. */
  readonly steps: readonly Message[];
  readonly answers: readonly Answer[];
}

interface StepAnswer {
  readonly key: string;
  /** Answer with the times and costs of the steps before it. */
  readonly answer: Answer;
  /** Answer alone. */
  readonly last: Answer;
}

async function answerOfStep(
  { experiment, journal, calls, signal }: UnitSetup,
  call: RecordedCall,
  { side, spec, request: first, wrap, version }: SideRun,
  { steps, answers }: Progress,
): Promise<StepAnswer | undefined> {
  const { name, definition } = experiment;
  const request = steps.length === 0 ? first : { ...first, messages: [...first.messages, ...steps] };
  const resolved = await definition.majordomo.resolve(spec, { request, tenant: tenantOf(name), signal });
  const targets = resolved.map(({ target }) => target);
  const key = digest([side, requestKey('chat', request, targets, version).digest]);
  const earlier = steps.length === 0 ? undefined : { messages: steps, ...totalOf(answers) };
  if (!journal.index.answers.has(key)) {
    await checkConsent(experiment, [spec, ...experiment.judges], { call, request, signal });
    if (!(await calls.answer({ key, unit: call.id, side, spec, request, wrap, earlier }))) return undefined;
  }
  const place = journal.index.answers.get(key);
  if (place === undefined) return undefined;
  const line = await journal.read<AnswerLine>(place);
  const answer = answerOf(line);
  const last = line.earlier === undefined ? answer : answerOf({ ...line, earlier: undefined });
  return { key, answer, last };
}

/** Returns the time and the cost of the answers of a run. */
const totalOf = (answers: readonly Answer[]): { readonly ms: number; readonly nanoUsd: string } => ({
  ms: answers.reduce((sum, { ms = 0 }) => sum + ms, 0),
  nanoUsd: String(answers.reduce((sum, { nanoUsd = '0' }) => sum + BigInt(nanoUsd), 0n)),
});

/** Returns an answer and the recorded results of its calls, or `undefined` if the run ends with this answer. */
async function nextStep(
  request: ChatRequest,
  { response }: Answer,
  results: RecordedResults,
): Promise<readonly Message[] | undefined> {
  // No application could run the calls of a failed answer.
  if (response === undefined || (await failureOf(request, response)) !== undefined) return undefined;
  const message: AssistantMessage = { role: 'assistant', parts: response.parts };
  // The vendor has paused the turn, and continues it when the transcript is sent again.
  if (response.finish === 'incomplete') return [message];
  // A result of a tool of the vendor would need the form of that vendor.
  if (message.parts.some(({ type }) => type === 'vendor-call')) return undefined;
  const calls = message.parts.filter((part) => part.type === 'tool-call');
  const found = calls.flatMap((one) => results.take(one) ?? []);
  if (calls.length === 0 || found.length < calls.length) return undefined;
  return [message, { role: 'tool', parts: found }];
}
