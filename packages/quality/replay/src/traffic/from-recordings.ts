import type { EvalDefinition } from '@majordomo/evals';
import { evaluateWith, type OnAnswer } from '@majordomo/evals/internal';
import type { RecordedCall } from './answer.ts';
import type { Traffic } from './traffic.ts';

/**
 * Runs an evaluation on its recordings, without any call, and returns each recorded model call of its subject with its request. The case
 * is the conversation. Cost and times of single calls are not known. Listing rejects as `evaluate` does.
 *
 * @example fromRecordings(support, { folder: 'evals' })
 */
export function fromRecordings<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  options: { readonly folder?: string | undefined } = {},
): Traffic {
  /** Recorded calls, read once. */
  let read: Promise<Recorded> | undefined;
  const load = (): Promise<Recorded> => (read ??= readRecordings(definition, options.folder));
  return {
    async *list() {
      const { calls, missing } = await load();
      for (const id of calls.keys()) yield { id };
      if (missing > 0) yield { excluded: 'a call of the sample is not recorded', calls: missing };
    },
    async read(id) {
      return (await load()).calls.get(id) ?? { excluded: 'the call is no longer recorded' };
    },
  };
}

interface Recorded {
  readonly calls: ReadonlyMap<string, RecordedCall>;
  /** Number of samples without a result, because a call is not recorded. */
  readonly missing: number;
}

async function readRecordings<Input, Expected>(
  definition: EvalDefinition<Input, Expected>,
  folder: string | undefined,
): Promise<Recorded> {
  const calls = new Map<string, RecordedCall>();
  /** Number of calls of each sample. */
  const counts = new Map<string, number>();
  const onAnswer: OnAnswer = ({ case: conversation, trial }, { spec, request, response }) => {
    const sample = `${conversation}#${trial}`;
    const count = (counts.get(sample) ?? 0) + 1;
    counts.set(sample, count);
    const id = `${sample}/${count}`;
    const { parts, finish, target, usage } = response;
    calls.set(id, {
      id,
      at: RECORDED_AT,
      request,
      response: { parts, finish, target, usage },
      name: spec,
      metadata: { conversation },
    });
  };
  const { name, majordomo, cases, trials, version } = definition;
  // Checks and gates are omitted, because only the calls of the subject are read. A method keeps the definition as its `this`.
  const subject: typeof definition.subject = (input, context) => definition.subject(input, context);
  const { totals } = await evaluateWith(
    { name, majordomo, cases, trials, version, subject },
    { folder, mode: 'replay' },
    onAnswer,
  );
  return { calls, missing: totals.errors };
}

/** Time of a call whose time is not known. */
const RECORDED_AT = new Date(0).toISOString();
