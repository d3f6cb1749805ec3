import type { CallOptions } from '@majordomo/core';
import type { Settings } from '../options.ts';
import type { Asked } from '../wire.ts';
import { toldHeaders } from './headers.ts';
import { untold } from './pages.ts';
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
  /** Closes the connection of the client, on platforms where the gateway can. */
  readonly cut: (() => void) | undefined;
}

/** Asks the chain, and answers in the wire of the request. */
export async function answered(
  { asked, spec, options, onEnd, onError, cut }: Calling,
  { majordomo, idleMs }: Settings,
): Promise<Response> {
  const watched = new Watched(options.onEvent ?? (() => undefined));
  const call = { ...options, onEvent: watched.onEvent };
  const model = majordomo.model(spec);
  if (asked.isStreamed) {
    const { signal, leave, over } = leaving(options.signal, onEnd);
    try {
      const stream = model.stream(asked.request, { ...call, signal });
      return await streamed(stream, asked, { idleMs, watched, leave, onEnd: over, onError, cut });
    } catch (error) {
      over();
      throw error;
    }
  }
  try {
    const response = await model.generate(asked.request, call);
    return Response.json(asked.whole(response), {
      headers: toldHeaders({
        target: response.target,
        attempts: watched.attempts,
        warnings: [...asked.notes, ...response.warnings, ...response.parts.flatMap(untold)],
      }),
    });
  } finally {
    onEnd();
  }
}

interface Leaving {
  readonly signal: AbortSignal;
  readonly leave: () => void;
  readonly over: () => void;
}

/** An end of the call that is not the client's alone to bring about: one that takes nothing is left too. */
function leaving(client: AbortSignal | undefined, onEnd: () => void): Leaving {
  const ended = new AbortController();
  const leave = (): void => {
    ended.abort();
  };
  client?.addEventListener('abort', leave, { once: true });
  if (client?.aborted === true) leave();
  const over = (): void => {
    client?.removeEventListener('abort', leave);
    onEnd();
  };
  return { signal: ended.signal, leave, over };
}
