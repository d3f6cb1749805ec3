import type { ErrorKind } from '@majordomo/core';
import type { AnswerTurn, FailTurn, PlainTurn } from '@majordomo/testing';
import type { Answer, AnswerPart, Failure, FailureName, Fault } from '@majordomo/testing/internal';

/** Converts a turn of a fake provider to a step. Throws if no vendor could send the turn. */
export function stepOfTurn(turn: PlainTurn): Answer | Failure | Fault {
  if ('hang' in turn) {
    return turn.after === undefined
      ? { fault: 'late' }
      : { fault: 'stall', answer: turn.after, at: AFTER_ALL };
  }
  return 'fail' in turn ? failing(turn) : answering(turn);
}

/** Position after the content and before the finish. */
const AFTER_ALL = { content: Number.MAX_SAFE_INTEGER };

function answering({ text, reasoning, toolCalls = [], ...turn }: AnswerTurn): Answer {
  if (turn.images !== undefined) throw new Error('has images, which only fake providers support');
  if (turn.warnings !== undefined) throw new Error('has warnings, which only fake providers support');
  if (turn.vendorParts?.some(({ kind, data }) => kind !== undefined || data !== undefined))
    throw new Error('has kind or data of a vendor part, which only fake providers support');
  if (turn.vendor !== undefined)
    throw new Error('has facts of the vendor, which only fake providers support');
  const { id, model, usage, finish, rawFinish, chunks } = turn;
  const parts: AnswerPart[] = [];
  if (reasoning !== undefined) parts.push({ type: 'reasoning', text: reasoning });
  for (const ran of turn.vendorParts ?? []) parts.push({ type: 'vendor', text: ran.text });
  if (text !== undefined) parts.push({ type: 'text', text, chunks, citations: turn.citations });
  for (const call of toolCalls)
    parts.push({ type: 'tool-call', id: call.id, name: call.name, json: JSON.stringify(call.args) });
  return { id, model, parts, usage, finish, rawFinish };
}

function failing({ fail, after, message, retryAfterMs, status, code }: FailTurn): Failure | Fault {
  const place = after === undefined ? {} : { answer: after, at: AFTER_ALL };
  const fault = FAULTS[fail];
  if (fault !== undefined) return { fault, ...place };
  const failure = FAILURES[fail];
  if (failure === undefined)
    throw new Error(`has fail: '${fail}', which no vendor sends; use a fake provider`);
  const retryAfter = retryAfterMs === undefined ? undefined : { ms: retryAfterMs };
  const form: Failure = {
    failure,
    retryAfter,
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
  };
  return after === undefined ? form : { fault: 'in-band', failure: form, ...place };
}

/** Failures that vendors report, by the error kind of a turn. */
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

/** Faults of the transport, by the error kind of a turn. */
const FAULTS: Readonly<Partial<Record<ErrorKind, 'reset' | 'bad-json' | 'end'>>> = {
  network: 'reset',
  protocol: 'bad-json',
  truncated: 'end',
};
