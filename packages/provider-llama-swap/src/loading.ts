/** How llama-swap's own deltas begin (Go writes members in this order). */
const OPENING = new TextEncoder().encode('data: {"choices":[{"delta":{"reasoning_content":"');
const LF = 10;
/** Bytes; the longest remark has about a hundred. */
const LONGEST_EVENT = 4096;

type Fetch = typeof globalThis.fetch;
/** One for each transport: connections are kept by it. */
const filtered = new WeakMap<Fetch, Fetch>();

/**
 * With `sendLoadingState` the server tells in deltas of reasoning how a model is loaded: a line, the model's name,
 * remarks, dots. The model never said that, so it must be neither shown nor sent back. The rule: what comes before the
 * first other event, and is `choices[0].delta.reasoning_content` and nothing else, is the server's. A model's own
 * chunks have an id, a time and a name besides (internal/router/loading.go of llama-swap, 2026-08).
 */
export function withoutLoading(fetch: Fetch): Fetch {
  const made = filtered.get(fetch);
  if (made !== undefined) return made;
  const clean: Fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { body, status, statusText, headers } = response;
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true;
    return body === null || !isStream
      ? response
      : new Response(withoutFirstEvents(body.getReader()), { status, statusText, headers });
  };
  filtered.set(fetch, clean);
  return clean;
}

function withoutFirstEvents(reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  /** The beginning of an event; `undefined` once an event was another's. */
  let held: Uint8Array | undefined = new Uint8Array();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          if (held !== undefined && held.length > 0) controller.enqueue(held);
          controller.close();
          return;
        }
        if (held === undefined) {
          controller.enqueue(value);
          return;
        }
        const rest = skipEvents(joined(held, value));
        held = isLoading(rest) ? rest : undefined;
        if (held === undefined) {
          controller.enqueue(rest);
          return;
        }
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** What follows the loading events at the front. */
function skipEvents(bytes: Uint8Array): Uint8Array {
  let from = 0;
  for (let end = endOfEvent(bytes, from); end !== -1; end = endOfEvent(bytes, from)) {
    if (!isLoadingEvent(bytes.subarray(from, end))) break;
    from = end;
  }
  return bytes.subarray(from);
}

/** Past the blank line, or -1. */
function endOfEvent(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
  }
  return -1;
}

/** May these bytes, the beginning of an event, still become a loading event? A whole one that is none may not. */
const isLoading = (bytes: Uint8Array): boolean =>
  bytes.length <= LONGEST_EVENT &&
  endOfEvent(bytes, 0) === -1 &&
  OPENING.every((byte, at) => at >= bytes.length || bytes[at] === byte);

function isLoadingEvent(event: Uint8Array): boolean {
  if (event.length > LONGEST_EVENT || !OPENING.every((byte, at) => event[at] === byte)) return false;
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

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
