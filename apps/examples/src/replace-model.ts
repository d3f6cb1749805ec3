import type { CallLog } from '@majordomo/admin';
import { formatUsd } from '@majordomo/catalog';
import type { Majordomo } from '@majordomo/core';
import { fromCallLog, planReplay, replay, toReplayMarkdown, type ReplayDefinition } from '@majordomo/replay';

const DAY_MS = 86_400_000;

/** Recorded calls, the models to compare, and the folder of the experiment. */
interface Replacement {
  readonly log: Pick<CallLog, 'page' | 'get'>;
  readonly majordomo: Majordomo;
  readonly present: string;
  readonly candidate: string;
  readonly judge: string;
  readonly folder: string;
}

/** Answers last week's calls of the present model with the candidate. Returns a text for a pull request, and whether to move. */
export async function replaceModel({ log, majordomo, folder, ...models }: Replacement): Promise<{
  readonly text: string;
  readonly isAsGood: boolean;
}> {
  const definition: ReplayDefinition = {
    name: `${models.present}-to-${models.candidate}`.replaceAll('/', '-'),
    majordomo,
    traffic: fromCallLog(log, { target: models.present, from: new Date(Date.now() - 7 * DAY_MS) }),
    candidate: { spec: models.candidate },
    judge: {
      models: models.judge,
      rubric: 'The answer solves the request, is correct, and invents nothing.',
    },
    sample: 60,
    minQuality: 0.9,
    budgetUsd: '5',
  };
  const { calls, precision, likelyNanoUsd } = await planReplay(definition, { folder });
  const percent = (100 * precision).toFixed(1);
  console.log(`${calls.candidate} calls, ± ${percent} %, likely ${formatUsd(BigInt(likelyNanoUsd))}`);
  const report = await replay(definition, { folder });
  return { text: toReplayMarkdown(report), isAsGood: report.verdict === 'pass' };
}
