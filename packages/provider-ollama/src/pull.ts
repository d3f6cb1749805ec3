import { LlmError } from '@majordomo/core';
import type { ModelContext } from '@majordomo/core';
import { isRecord, asNumber, asText } from '@majordomo/core/toolkit';
import { ndjsonLines, type ErrorContext } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { refusal, toLlmError } from './errors.ts';

/** One step of fetching a model. `total` and `completed` are bytes of the layer that `digest` names. */
export interface PullProgress {
  readonly status: string;
  readonly digest: string | undefined;
  readonly total: number | undefined;
  readonly completed: number | undefined;
}

/** `env` is where OLLAMA_HOST is looked up; without it the `baseURL` option or the local default is used. */
export type PullOptions = Partial<Pick<ModelContext, 'signal' | 'env' | 'fetch' | 'headers'>>;

/**
 * Fetches a model from the library, and tells how far it is; the last status is `success`. Throws `not-found` for an
 * unknown model, `truncated` when the server stops before the end. Leaving the loop ends the download.
 */
export async function* pull(
  connection: Connection,
  model: string,
  target: string,
  { signal = new AbortController().signal, env = {}, ...transport }: PullOptions,
): AsyncIterable<PullProgress> {
  const facts: ErrorContext = { target, secrets: [] };
  try {
    const response = await connection.pull(model, { signal, env, ...transport }, facts);
    if (response.body === null)
      throw new LlmError('truncated', `${target} answered without a body`, { target });
    for await (const line of ndjsonLines(response.body, target)) {
      const progress = toProgress(JSON.parse(line), facts);
      yield progress;
      if (progress.status === 'success') return;
    }
    signal.throwIfAborted();
    throw new LlmError('truncated', `${target} stopped before the model was there`, { target });
  } catch (error) {
    throw signal.aborted ? aborted(target, error) : toLlmError(error, facts);
  }
}

function toProgress(json: unknown, facts: ErrorContext): PullProgress {
  const { target } = facts;
  if (!isRecord(json)) throw new LlmError('protocol', `${target} sent no progress`, { target });
  if ('error' in json) throw refusal(json, facts);
  const { status, digest, total, completed } = json;
  return {
    status: asText(status) ?? '',
    digest: asText(digest),
    total: asNumber(total),
    completed: asNumber(completed),
  };
}

const aborted = (target: string, cause: unknown): LlmError =>
  LlmError.is(cause, 'aborted')
    ? cause
    : new LlmError('aborted', `fetching ${target} was aborted`, { target }, { cause });
