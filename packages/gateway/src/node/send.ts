import type { ServerResponse } from 'node:http';

/** An answer onto a socket, at its pace: what is not taken is not asked for. */
export async function send(response: Response, outgoing: ServerResponse, left: AbortSignal): Promise<void> {
  const headers = Object.fromEntries(response.headers);
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    const body = Buffer.from(await response.arrayBuffer());
    outgoing.writeHead(response.status, { ...headers, 'content-length': body.byteLength }).end(body);
    return;
  }
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
      if (!outgoing.write(step.value)) await drained(outgoing, left);
    }
    outgoing.end();
  } catch {
    // The body was cut: so is the answer, for an end would say that it is whole.
    outgoing.destroy();
  } finally {
    left.removeEventListener('abort', leave);
  }
}

function drained(outgoing: ServerResponse, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const goOn = (): void => {
      outgoing.off('drain', goOn);
      left.removeEventListener('abort', goOn);
      resolve();
    };
    outgoing.once('drain', goOn);
    left.addEventListener('abort', goOn, { once: true });
    if (left.aborted) goOn();
  });
}
