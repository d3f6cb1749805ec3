import type { Answer, AnswerPart, Failure, Fault } from '@majordomo/testing/internal';

// Property names of each kind of step, for checks at run time. The types ensure that no name is missing.

/** Object with all property names of a type. */
type Members<T> = Readonly<Record<keyof T, true>>;

export const ANSWER: Members<Answer> = {
  id: true,
  model: true,
  parts: true,
  finish: true,
  rawFinish: true,
  ends: true,
  usage: true,
  interleave: true,
};

export const PARTS: Readonly<Record<AnswerPart['type'], true>> = {
  text: true,
  reasoning: true,
  'tool-call': true,
  vendor: true,
  refusal: true,
};

export const FAILURE: Members<Failure> = {
  failure: true,
  status: true,
  type: true,
  code: true,
  param: true,
  message: true,
  retryAfter: true,
  headers: true,
};

export const FAULTS: Readonly<Record<Fault['fault'], true>> = {
  'in-band': true,
  end: true,
  cut: true,
  reset: true,
  late: true,
  stall: true,
  trickle: true,
  slow: true,
  'bad-json': true,
  html: true,
  empty: true,
  'content-type': true,
};

export const FAULT = {
  fault: true,
  answer: true,
  failure: true,
  at: true,
  ms: true,
  bytes: true,
  everyMs: true,
  status: true,
  value: true,
};
