import { LlmError } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { GATEWAY_FAILED, Refusal } from '../errors/refusal.ts';
import type { Caller, Settings } from '../options.ts';

const CLOSED =
  'this gateway knows no keys, so it serves this machine alone, under the name localhost or 127.0.0.1; ' +
  'for others its operator gives createGateway an `authorize`, or majordomo serve a --key-file';

/** Returns the caller. Throws a refusal for unknown callers, whose cause is what `authorize` threw. */
export async function authorize(
  request: Request,
  { authorize }: Settings,
  isFromLoopback: boolean,
): Promise<Caller> {
  if (authorize === undefined) {
    if (isFromLoopback) return {};
    throw new Refusal('unauthorized', CLOSED);
  }
  try {
    const caller = authorize(request);
    return checkedCaller(
      isThenable(caller) ? await untilClientLeaves(Promise.resolve(caller), request.signal) : caller,
    );
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal('config', GATEWAY_FAILED, {}, { cause });
  }
}

/** Checks the result of the application's `authorize`: a string as `models` would allow every part of it. */
function checkedCaller(caller: unknown): Caller {
  if (caller === undefined || caller === null)
    throw new Refusal('unauthorized', 'the key is missing, or not known here');
  if (!isRecord(caller)) throw wrong(`a caller or undefined, and gave a ${typeof caller}`);
  const { models, metadata } = caller;
  if (models !== undefined && !isNames(models)) throw wrong('`models` as an array of names');
  if (metadata !== undefined && !isRecord(metadata)) throw wrong('`metadata` as an object');
  return caller;
}

const isThenable = (value: unknown): value is PromiseLike<unknown> => isRecord(value) && 'then' in value;

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string');

const wrong = (what: string): LlmError => new LlmError('config', `authorize must give ${what}`);

/** Stops waiting for a hanging `authorize` when the client leaves. */
function untilClientLeaves<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = (): void => {
      reject(new Refusal('aborted', 'the client has left'));
    };
    if (signal.aborted) left();
    signal.addEventListener('abort', left, { once: true });
    answer.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', left);
    });
  });
}
