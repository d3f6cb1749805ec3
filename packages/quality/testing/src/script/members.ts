import type { ErrorKind, Usage } from '@majordomo/core';
import type {
  AudioTurn,
  DistributionsTurn,
  RankingTurn,
  TranscriptTurn,
  VectorsTurn,
  VerdictsTurn,
} from './operation-answer.ts';
import type { AnswerTurn, FailTurn, HangTurn } from './turn.ts';

/** Object with all property names of a type, for checks at run time. */
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
  model: true,
  vendor: true,
  chunks: true,
  everyMs: true,
  delayMs: true,
};

export const USAGE: Members<Usage> = {
  input: true,
  output: true,
  cacheRead: true,
  cacheWrite: true,
  reasoning: true,
  details: true,
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
  model: true,
  vendor: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

export const TRANSCRIPT_TURN: Members<TranscriptTurn> = {
  transcript: true,
  language: true,
  durationMs: true,
  segments: true,
  model: true,
  vendor: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

export const AUDIO_TURN: Members<AudioTurn> = {
  audio: true,
  mediaType: true,
  everyMs: true,
  model: true,
  vendor: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

export const RANKING_TURN: Members<RankingTurn> = {
  ranking: true,
  model: true,
  vendor: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

export const VERDICTS_TURN: Members<VerdictsTurn> = {
  verdicts: true,
  model: true,
  vendor: true,
  usage: true,
  warnings: true,
  delayMs: true,
};

export const DISTRIBUTIONS_TURN: Members<DistributionsTurn> = {
  distributions: true,
  refuses: true,
  model: true,
  vendor: true,
  usage: true,
  warnings: true,
  delayMs: true,
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
