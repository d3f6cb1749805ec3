import type { ServerResponse } from 'node:http';
import { systemClock } from '@majordomo/core';
import type { Reply } from '../answering/reply.ts';
import type { Telling } from '../answering/telling.ts';

/** Of a whole answer at a time: a client that takes so much is one that reads. */
const PIECE_BYTES = 64 * 1024;

/** Where an answer goes. */
export interface Way {
  readonly outgoing: ServerResponse;
  readonly left: AbortSignal;
  /** A client that takes nothing for this long, in ms, is cut. */
  readonly idleMs: number;
}

/** An answer onto a socket, at its pace: what is not taken is not asked for. */
export async function send(answer: Reply | Response, way: Way): Promise<void> {
  const { outgoing } = way;
  try {
    if (!(answer instanceof Response)) {
      const { body, headers } = answer;
      if (typeof body === 'string' || body instanceof Uint8Array) await whole(200, headers, body, way);
      else await told(headers, body, way);
    } else {
      const headers = Object.fromEntries(answer.headers);
      if (isStream(answer)) await streamed(answer, headers, way);
      else await whole(answer.status, headers, new Uint8Array(await answer.arrayBuffer()), way);
    }
  } catch {
    // The body was cut: so is the answer, for an end would say that it is whole.
    outgoing.destroy();
  }
}

export const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

async function whole(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  way: Way,
): Promise<void> {
  const { outgoing } = way;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  outgoing.writeHead(status, { ...headers, 'content-length': length });
  if (length <= PIECE_BYTES) outgoing.end(body);
  else await inPieces(typeof body === 'string' ? Buffer.from(body) : body, way);
  // Nobody has to be waited for once the kernel has all of it.
  if (outgoing.writableLength > 0) await taken('finish', way);
}

async function inPieces(bytes: Uint8Array, way: Way): Promise<void> {
  const { outgoing } = way;
  let at = 0;
  for (; bytes.byteLength - at > PIECE_BYTES; at += PIECE_BYTES) {
    if (way.left.aborted) return;
    if (!outgoing.write(bytes.subarray(at, at + PIECE_BYTES))) await taken('drain', way);
  }
  outgoing.end(bytes.subarray(at));
}

async function told(headers: Readonly<Record<string, string>>, telling: Telling, way: Way): Promise<void> {
  const { outgoing, left } = way;
  const leave = (): void => {
    telling.leave();
  };
  telling.begin({
    heartbeat: (text) => void outgoing.write(text),
    cut: () => outgoing.destroy(),
  });
  left.addEventListener('abort', leave, { once: true });
  if (left.aborted) leave();
  try {
    outgoing.writeHead(200, headers);
    for (;;) {
      const text = await telling.next();
      if (text === undefined) break;
      if (!outgoing.write(text)) await taken('drain', way);
    }
    outgoing.end();
    await taken('finish', way);
  } finally {
    left.removeEventListener('abort', leave);
  }
}

async function streamed(response: Response, headers: Record<string, string>, way: Way): Promise<void> {
  const { outgoing, left } = way;
  const reader = response.body?.getReader();
  const leave = (): void => void reader?.cancel().catch(() => undefined);
  // A body that is cut while its client reads nothing: no read of ours would tell.
  reader?.closed.catch(() => outgoing.destroy());
  left.addEventListener('abort', leave, { once: true });
  if (left.aborted) leave();
  try {
    outgoing.writeHead(response.status, headers);
    for (;;) {
      const step = await reader?.read();
      if (step === undefined || step.done) break;
      if (!outgoing.write(step.value)) await taken('drain', way);
    }
    outgoing.end();
    await taken('finish', way);
  } finally {
    left.removeEventListener('abort', leave);
  }
}

/** When the client has taken what was written, or has left; cuts one that takes nothing. */
function taken(event: 'drain' | 'finish', { outgoing, left, idleMs }: Way): Promise<void> {
  if (left.aborted || (event === 'finish' && outgoing.writableFinished)) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = systemClock.timer(idleMs, () => outgoing.destroy());
    const goOn = (): void => {
      cancel();
      outgoing.off(event, goOn);
      left.removeEventListener('abort', goOn);
      resolve();
    };
    outgoing.once(event, goOn);
    left.addEventListener('abort', goOn, { once: true });
  });
}
