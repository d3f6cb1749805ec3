import type { CallOptions } from '@majordomo/core';
import type { Settings } from '../options.ts';
import type { Asked } from '../wire.ts';
import { toldHeaders } from './headers.ts';
import { untold } from './pages.ts';
import type { Reply } from './reply.ts';
import { streamed } from './streamed.ts';
import { Watched } from './watched.ts';

/** One call for one request. */
export interface Calling {
  readonly asked: Asked;
  readonly spec: string;
  readonly options: CallOptions;
  /** Called once, when the last byte is taken or the client has left. */
  readonly onEnd: () => void;
  /** Told what ends an answer that has begun. */
  readonly onError: (error: unknown) => void;
}

/** Asks the chain, and answers in the wire of the request. */
export async function answered(
  { asked, spec, options, onEnd, onError }: Calling,
  { majordomo, idleMs }: Settings,
): Promise<Reply> {
  const watched = new Watched(options.onEvent ?? (() => undefined));
  const ended = new AbortController();
  const leave = (): void => {
    ended.abort();
  };
  options.signal?.addEventListener('abort', leave, { once: true });
  if (options.signal?.aborted === true) leave();
  const over = (): void => {
    options.signal?.removeEventListener('abort', leave);
    onEnd();
  };
  const call = { ...options, signal: ended.signal, onEvent: watched.onEvent };
  try {
    const model = majordomo.model(spec);
    if (asked.isStreamed) {
      return await streamed(model.stream(asked.request, call), asked, {
        idleMs,
        watched,
        leave,
        onEnd: over,
        onError,
      });
    }
    const response = await model.generate(asked.request, call);
    over();
    return {
      body: JSON.stringify(asked.whole(response)),
      headers: {
        'content-type': 'application/json',
        ...toldHeaders({
          target: response.target,
          attempts: watched.attempts,
          warnings: [...asked.notes, ...response.warnings, ...response.parts.flatMap(untold)],
        }),
      },
    };
  } catch (error) {
    over();
    throw error;
  }
}
