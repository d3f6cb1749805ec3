import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { LlmError, type ModelContext, type ModelEvent, type ModelRequest } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { driftError, EventWriter } from '@majordomo/wire-kit';
import { theirCallOptions } from './call-options.ts';
import { ourError } from './error.ts';
import { PartReader } from './part-reader.ts';

interface Asked {
  readonly family: string;
  readonly request: ModelRequest;
  readonly context: ModelContext;
}

type Batch = readonly ModelEvent[];

/** One answer of one of their models, batch by batch. The first, empty batch says that the vendor has answered. */
export async function* answerSteps(
  model: () => LanguageModelV4,
  asked: Asked,
): AsyncGenerator<Batch, undefined> {
  const { family, request, context } = asked;
  const { target, signal, delivery } = context;
  const scribe = new EventWriter(target, []);
  const reader = new PartReader(scribe, family);
  try {
    const { options, warnings } = theirCallOptions(request, family, signal);
    scribe.warning(...warnings);
    if (delivery === 'complete') {
      const answer = await checked(model()).doGenerate(options);
      asDrift(target, () => {
        reader.whole(answer);
      });
      yield scribe.take();
      return undefined;
    }
    const { stream } = await checked(model()).doStream(options);
    yield* read(stream, reader, context);
    yield scribe.take();
  } catch (error) {
    const written = scribe.take();
    if (written.length > 0) yield written;
    throw ourError(error, target, signal);
  }
  return undefined;
}

/** Whoever writes no types may hand over anything, and most often a model of another version. */
function checked(model: LanguageModelV4): LanguageModelV4 {
  const version: unknown = asRecord(model)['specificationVersion'];
  if (version === 'v4') return model;
  const message = `fromAISDK takes a LanguageModelV4, as packages for version 7 of ai make them; this one is ${asText(version) ?? 'none'}`;
  throw new LlmError('config', message);
}

/** What cannot be read is another answer than the interface says, and no failure of the network. */
function asDrift(target: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    throw driftError(error, target);
  }
}

/** Reads to the finish; what continues after it, or is left before it, is cancelled. */
async function* read(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  parts: PartReader,
  { target, signal }: ModelContext,
): AsyncGenerator<Batch, undefined> {
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  // A stream that does not heed its signal would hold the read for ever.
  signal.addEventListener('abort', cancel, { once: true });
  try {
    yield [];
    while (!parts.isFinished) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) throw new LlmError('truncated', `${target} ended its stream without a finish`, { target });
      asDrift(target, () => {
        if (value.type !== 'error') parts.take(value);
      });
      if (value.type === 'error') throw value.error;
      const batch = parts.scribe.take();
      if (batch.length > 0) yield batch;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
  }
  return undefined;
}
