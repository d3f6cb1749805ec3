import type { Operation } from '../call/call.ts';
import type { CallSite } from '../errors/call-site.ts';
import { imageOperation } from '../operations/image.ts';
import { speechOperation } from '../operations/speech.ts';
import { transcriptionOperation } from '../operations/transcription.ts';
import type { Source } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type {
  EmbeddingRequest,
  EmbeddingResponse,
  ImageRequest,
  ImageResponse,
  SpeechRequest,
  SpeechResponse,
  TranscriptionRequest,
  TranscriptionResponse,
} from '../types/operations.ts';
import { type ModelSetup, newCall, resultOf } from './call.ts';
import { embed } from './embed.ts';

/** What is asked, and what comes of it, by the word for asking. */
export interface Asked {
  readonly generate: readonly [ImageRequest, ImageResponse];
  readonly embed: readonly [EmbeddingRequest, EmbeddingResponse];
  readonly transcribe: readonly [TranscriptionRequest, TranscriptionResponse];
  readonly speak: readonly [SpeechRequest, SpeechResponse];
}

type Call<Request, Response> = (
  spec: string,
  setup: ModelSetup,
  request: Request,
  options: CallOptions | undefined,
  site: CallSite,
) => Promise<Response>;

/** What is asked besides chats, each along the same chain as a chat. */
export const FURTHER: { readonly [Name in keyof Asked]: Call<Asked[Name][0], Asked[Name][1]> } = {
  generate: once((request, { media }) => imageOperation(request, media)),
  embed,
  transcribe: once((request, { media }) => transcriptionOperation(request, media)),
  speak: once((request) => speechOperation(request, false)),
};

function once<Request, Event extends object, Response>(
  operationOf: (request: Request, setup: ModelSetup) => Operation<Event, Response>,
): Call<Request, Response> {
  return (spec, setup, request, options, site) => {
    const operation = operationOf(request, setup);
    return resultOf(newCall({ spec, operation, options, site, live: false }, setup));
  };
}

/** The bytes of speech as they come. What was heard is heard: nothing takes it back, or continues from it. */
export function spoken(
  spec: string,
  setup: ModelSetup,
  request: SpeechRequest,
  options: CallOptions | undefined,
  site: CallSite,
): Source<Uint8Array> {
  const operation = speechOperation(request, true);
  const heard: CallOptions = { ...options, afterCommit: 'error' };
  const call = newCall({ spec, operation, options: heard, site, live: true }, setup);
  return {
    async pull() {
      for (;;) {
        const events = await call.pull();
        const pieces = events?.flatMap((event) =>
          'bytes' in event && event.bytes.length > 0 ? event.bytes : [],
        );
        if (pieces?.length !== 0) return pieces;
      }
    },
    abandon: (why) => {
      call.abandon(why);
    },
  };
}
