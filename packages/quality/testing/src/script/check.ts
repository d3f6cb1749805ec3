import type { Usage } from '@majordomo/core';
import {
  atLeast,
  anyObject,
  anything,
  bytes,
  type Check,
  ERROR_POLICY,
  isRecord,
  list,
  number,
  object,
  oneOf,
  open,
  problemIn,
  text,
  textOr,
} from '@majordomo/core/toolkit';
import type {
  AudioTurn,
  DistributionsTurn,
  OperationName,
  RankingTurn,
  TranscriptTurn,
  VectorsTurn,
  VerdictsTurn,
} from './operation-answer.ts';
import type { AnswerTurn, FailTurn, HangTurn } from './turn.ts';

/** Checks of all members of a type. A member without a check is a type error. */
type MembersOf<T> = { readonly [Name in keyof Required<T>]: Check };

const usage = object({}, {
  input: anything,
  output: anything,
  cacheRead: anything,
  cacheWrite: anything,
  reasoning: anything,
  details: anything,
} satisfies MembersOf<Usage>);

/** Members of the responses of every operation. */
const response = { usage, model: text, vendor: anyObject, warnings: list(anyObject), delayMs: atLeast(0) };

const CHAT = object({}, {
  ...response,
  text,
  reasoning: text,
  toolCalls: list(open({ name: text, args: anyObject }, { id: text })),
  citations: list(anyObject),
  vendorParts: list(anyObject),
  images: list(anyObject),
  finish: text,
  rawFinish: text,
  id: text,
  chunks: anything,
  everyMs: atLeast(0),
} satisfies MembersOf<AnswerTurn>);

const HANG = { hang: anything, delayMs: atLeast(0) } satisfies MembersOf<Omit<HangTurn, 'after'>>;
const FAIL = {
  fail: oneOf(...Object.keys(ERROR_POLICY)),
  message: text,
  retryAfterMs: anything,
  status: number(),
  code: text,
  delayMs: atLeast(0),
} satisfies MembersOf<Omit<FailTurn, 'after'>>;

/** Returns a check of a turn. `after`: check of the content before a failure. */
function turnCheck(answer: Check, after?: Check): Check {
  const fail = object({ fail: FAIL.fail }, { ...FAIL, ...(after && { after }) });
  const hang = object({ hang: HANG.hang }, { ...HANG, ...(after && { after }) });
  return (turn) => {
    if (!isRecord(turn)) return answer(turn);
    if ('fail' in turn) return fail(turn);
    return 'hang' in turn ? hang(turn) : answer(turn);
  };
}

const turns = textOr(turnCheck(CHAT, text));

const OPERATIONS: Readonly<Record<OperationName, Check>> = {
  embedding: turnCheck(
    object({ vectors: anything }, { ...response } satisfies MembersOf<Omit<VectorsTurn, 'vectors'>>),
  ),
  transcription: textOr(
    turnCheck(
      object({ transcript: text }, {
        ...response,
        language: text,
        durationMs: number(0),
        segments: list(anyObject),
      } satisfies MembersOf<Omit<TranscriptTurn, 'transcript'>>),
    ),
  ),
  speech: turnCheck(
    object({ audio: anything }, {
      ...response,
      mediaType: text,
      everyMs: atLeast(0),
    } satisfies MembersOf<Omit<AudioTurn, 'audio'>>),
    bytes,
  ),
  rerank: turnCheck(
    object({ ranking: anything }, { ...response } satisfies MembersOf<Omit<RankingTurn, 'ranking'>>),
  ),
  moderation: turnCheck(
    object({ verdicts: anything }, { ...response } satisfies MembersOf<Omit<VerdictsTurn, 'verdicts'>>),
  ),
  classification: turnCheck(
    object({ distributions: anything }, { ...response, refuses: text } satisfies MembersOf<
      Omit<DistributionsTurn, 'distributions'>
    >),
  ),
};

/** Returns the problem of a chat turn as a predicate, such as "is not valid: text must be …"; `undefined` for a valid turn. */
export const turnProblem = (turn: unknown): string | undefined => predicate(turns, turn);

/** Checks a turn of an operation other than chat. Returns the problem as a predicate, or `undefined` for a valid turn. */
export const operationProblem = (turn: unknown, operation: OperationName): string | undefined =>
  predicate(OPERATIONS[operation], turn);

function predicate(check: Check, value: unknown): string | undefined {
  const problem = problemIn(check, value);
  return problem === undefined ? undefined : `is not valid: ${problem}`;
}
