import type { ErrorKind } from '@majordomo/core';
import type { AnswerTurn, FailTurn, PlainTurn } from '@majordomo/testing';
import type { Fault } from '../script/step.ts';
import type { Answer, AnswerPart } from '../wires/answer.ts';
import type { Failure, FailureName } from '../wires/failure.ts';

/** How a server plays a turn as fakes have it; what no vendor could send throws what is wrong with it. */
export function stepOfTurn(turn: PlainTurn): Answer | Failure | Fault {
  if ('hang' in turn) {
    return turn.after === undefined
      ? { fault: 'late' }
      : { fault: 'stall', answer: turn.after, at: AFTER_ALL };
  }
  return 'fail' in turn ? failing(turn) : answering(turn);
}

/** An answer with less content than that breaks off right before its finish. */
const AFTER_ALL = { content: Number.MAX_SAFE_INTEGER };

function answering({ text, reasoning, toolCalls = [], ...turn }: AnswerTurn): Answer {
  if (turn.images !== undefined) throw new Error('has images, which only fakes play');
  if (turn.warnings !== undefined) throw new Error('has warnings, which only fakes play');
  if (turn.vendorParts?.some(({ kind, data }) => kind !== undefined || data !== undefined))
    throw new Error('has kind or data of a vendor part, which only fakes play: a wire has its own');
  const { id, usage, finish, rawFinish, chunks } = turn;
  const parts: AnswerPart[] = [];
  if (reasoning !== undefined) parts.push({ type: 'reasoning', text: reasoning });
  for (const ran of turn.vendorParts ?? []) parts.push({ type: 'vendor', text: ran.text });
  if (text !== undefined) parts.push({ type: 'text', text, chunks, citations: turn.citations });
  for (const call of toolCalls)
    parts.push({ type: 'tool-call', id: call.id, name: call.name, json: JSON.stringify(call.args) });
  return { id, parts, usage, finish, rawFinish };
}

function failing({ fail, after, message, retryAfterMs, status, code }: FailTurn): Failure | Fault {
  const place = after === undefined ? {} : { answer: after, at: AFTER_ALL };
  const fault = FAULTS[fail];
  if (fault !== undefined) return { fault, ...place };
  const failure = FAILURES[fail];
  if (failure === undefined) throw new Error(`has fail: '${fail}', which no vendor says; a fake can`);
  const retryAfter = retryAfterMs === undefined ? undefined : { ms: retryAfterMs };
  const said: Failure = {
    failure,
    retryAfter,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
  };
  return after === undefined ? said : { fault: 'in-band', failure: said, ...place };
}

/** How vendors say a kind of error. */
const FAILURES: Readonly<Partial<Record<ErrorKind, FailureName>>> = {
  'invalid-request': 'invalid',
  unsupported: 'too-large',
  auth: 'auth',
  billing: 'billing',
  'not-found': 'not-found',
  'context-overflow': 'overflow',
  'content-filter': 'blocked',
  quota: 'quota',
  'rate-limit': 'rate-limit',
  overloaded: 'overloaded',
  server: 'server',
  timeout: 'timeout',
};

/** Kinds that are not said but happen. */
const FAULTS: Readonly<Partial<Record<ErrorKind, 'reset' | 'bad-json' | 'end'>>> = {
  network: 'reset',
  protocol: 'bad-json',
  truncated: 'end',
};
