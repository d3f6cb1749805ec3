import type { LanguageModelV4StreamPart, SharedV4Warning } from '@ai-sdk/provider';
import { LlmError, type ChatStream, type StreamEvent } from '@majordomo/core';
import { toSdkFinish } from '../finish.ts';
import { toSdkUsage } from '../usage.ts';
import { toSdkWarning } from '../warning.ts';
import { metadataOf } from './metadata.ts';
import type { BridgeOptions } from './options.ts';
import { PartWriter } from './part-writer.ts';

type Parts = ReadableStream<LanguageModelV4StreamPart>;
type Controller = ReadableStreamDefaultController<LanguageModelV4StreamPart>;

interface StreamContext {
  /** Warnings of the request. */
  readonly warnings: readonly SharedV4Warning[];
  readonly options: BridgeOptions;
  /** Converts an error to an error of the AI SDK. */
  readonly toError: (error: unknown) => unknown;
}

/**
 * Returns the answer as a stream of the AI SDK when the first content has arrived. Throws if the call fails before that. The
 * first part contains the warnings. Reads the chain's stream only as fast as the caller reads.
 */
export async function openStream(stream: ChatStream, context: StreamContext): Promise<Parts> {
  const events = stream[Symbol.asyncIterator]();
  const { early, first } = await untilContent(events);
  let waiting: StreamEvent | undefined = first;
  const writer = new PartWriter();
  const next = async (): Promise<StreamEvent | undefined> => {
    const event = waiting ?? (await nextEvent(events));
    waiting = undefined;
    return event;
  };
  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      start(controller) {
        controller.enqueue({ type: 'stream-start', warnings: [...context.warnings, ...warningsIn(early)] });
        for (const event of early) for (const part of writer.parts(event)) controller.enqueue(part);
      },
      async pull(controller) {
        try {
          for (;;) {
            const event = await next();
            if (event === undefined) {
              controller.close();
              return;
            }
            // The AI SDK cannot discard parts that it has received.
            if (event.type === 'reset') throw event.error;
            const parts =
              event.type === 'finish'
                ? await finishParts(event, stream, events, context)
                : writer.parts(event);
            for (const part of parts) controller.enqueue(part);
            if (parts.length > 0) return;
          }
        } catch (error) {
          await events.return?.();
          fail(controller, error, context);
        }
      },
      async cancel() {
        await events.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

type Events = AsyncIterator<StreamEvent>;

async function nextEvent(events: Events): Promise<StreamEvent | undefined> {
  const step = await events.next();
  return step.done === true ? undefined : step.value;
}

/** Returns the events before the first content, and the first content. */
async function untilContent(
  events: Events,
): Promise<{ readonly early: readonly StreamEvent[]; readonly first: StreamEvent | undefined }> {
  const early: StreamEvent[] = [];
  for (;;) {
    const event = await nextEvent(events);
    if (event?.type !== 'start' && event?.type !== 'warning') return { early, first: event };
    early.push(event);
  }
}

const warningsIn = (events: readonly StreamEvent[]): SharedV4Warning[] =>
  events.flatMap((event) => (event.type === 'warning' ? [toSdkWarning(event.warning)] : []));

/** Returns the finish part, with the attempts and warnings of the complete call. */
async function finishParts(
  { reason, raw, usage }: Extract<StreamEvent, { readonly type: 'finish' }>,
  stream: ChatStream,
  events: Events,
  { options }: StreamContext,
): Promise<LanguageModelV4StreamPart[]> {
  // `response` resolves only after the stream was read to its end.
  while ((await nextEvent(events)) !== undefined);
  const providerMetadata = await metadataOf(await stream.response(), options);
  return [
    { type: 'finish', finishReason: toSdkFinish(reason, raw), usage: toSdkUsage(usage), providerMetadata },
  ];
}

/** Ends the stream. An abort rejects the read, as in `fetch`. Any other failure becomes an error part. */
function fail(controller: Controller, error: unknown, { toError }: StreamContext): void {
  if (LlmError.is(error) && error.kind === 'aborted') {
    controller.error(toError(error));
    return;
  }
  controller.enqueue({ type: 'error', error: toError(error) });
  controller.close();
}
