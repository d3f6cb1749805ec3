import { concatBytes } from '@majordomo/core/toolkit';

/** Start of llama-swap's loading events. The properties of these events are always in this order. */
const OPENING = new TextEncoder().encode('data: {"choices":[{"delta":{"reasoning_content":"');
const LF = 10;
/** Maximum size of a loading event, in bytes. The longest known event has about 100 bytes. */
const MAX_EVENT_BYTES = 4096;

type Fetch = typeof globalThis.fetch;
/** Wrapped `fetch` functions by transport. They are reused, because connections are cached by transport. */
const filteredTransports = new WeakMap<Fetch, Fetch>();

/**
 * Returns a `fetch` that removes the server's loading messages. With `sendLoadingState`, llama-swap reports the progress of
 * loading in reasoning deltas, although the model did not produce this text. Removes the leading events of a stream that consist
 * only of `choices[0].delta.reasoning_content`. Chunks of a model also have an id, a time and a name (internal/router/loading.go,
 * 2026-08).
 */
export function withoutLoading(fetch: Fetch): Fetch {
  const cached = filteredTransports.get(fetch);
  if (cached !== undefined) return cached;
  const clean: Fetch = async (input, init) => {
    const response = await fetch(input, init);
    // `statusText` is omitted, because it may contain characters that `Response` rejects.
    const { body, status, headers } = response;
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
    return body === null || !isStream
      ? response
      : new Response(withoutFirstEvents(body.getReader()), { status, headers });
  };
  filteredTransports.set(fetch, clean);
  return clean;
}

function withoutFirstEvents(reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  /** Start of an event; `undefined` after the first event that is not a loading event. */
  let pending: Uint8Array | undefined = new Uint8Array();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          if (pending !== undefined && pending.length > 0) controller.enqueue(pending);
          controller.close();
          return;
        }
        if (pending === undefined) {
          controller.enqueue(value);
          return;
        }
        const rest = skipEvents(concatBytes([pending, value]));
        pending = mayBeLoadingEvent(rest) ? rest : undefined;
        if (pending === undefined) {
          controller.enqueue(rest);
          return;
        }
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Returns the bytes that follow the loading events. */
function skipEvents(bytes: Uint8Array): Uint8Array {
  let from = 0;
  for (let end = endOfEvent(bytes, from); end !== -1; end = endOfEvent(bytes, from)) {
    if (!isLoadingEvent(bytes.subarray(from, end))) break;
    from = end;
  }
  return bytes.subarray(from);
}

/** Returns the index after the next blank line, or -1 if none follows. */
function endOfEvent(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
  }
  return -1;
}

/** Whether an incomplete event may still become a loading event. */
const mayBeLoadingEvent = (bytes: Uint8Array): boolean =>
  bytes.length <= MAX_EVENT_BYTES &&
  endOfEvent(bytes, 0) === -1 &&
  OPENING.every((byte, at) => at >= bytes.length || bytes[at] === byte);

function isLoadingEvent(event: Uint8Array): boolean {
  if (event.length > MAX_EVENT_BYTES || !OPENING.every((byte, at) => event[at] === byte)) return false;
  try {
    const chunk = JSON.parse(new TextDecoder().decode(event).slice('data: '.length)) as Loading;
    const [choice, ...others] = chunk.choices;
    return (
      others.length === 0 &&
      isAlone(chunk) &&
      choice !== undefined &&
      isAlone(choice) &&
      isAlone(choice.delta)
    );
  } catch {
    return false;
  }
}

interface Loading {
  readonly choices: readonly { readonly delta: object }[];
}

const isAlone = (value: object): boolean => Object.keys(value).length === 1;
