import { counted } from '../report/figures.ts';
import type { Drawn } from '../sample/draw.ts';
import type { Planning, Sampled } from './planning.ts';

/** Number of days before a retirement from which it is reported. */
const RETIREMENT_DAYS = 90;

/** Targets that answered the recorded calls, and those that answered the calls of the control. */
export interface SampledTargets {
  readonly recordedTargets: ReadonlySet<string>;
  readonly controlTargets: ReadonlySet<string>;
}

/** Returns the warnings of a plan: about the sample, the judges, and models that their vendors retire. */
export async function planWarnings(
  planning: Planning,
  drawn: readonly Drawn<Sampled>[],
  size: number,
  { recordedTargets, controlTargets }: SampledTargets,
): Promise<readonly string[]> {
  const { definition, judges } = planning.experiment;
  const { spec } = definition.candidate;
  const candidates = spec === undefined ? [] : await targetsOf(planning, spec);
  const judging = (await Promise.all(judges.map((judge) => targetsOf(planning, judge)))).flat();
  const judged = new Set([...candidates, ...recordedTargets]);
  const own = [...new Set(judging)].filter((target) => judged.has(target));
  return [
    ...(await retirementWarnings(planning, new Set([...candidates, ...judging, ...controlTargets]))),
    ...sampleWarnings(drawn, size),
    ...own.map((target) => `${target} judges its own answers; use a judge of another vendor`),
  ];
}

async function targetsOf({ experiment, signal }: Planning, spec: string): Promise<readonly string[]> {
  const resolved = await experiment.definition.majordomo.resolve(spec, { signal });
  return resolved.map(({ target }) => target);
}

async function retirementWarnings(
  { prices }: Planning,
  targets: ReadonlySet<string>,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const target of targets) {
    const notice = await prices.retirement(target, RETIREMENT_DAYS);
    if (notice === undefined) continue;
    const { daysLeft, retires } = notice;
    warnings.push(
      daysLeft < 0
        ? `${target} was retired on ${retires}; set \`control: 0\` if it only answered recorded calls`
        : `${target} retires on ${retires}, in ${daysLeft} days`,
    );
  }
  return warnings;
}

function sampleWarnings(drawn: readonly Drawn<Sampled>[], size: number): readonly string[] {
  const distinct = drawn.filter(({ copyOf }) => copyOf === undefined).length;
  const kinds = new Set(drawn.map(({ call }) => call.kind)).size;
  const redacted = drawn.filter(({ call }) => call.isRedacted).length;
  return [
    ...(distinct < size ? [`the traffic has only ${distinct} distinct calls, and ${size} were asked`] : []),
    // Rounding adds at most one call for each kind.
    ...(distinct > size + kinds
      ? [
          `the sample has ${distinct} calls instead of ${size}, because each of its ${kinds} kinds has at least 20; use fewer kinds for a smaller sample`,
        ]
      : []),
    ...(redacted > 0
      ? [`${redacted} calls contain redacted values, so they are not the calls that were answered`]
      : []),
  ];
}

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
