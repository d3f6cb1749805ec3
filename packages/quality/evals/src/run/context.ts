import type { ChatModel, JsonValue } from '@majordomo/core';
import { digest, isJson } from '../util/json.ts';
import { isResponse } from '../definition/output.ts';
import { recordedModel, type TargetsOf } from '../record/recorded-model.ts';
import type { Recorder } from '../record/recorder.ts';
import type { RecordedCall } from '../record/recordings.ts';
import { loadValue, storeValue } from '../record/stored-call.ts';
import type { CallContext, EvalDefinition } from '../definition/types.ts';

/** Returns the context of the subject or of the checks. */
export function contextOf(
  by: RecordedCall['by'],
  recorder: Recorder,
  { majordomo, version = '' }: EvalDefinition,
): CallContext {
  const { signal } = recorder.options;
  const recorded = (model: ChatModel, targetsOf: TargetsOf): ChatModel =>
    recordedModel(model, { recorder, by, version, targetsOf });
  return {
    signal,
    model: (spec) => {
      if (majordomo === undefined)
        throw recorder.fail('the definition has no `majordomo`; add it to use model()');
      return recorded(majordomo.model(spec), async (request, { tenant, metadata }) => {
        const targets = await majordomo.resolve(spec, { request, tenant, metadata, signal });
        return targets.map(({ target }) => target);
      });
    },
    // The targets of a given model are not known, so its spec is part of the key in their place.
    recorded: (model) => recorded(model, () => Promise.resolve([model.spec])),
    effect: async <T>(key: JsonValue, run: () => T | Promise<T>) => {
      const id = digest([version, 'effect', key]);
      const stored = await recorder.call({ by, type: 'effect', digest: id }, async () => {
        const value: unknown = await run();
        if (value === undefined || isResponse(value) || isJson(value, true)) return storeValue(value);
        throw recorder.fail(`the effect ${JSON.stringify(key)} must return JSON, bytes or a response`);
      });
      return loadValue(stored) as T;
    },
  };
}
