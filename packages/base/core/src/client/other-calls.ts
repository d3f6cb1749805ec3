import { runToEnd } from '../call/call-run.ts';
import type { Operation } from '../call/contract.ts';
import type { CallSite } from '../errors/call-site.ts';
import { classificationOperation } from '../operations/classification.ts';
import { imageOperation } from '../operations/image.ts';
import { moderationOperation } from '../operations/moderation.ts';
import { rerankOperation } from '../operations/rerank.ts';
import { speechOperation } from '../operations/speech.ts';
import { transcriptionOperation } from '../operations/transcription.ts';
import type { Source } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type {
  ClassificationRequest,
  ClassificationResponse,
  EmbeddingRequest,
  EmbeddingResponse,
  ImageRequest,
  ImageResponse,
  ModerationRequest,
  ModerationResponse,
  RerankRequest,
  RerankResponse,
  SpeechRequest,
  SpeechResponse,
  TranscriptionRequest,
  TranscriptionResponse,
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

type OtherCall<Request, Response> = (
  spec: string,
  setup: ModelSetup,
  request: Request,
  options: CallOptions | undefined,
  site: CallSite,
) => Promise<Response>;

export const OTHER_CALLS: {
  readonly [Name in keyof OtherOperations]: OtherCall<OtherOperations[Name][0], OtherOperations[Name][1]>;
} = {
  generate: callOf((request, { media }) => imageOperation(request, media)),
  embed,
  transcribe: callOf((request, { media }) => transcriptionOperation(request, media)),
  speak: callOf((request) => speechOperation(request, false)),
  rerank: callOf((request) => rerankOperation(request)),
  moderate: callOf((request, { media }) => moderationOperation(request, media)),
  classify: callOf(classificationOperation),
};

function callOf<Request, Event extends object, Response>(
  operationOf: (request: Request, setup: ModelSetup) => Operation<Event, Response>,
): OtherCall<Request, Response> {
  return (spec, setup, request, options, site) => {
    const operation = operationOf(request, setup);
    return runToEnd(newCall({ spec, operation, options, site, isStreamed: false }, setup));
  };
}

/** Streams the bytes of speech. Audio that was played cannot be replaced, so a failure after the commit ends the call. */
export function speechSource(
  spec: string,
  setup: ModelSetup,
  request: SpeechRequest,
  options: CallOptions | undefined,
  site: CallSite,
): Source<Uint8Array> {
  const operation = speechOperation(request, true);
  const ownOptions: CallOptions = { ...options, afterCommit: 'error' };
  const call = newCall({ spec, operation, options: ownOptions, site, isStreamed: true }, setup);
  return {
    async pull() {
      for (;;) {
        const events = await call.pull();
        const chunks = events?.flatMap((event) =>
          'bytes' in event && event.bytes.length > 0 ? event.bytes : [],
        );
        if (chunks?.length !== 0) return chunks;
      }
    },
    abandon: (why) => {
      call.abandon(why);
    },
  };
}
