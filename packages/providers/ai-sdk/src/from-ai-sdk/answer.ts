import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { LlmError, type ModelContext, type ModelEvent, type ModelRequest } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { driftError, EventWriter } from '@majordomo/wire-kit';
import { toSdkCallOptions } from './call-options.ts';
import { fromSdkError } from './error.ts';
import { PartReader } from './part-reader.ts';

interface ModelCall {
  readonly family: string;
  readonly request: ModelRequest;
  readonly context: ModelContext;
}

type Batch = readonly ModelEvent[];

/** Yields the events of a model's answer. The first batch of a stream is empty, and reports that the response has begun. */
export async function* streamEvents(
  model: () => LanguageModelV4,
  call: ModelCall,
): AsyncGenerator<Batch, undefined> {
  const { family, request, context } = call;
  const { target, signal, delivery } = context;
  // The writer collects all events until `take` returns them.
  const writer = new EventWriter(target, { collects: true });
  const reader = new PartReader(writer, family);
  try {
    const { options, warnings } = toSdkCallOptions(request, family, signal);
    writer.warning(...warnings);
    if (delivery === 'complete') {
      const answer = await checkModel(model()).doGenerate(options);
      withDriftError(target, () => {
        reader.readResult(answer);
      });
      yield writer.take();
      return undefined;
    }
    const { stream } = await checkModel(model()).doStream(options);
    yield* read(stream, reader, context);
    yield writer.take();
  } catch (error) {
    const written = writer.take();
    if (written.length > 0) yield written;
    throw fromSdkError(error, target, signal);
  }
  return undefined;
}

/** Throws `config` for a model of another version of the AI SDK. */
function checkModel(model: LanguageModelV4): LanguageModelV4 {
  const version: unknown = asRecord(model)['specificationVersion'];
  if (version === 'v4') return model;
  const message = `fromAISDK: model must be a LanguageModelV4, not version ${asText(version) ?? 'undefined'}; use a provider package for version 7 of the AI SDK`;
  throw new LlmError('config', message);
}

/** Runs `readAnswer`. Throws `protocol` if the model's answer does not follow the interface of the AI SDK. */
function withDriftError(target: string, readAnswer: () => void): void {
  try {
    readAnswer();
  } catch (error) {
    throw driftError(error, target);
  }
}

/** Reads the stream to the finish part, and then cancels the stream. */
async function* read(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  parts: PartReader,
  { target, signal }: ModelContext,
): AsyncGenerator<Batch, undefined> {
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  // Cancel the stream on an abort, because a stream that ignores its signal would block the read.
  signal.addEventListener('abort', cancel, { once: true });
  try {
    yield [];
    while (!parts.isFinished) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) {
        const message = `${target}: the stream ended without a finish event; error.details.partial contains the content that arrived`;
        throw new LlmError('truncated', message, { target });
      }
      // The first access to `type` is in this function, because a part that is not an object is drift as well.
      withDriftError(target, () => {
        if (value.type !== 'error') parts.readPart(value);
      });
      if (value.type === 'error') throw value.error;
      const batch = parts.writer.take();
      if (batch.length > 0) yield batch;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
  return undefined;
}
