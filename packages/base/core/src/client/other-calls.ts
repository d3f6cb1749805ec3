import { runToEnd } from '../call/call-run.ts';
import type { Operation } from '../call/contract.ts';
import type { CallSite } from '../errors/call-site.ts';
import { classificationOperation } from '../operations/classification.ts';
import { type ImageEvent, imageOperation } from '../operations/image.ts';
import { moderationOperation } from '../operations/moderation.ts';
import { rerankOperation } from '../operations/rerank.ts';
import { speechOperation } from '../operations/speech.ts';
import { type TranscriptionEvent, transcriptionOperation } from '../operations/transcription.ts';
import type { Source } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type {
  ClassificationRequest,
  ClassificationResponse,
  EmbeddingRequest,
  EmbeddingResponse,
  ImageRequest,
  ImageResponse,
  ImageStreamEvent,
  ModerationRequest,
  ModerationResponse,
  RerankRequest,
  RerankResponse,
  SpeechRequest,
  SpeechResponse,
  TranscriptionRequest,
  TranscriptionResponse,
  TranscriptStreamEvent,
} from '../types/operations.ts';
import { type ModelSetup, newCall } from './new-call.ts';
import { embed } from './embed.ts';

/** Request and response of each operation except chat, by the method that calls it. */
export interface OtherOperations {
  readonly generate: readonly [ImageRequest, ImageResponse];
  readonly embed: readonly [EmbeddingRequest, EmbeddingResponse];
  readonly transcribe: readonly [TranscriptionRequest, TranscriptionResponse];
  readonly speak: readonly [SpeechRequest, SpeechResponse];
  readonly rerank: readonly [RerankRequest, RerankResponse];
  readonly moderate: readonly [ModerationRequest, ModerationResponse];
  readonly classify: readonly [ClassificationRequest, ClassificationResponse];
}

/** Function that makes a call. `Result` is a promise of the response, or the source of a stream. */
type OtherCall<Request, Result> = (
  spec: string,
  setup: ModelSetup,
  request: Request,
  options: CallOptions | undefined,
  site: CallSite,
) => Result;

/** Calls of the operations except chat, by method. `false` as the last argument of an operation: the call is not streamed. */
export const OTHER_CALLS: {
  readonly [Name in keyof OtherOperations]: OtherCall<
    OtherOperations[Name][0],
    Promise<OtherOperations[Name][1]>
  >;
} = {
  generate: callOf((request, { media }) => imageOperation(request, media, false)),
  embed,
  transcribe: callOf((request, { media }) => transcriptionOperation(request, media, false)),
  speak: callOf((request) => speechOperation(request, false)),
  rerank: callOf((request) => rerankOperation(request)),
  moderate: callOf((request, { media }) => moderationOperation(request, media)),
  classify: callOf(classificationOperation),
};

function callOf<Request, Event extends object, Response>(
  operationOf: (request: Request, setup: ModelSetup) => Operation<Event, Response>,
): OtherCall<Request, Promise<Response>> {
  return (spec, setup, request, options, site) => {
    const operation = operationOf(request, setup);
    return runToEnd(newCall({ spec, operation, options, site, isStreamed: false }, setup));
  };
}

/** Request and items of each streamed operation, by its model. */
export interface OtherStreams {
  readonly speech: readonly [SpeechRequest, Uint8Array];
  readonly image: readonly [ImageRequest, ImageStreamEvent];
  readonly transcription: readonly [TranscriptionRequest, TranscriptStreamEvent];
}

/** Streams of the operations except chat, by model. `true` as the last argument of an operation: the call is streamed. */
export const OTHER_STREAMS: {
  readonly [Name in keyof OtherStreams]: OtherCall<OtherStreams[Name][0], Source<OtherStreams[Name][1]>>;
} = {
  speech: streamOf(
    (request) => speechOperation(request, true),
    (event) => ('bytes' in event && event.bytes.length > 0 ? [event.bytes] : []),
    () => [],
  ),
  image: streamOf<ImageRequest, ImageEvent, ImageResponse, ImageStreamEvent>(
    (request, { media }) => imageOperation(request, media, true),
    (event) => ('item' in event ? [event.item] : []),
    (response) => [{ type: 'done', response }],
  ),
  transcription: streamOf<
    TranscriptionRequest,
    TranscriptionEvent,
    TranscriptionResponse,
    TranscriptStreamEvent
  >(
    (request, { media }) => transcriptionOperation(request, media, true),
    (event) => ('item' in event ? [event.item] : []),
    (response) => [{ type: 'done', response }],
  ),
};

/**
 * Returns a function that streams the items of an operation. Content that was used cannot be replaced, so a failure after the commit
 * ends the call.
 *
 * @param itemsOf returns the items of an event
 * @param lastOf returns the items of the result
 */
function streamOf<Request, Event extends object, Result, Item>(
  operationOf: (request: Request, setup: ModelSetup) => Operation<Event, Result>,
  itemsOf: (event: Event) => readonly Item[],
  lastOf: (result: Result) => readonly Item[],
): OtherCall<Request, Source<Item>> {
  return (spec, setup, request, options, site) => {
    const operation = operationOf(request, setup);
    const ownOptions: CallOptions = { ...options, afterCommit: 'error' };
    const call = newCall({ spec, operation, options: ownOptions, site, isStreamed: true }, setup);
    let isOver = false;
    return {
      async pull() {
        while (!isOver) {
          const events = await call.pull();
          isOver = events === undefined;
          // No event replaces content, because the call does not continue after a failure.
          const items = (events as readonly Event[] | undefined)?.flatMap(itemsOf) ?? lastItems(call, lastOf);
          if (items.length > 0) return items;
        }
        return undefined;
      },
      abandon: (why) => {
        call.abandon(why);
      },
    };
  };
}

const lastItems = <Result, Item>(
  { result }: { readonly result: Result | undefined },
  lastOf: (result: Result) => readonly Item[],
): readonly Item[] => (result === undefined ? [] : lastOf(result));
