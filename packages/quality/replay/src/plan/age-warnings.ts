import { counted } from '../report/figures.ts';

/** Age of a sample from which a warning is given, in days. */
const OLD_DAYS = 30;
const DAY_MS = 86_400_000;

/** Times of a sample, ISO 8601. */
interface SampleTimes {
  /** Time of the newest recorded call. `fromRecordings` reports 1970 for an unknown time. */
  readonly newest: string;
  /** Time at which the sample was drawn. */
  readonly drawn: string;
}

/** Returns warnings about calls that are older than 30 days, and about a sample that was drawn more than 30 days ago. */
export function ageWarnings(name: string, { newest, drawn }: SampleTimes, now: number): readonly string[] {
  const daysSince = (time: string): number => Math.floor((now - Date.parse(time)) / DAY_MS);
  const [calls, sample] = [daysSince(newest), daysSince(drawn)];
  const isKnown = Date.parse(newest) > 0;
  return [
    ...(isKnown && calls > OLD_DAYS
      ? [`the newest recorded call is ${counted(calls, 'day')} old, so the traffic may have changed`]
      : []),
    ...(sample > OLD_DAYS
      ? [
          `the sample was drawn ${counted(sample, 'day')} ago, and its file contains calls of users; delete it with \`majordomo replay remove ${name}\` if it is not needed any more`,
        ]
      : []),
  ];
}
