import { jsonLine } from '@majordomo/core/toolkit';
import { answers as answersJson, type Reply } from '@majordomo/test-support';

export const NDJSON_TYPE = { 'content-type': 'application/x-ndjson' } as const;
export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' } as const;

const CREATED = '2026-11-20T09:00:00.123456Z';

/** Returns a line with a part of the response. */
export const messageLine = (message: object): object => ({
  model: 'm',
  created_at: CREATED,
  message: { role: 'assistant', content: '', ...message },
  done: false,
});

/** Returns the last line. */
export const lastLine = (more: object = {}): object => ({
  model: 'm',
  created_at: CREATED,
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  total_duration: 1_471_383_958,
  load_duration: 64_202_792,
  prompt_eval_count: 18,
  prompt_eval_duration: 591_535_833,
  eval_count: 7,
  eval_duration: 717_143_165,
  ...more,
});

/** Returns a reply that streams the lines and ends the response. */
export const streams =
  (...lines: readonly object[]): Reply =>
  (response) => {
    response.writeHead(200, NDJSON_TYPE).end(lines.map(jsonLine).join(''));
  };

/** Returns a reply with a JSON value. */
export const answers = (value: unknown, status = 200): Reply => answersJson(value, status, JSON_TYPE);

/** Returns a reply that sends lines and then stalls. */
export const stalls =
  (...lines: readonly object[]): Reply =>
  (response) => {
    response.writeHead(200, NDJSON_TYPE).write(lines.map(jsonLine).join(''));
  };
