import { LlmError, type ChatModel, type ChatRequest, type JsonValue } from '@majordomo/core';
import { digest } from './digest.ts';
import { recordedModel } from './recorded-model.ts';
import type { Recorder, RecorderOptions } from './recorder.ts';
import type { RecordedCall } from './recordings.ts';
import { requestKey } from './request-key.ts';
import type { CallContext, EvalDefinition } from './types.ts';

/** Returns the context of the subject or of the checks. */
export function contextOf(
  by: RecordedCall['by'],
  recorder: Recorder,
  { majordomo, version = '' }: EvalDefinition,
  { subject, signal, clock }: Pick<RecorderOptions, 'subject' | 'signal' | 'clock'>,
): CallContext {
  const record = (
    model: ChatModel,
    targetsOf: (request: ChatRequest) => Promise<readonly string[]>,
  ): ChatModel =>
    recordedModel(model, {
      recorder,
      clock,
      signal,
      keyOf: async (kind, request) => {
        const { output: _output, ...chat } = request;
        return { by, type: 'call', ...requestKey(kind, request, await targetsOf(chat), version) };
      },
    });
  return {
    signal,
    model: (spec) => {
      if (majordomo === undefined)
        throw new LlmError(
          'config',
          `${subject}: the definition has no \`majordomo\`; add it to use model()`,
        );
      return record(majordomo.model(spec), async (request) => {
        const targets = await majordomo.resolve(spec, { request, signal });
        return targets.map(({ target }) => target);
      });
    },
    recorded: (model) => record(model, () => Promise.resolve([model.spec])),
    effect: <T>(key: JsonValue, run: () => T | Promise<T>) =>
      recorder.effect({ by, type: 'effect', digest: digest([version, 'effect', key]) }, async () => run()),
  };
}
