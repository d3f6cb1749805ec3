import { LlmError } from '@majordomo/core';
import type { ModelContext, ModelEvent, ModelRequest } from '@majordomo/core';
import { drifted, Scribe } from '@majordomo/core/provider';
import type { Answer, Connect, Connected } from './connection.ts';
import { toLlmError, type ConverseCallFacts } from './errors.ts';
import { FrameDecoder } from './frames.ts';
import type { WireRequest } from './request.ts';
import type { WireAnswer } from './response.ts';
import { ConverseReader, type WireEvent } from './stream.ts';

/** One call. */
export interface ConverseCall {
  readonly toParams: () => WireRequest;
  readonly request: ModelRequest;
  readonly context: ModelContext;
  /** Who can read the replay tokens of this model. */
  readonly family: string;
  readonly connect: Connect;
}

/** core's `sdkStream` for an SDK whose transport knows no `Response`: one batch of events per network read. */
export async function* converse(call: ConverseCall): AsyncIterable<readonly ModelEvent[]> {
  const { request, context, family } = call;
  const { target, signal, delivery } = context;
  const scribe = new Scribe(target, []);
  const streamed = delivery === 'deltas';
  const facts: ConverseCallFacts = { target, request, streamed, secrets: [], sources: 'no client yet' };
  // The SDK keeps its listener on a signal that it was given, and leaves the socket open when its loop is left.
  const own = new AbortController();
  const abort = (): void => {
    own.abort();
  };
  signal.addEventListener('abort', abort, { once: true });
  let connected: Connected | undefined;
  let reader: ConverseReader | undefined;
  try {
    signal.throwIfAborted();
    const { params, warnings } = call.toParams();
    scribe.warning(...warnings);
    connected = await call.connect(context, facts);
    const answer = await connected.send(delivery, params, own.signal);
    reader = new ConverseReader({ scribe, family, id: answer.requestId });
    yield [];
    if (streamed) yield* readStream(answer, reader, signal, abort);
    else readWhole(answer.whole, reader);
    yield scribe.take();
  } catch (error) {
    const written = scribe.take();
    if (written.length > 0) yield written;
    if (signal.aborted)
      throw new LlmError('aborted', `the call to ${target} was aborted`, { target }, { cause: error });
    const llmError = toLlmError(error, facts);
    if (llmError.kind === 'network') connected?.lease.evict();
    throw llmError;
  } finally {
    signal.removeEventListener('abort', abort);
    if (reader?.done !== true) abort();
    connected?.lease.release();
  }
}

function readStream(
  { frames, events }: Answer,
  reader: ConverseReader,
  signal: AbortSignal,
  abort: () => void,
): AsyncIterable<readonly ModelEvent[]> {
  const { target } = reader.scribe;
  if (frames !== undefined) {
    const decoder = new FrameDecoder((event) => {
      readEvent(event, reader);
      return reader.done;
    }, target);
    return readParts(frames, decoder, reader, signal, abort);
  }
  if (events === undefined)
    throw new LlmError('truncated', `${target} answered without a stream`, { target });
  return readParts(events, new Decoded(reader), reader, signal, abort);
}

/** What makes events of the parts of a stream. */
interface Decoder<Part> {
  /** How many there were. */
  readonly events: number;
  push(part: Part): void;
  end(): void;
}

/** For events that came decoded. */
class Decoded implements Decoder<WireEvent> {
  events = 0;
  private readonly reader: ConverseReader;

  constructor(reader: ConverseReader) {
    this.reader = reader;
  }

  push(event: WireEvent): void {
    this.events++;
    readEvent(event, this.reader);
  }

  end(): void {
    // Nothing is held back.
  }
}

/** All but the last batch: that one is the caller's to take. */
async function* readParts<Part>(
  stream: AsyncIterable<Part>,
  decoder: Decoder<Part>,
  reader: ConverseReader,
  signal: AbortSignal,
  abort: () => void,
): AsyncIterable<readonly ModelEvent[]> {
  const parts: AsyncIterator<Part, unknown> = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await parts.next();
    signal.throwIfAborted();
    if (next.done === true) break;
    const before = decoder.events;
    decoder.push(next.value);
    if (reader.done) {
      // Reading to the end keeps the connection for the next call; a stream that goes on is closed instead.
      parts.next().then((rest) => rest.done !== true && abort(), abort);
      return;
    }
    if (decoder.events > before) yield reader.scribe.take();
  }
  decoder.end();
  reader.end();
}

function readWhole(answer: WireAnswer, reader: ConverseReader): void {
  try {
    reader.body(answer);
  } catch (error) {
    throw drifted(error, reader.scribe.target);
  }
}

function readEvent(event: WireEvent, reader: ConverseReader): void {
  try {
    reader.event(event);
  } catch (error) {
    throw drifted(error, reader.scribe.target);
  }
}
