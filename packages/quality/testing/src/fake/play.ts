import { LlmError, type Clock, type ModelContext, type ModelEvent } from '@majordomo/core';
import { EventWriter } from '@majordomo/wire-kit';
import { pieces } from '../vendor/answer.ts';
import type { AnswerTurn, FailTurn, PlainTurn } from '../script/turn.ts';

/** Context in which a turn is played. */
export interface Stage {
  readonly clock: Clock;
  readonly family: string;
  /** Prefix of response ids, so that equal scripts produce equal ids. */
  readonly name: string;
  readonly turn: number;
}

/** Emits the events of a turn after the turn's delay, beginning with an empty batch. */
export async function* play(
  turn: PlainTurn,
  context: ModelContext,
  stage: Stage,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  const { clock } = stage;
  const writer = new EventWriter(context.target);
  await waitFor(clock, turn.delayMs, context);
  if ('fail' in turn && turn.after === undefined) throw scriptedError(turn, context);
  // The empty batch is the first step, which stops the timer of `connectMs`, as the headers of a response do.
  yield [];
  const { id = `${stage.name}-${stage.turn}`, model }: AnswerTurn =
    'fail' in turn || 'hang' in turn ? {} : turn;
  yield writer.start(id, model);
  if ('fail' in turn || 'hang' in turn) {
    if (turn.after !== undefined) yield writer.text(turn.after);
    if ('fail' in turn) throw scriptedError(turn, context);
    await waitForAbort(context);
    return;
  }
  yield* playAnswer(turn, writer, context, stage);
}

async function* playAnswer(
  turn: AnswerTurn,
  writer: EventWriter,
  context: ModelContext,
  { clock, family, turn: number }: Stage,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  const { text = '', reasoning, toolCalls = [], warnings = [], chunks, everyMs } = turn;
  const { citations = [], vendorParts = [], vendor } = turn;
  if (vendor !== undefined) writer.facts(vendor);
  for (const warning of warnings) yield writer.warning(warning);
  if (reasoning !== undefined) yield writer.reasoning(reasoning, { family, data: `signed:${reasoning}` });
  for (const { kind = 'search', text: input, data = input } of vendorParts)
    yield writer.vendor({ kind, text: input, replay: { family, data } });
  for (const [at, piece] of pieces(text, chunks, Math.max(1, text.length)).entries()) {
    if (at > 0) await waitFor(clock, everyMs, context);
    throwIfAborted(context);
    yield writer.text(piece);
  }
  // The writer emits the sources with the end of the text.
  writer.cite(citations);
  for (const [at, { id, name, args }] of toolCalls.entries()) {
    throwIfAborted(context);
    yield writer.toolCall(String(at), { id: id ?? `call_${number}_${at}`, name, json: JSON.stringify(args) });
  }
  const reason = turn.finish ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop');
  yield writer.finish(reason, turn.rawFinish ?? reason, turn.usage);
}

/** Waits for `ms` milliseconds of `clock`. Rejects when the call is aborted. */
export async function waitFor(clock: Clock, ms: number | undefined, context: ModelContext): Promise<void> {
  throwIfAborted(context);
  if (ms === undefined || ms === 0) return;
  try {
    await clock.sleep(ms, context.signal);
  } catch (cause) {
    throw abortError(context, cause);
  }
}

/** Waits until the call is aborted, then rejects with an error of the kind `aborted`. */
export async function waitForAbort(context: ModelContext): Promise<never> {
  throwIfAborted(context);
  return new Promise<never>((_resolve, reject) => {
    context.signal.addEventListener(
      'abort',
      () => {
        reject(abortError(context, context.signal.reason));
      },
      { once: true },
    );
  });
}

export function throwIfAborted(context: ModelContext): void {
  if (context.signal.aborted) throw abortError(context, context.signal.reason);
}

const abortError = ({ target }: ModelContext, cause: unknown): LlmError =>
  new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause });

/** Creates the error of a failing turn. */
export function scriptedError(turn: Omit<FailTurn, 'after'>, { target }: ModelContext): LlmError {
  const { fail, message = `${target} failed as scripted: ${fail}`, retryAfterMs, status, code } = turn;
  return new LlmError(fail, message, { target, retryAfterMs, status, code });
}
