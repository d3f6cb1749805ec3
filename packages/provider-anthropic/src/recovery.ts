import { claudeRecoveries, type RecoveryRule } from '@majordomo/claude';

/** What helps against a 400 of this API. */
export const RECOVERIES: readonly RecoveryRule[] = claudeRecoveries((effort, extra) => ({
  thinking: { type: 'adaptive' },
  output_config: { effort },
  ...extra,
}));
