// What a script may say, for checks at run time: the types below see to it that nothing is forgotten.
import type { ErrorKind } from '@majordomo/core';
import type { Fault } from './fault.ts';
import type { Answer, AnswerPart } from '../wires/answer.ts';
import type { Failure } from '../wires/failure.ts';
import type { SoundTurn, TranscriptTurn, VectorsTurn } from '../wires/operation-answer.ts';
import type { AnswerTurn, FailTurn, HangTurn } from './turn.ts';

/** Every member of a type, so that a new one is not forgotten here. */
type Members<T> = Readonly<Record<keyof T, true>>;

export const ANSWER_TURN: Members<AnswerTurn> = {
  text: true,
  reasoning: true,
  toolCalls: true,
  citations: true,
  vendorParts: true,
  images: true,
  usage: true,
  finish: true,
  rawFinish: true,
  warnings: true,
  id: true,
  chunks: true,
  everyMs: true,
  delayMs: true,
};

export const FAIL_TURN: Members<FailTurn> = {
  fail: true,
  after: true,
  message: true,
  retryAfterMs: true,
  status: true,
  code: true,
  delayMs: true,
};

export const HANG_TURN: Members<HangTurn> = { hang: true, after: true, delayMs: true };

export const VECTORS_TURN: Members<VectorsTurn> = {
  vectors: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

export const TRANSCRIPT_TURN: Members<TranscriptTurn> = {
  transcript: true,
  language: true,
  durationMs: true,
  segments: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

export const SOUND_TURN: Members<SoundTurn> = {
  audio: true,
  mediaType: true,
  everyMs: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

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

export const KINDS: Readonly<Record<ErrorKind, true>> = {
  config: true,
  aborted: true,
  'invalid-request': true,
  unsupported: true,
  auth: true,
  billing: true,
  denied: true,
  'not-found': true,
  'context-overflow': true,
  'content-filter': true,
  quota: true,
  'rate-limit': true,
  overloaded: true,
  server: true,
  timeout: true,
  network: true,
  protocol: true,
  truncated: true,
  empty: true,
  'invalid-output': true,
  exhausted: true,
};
