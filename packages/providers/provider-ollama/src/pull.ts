import { LlmError } from '@majordomo/core';
import type { ModelContext } from '@majordomo/core';
import { isRecord, asNumber, asText } from '@majordomo/core/toolkit';
import { ndjsonLines, type ErrorContext } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { responseError } from './errors.ts';

/** Progress of a download. `total` and `completed` count the bytes of the layer with `digest`. */
export interface PullProgress {
  readonly status: string;
  readonly digest: string | undefined;
  readonly total: number | undefined;
  readonly completed: number | undefined;
}

/**
 * Options of `pull`. If the provider has no `baseURL`, the server's address is OLLAMA_HOST in `env`, otherwise the default
 * address of the provider.
 */
export type PullOptions = Partial<Pick<ModelContext, 'signal' | 'env' | 'fetch' | 'headers'>>;

/**
 * Downloads a model from the library and yields the progress. The last status is `success`. Throws `not-found` for an unknown
 * model, and `truncated` if the server ends the response early. Ending the iteration stops the download.
 */
export async function* pull(
  connection: Connection,
  model: string,
  target: string,
  { signal = new AbortController().signal, env = {}, ...transport }: PullOptions,
): AsyncIterable<PullProgress> {
  const session = connection.open({ target });
  try {
    const response = await session.pull(model, { signal, env, ...transport });
    if (response.body === null)
      throw new LlmError('truncated', `${target}: the response has no body`, { target });
    for await (const line of ndjsonLines(response.body, target)) {
      const progress = toProgress(JSON.parse(line), session);
      yield progress;
      if (progress.status === 'success') return;
    }
    signal.throwIfAborted();
    throw new LlmError('truncated', `${target}: the download was incomplete; call pull again`, { target });
  } catch (error) {
    throw signal.aborted ? aborted(target, error) : session.toLlmError(error);
  }
}

function toProgress(json: unknown, facts: ErrorContext): PullProgress {
  const { target } = facts;
  if (!isRecord(json))
    throw new LlmError('protocol', `${target}: the server sent a value that is not a progress object`, {
      target,
    });
  if ('error' in json) throw responseError(json, facts);
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
    : new LlmError('aborted', `${target}: the download was aborted`, { target }, { cause });
