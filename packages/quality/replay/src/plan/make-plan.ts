import { toJson } from '@majordomo/core';
import { seededRandom } from '@majordomo/core/toolkit';
import type { RecordedCall } from '../traffic/answer.ts';
import { failureOf } from '../compare/format.ts';
import { type Experiment, replayError, seedOf } from '../experiment/definition.ts';
import { FORMAT, type HeaderLine, type UnitLine } from '../journal/lines.ts';
import type { ReplayPlan, ReplaySample } from '../report/report.ts';
import { readUnit } from '../follow/recorded-run.ts';
import { collect, type Collected } from '../sample/collect.ts';
import { type Drawn, drawSample, shuffled } from '../sample/draw.ts';
import { kindsOf } from '../sample/kinds.ts';
import { powerOf } from '../statistics/sample-size.ts';
import { planWarnings, type SampledTargets } from './plan-warnings.ts';
import type { Planning, Sampled } from './planning.ts';
import { unitCosts } from './unit-costs.ts';
import { errorOf, LEAST_SAMPLE, precisionOf, shapeOf, sizeFor, type TrafficShape } from './sizes.ts';

/** Returns the stored plan, or draws and stores the sample. Sends nothing. */
export async function ensurePlan(planning: Planning): Promise<ReplayPlan> {
  const { experiment, journal, clock, signal, onRead } = planning;
  const { name, definition, precision, control } = experiment;
  const seed = definition.seed ?? seedOf(name);
  const header: HeaderLine = {
    format: FORMAT,
    name,
    at: new Date(clock.now()).toISOString(),
    seed,
    sample: definition.sample,
    precision,
    control,
    includeRedacted: definition.includeRedacted === true ? true : undefined,
    follow: definition.follow === true ? true : undefined,
  };
  const { plan } = journal.index;
  if (plan !== undefined) {
    checkSameSample(name, journal.index.header, header);
    return plan;
  }
  // A journal with units but without a plan was left by a run that has crashed.
  await journal.restart(header);
  const collected = await collect(experiment, seed, signal, onRead);
  const calls = withKinds(experiment, collected);
  const shape = shapeOf(calls);
  const size = sampleSize(experiment, shape);
  const random = seededRandom(seed);
  const drawn = drawSample(calls, size, random);
  checkDecidable(experiment, drawn);
  const stored = await storeUnits(planning, drawn, random);
  const warnings = await planWarnings(planning, drawn, size, stored);
  const made = planOf(experiment, { collected, calls, shape, size, drawn, stored, warnings });
  await journal.append({ type: 'plan', plan: made });
  await journal.sync();
  return made;
}

/** Throws `config` if the stored sample was drawn with other options. */
function checkSameSample(name: string, stored: HeaderLine | undefined, wanted: HeaderLine): void {
  for (const option of ['seed', 'sample', 'precision', 'control', 'includeRedacted', 'follow'] as const)
    if (stored?.[option] !== wanted[option])
      throw replayError(
        name,
        option,
        `was ${String(stored?.[option])} when the sample was drawn, and is ${String(wanted[option])}; use another name for another sample`,
      );
}

function withKinds({ name, definition }: Experiment, { calls, excluded }: Collected): readonly Sampled[] {
  if (calls.length < LEAST_SAMPLE) throw replayError(name, 'traffic', tooFew(calls.length, excluded));
  const free = calls.filter(({ givenKind }) => givenKind === undefined);
  const { sample } = definition;
  // Each kind can then have `LEAST_SAMPLE` calls of the sample.
  const maxKinds = sample === undefined ? undefined : Math.floor(sample / LEAST_SAMPLE);
  const found = kindsOf(free, maxKinds);
  return calls.map((call) => ({ ...call, kind: call.givenKind ?? found.get(call) ?? 'other' }));
}

function tooFew(calls: number, excluded: Collected['excluded']): string {
  const reasons = Object.entries(excluded).map(([reason, count]) => `${count}: ${reason}`);
  const problem = `has ${calls} calls that can be replayed, and at least ${LEAST_SAMPLE} are needed`;
  const why = reasons.length === 0 ? '' : ` (excluded: ${reasons.join('; ')})`;
  return `${problem}${why}; store complete content with \`contentOf: () => 'complete'\` of the call log, which expires after 7 days by default, or choose another period`;
}

/** Throws `config` if texts were sampled and nothing can decide about them. */
function checkDecidable({ name, definition }: Experiment, drawn: readonly Drawn<Sampled>[]): void {
  if (definition.judge !== undefined || definition.checks !== undefined) return;
  const texts = drawn.filter(({ call }) => call.features.form === 'text').length;
  if (texts > 0)
    throw replayError(
      name,
      'judge',
      `is missing, and ${texts} of the sampled answers are texts, which only a judge or \`checks\` can compare`,
    );
}

/** Returns the number of calls to answer. Throws `config` if the precision cannot be reached. */
function sampleSize({ name, definition, precision }: Experiment, shape: TrafficShape): number {
  const { sample } = definition;
  // The precision is undefined only if the definition has a sample.
  if (precision === undefined) return sample ?? LEAST_SAMPLE;
  const needed = sizeFor(shape, precision);
  if (needed === undefined) {
    const best = precisionOf(shape, shape.total);
    // The width of an interval shrinks with the square root of the number of calls.
    const estimate = Math.ceil(shape.total * (best / precision) ** 2);
    throw replayError(
      name,
      'precision',
      `of ${precision} needs about ${estimate} calls, and the traffic has ${shape.total} that can be replayed; use \`precision: ${roundUp(best)}\`, or a longer period`,
    );
  }
  if (sample !== undefined && sample < needed)
    throw replayError(
      name,
      'sample',
      `of ${sample} reaches a precision of ${roundUp(precisionOf(shape, sample))}; a precision of ${precision} needs ${needed} calls, so about ${(needed / sample).toFixed(1)} times the cost`,
    );
  return sample ?? needed;
}

const roundUp = (value: number): number => Math.ceil(value * 1000) / 1000;

/** Numbers and costs of the stored units. */
interface StoredUnits extends SampledTargets {
  /** Number of calls of the candidate and of the control, and of pairs of answers. */
  readonly candidate: number;
  readonly control: number;
  readonly pairs: number;
  readonly likelyNanoUsd: bigint;
  readonly maxNanoUsd: bigint;
  readonly maxCallNanoUsd: bigint;
}

/**
 * Stores the drawn calls with their content, and adds up the costs of their answers. The control is a random part of the calls,
 * which the present model answers again.
 */
async function storeUnits(
  planning: Planning,
  drawn: readonly Drawn<Sampled>[],
  random: () => number,
): Promise<StoredUnits> {
  const { experiment, journal, signal } = planning;
  const { definition, name, control: controlShare } = experiment;
  const originals = drawn.filter(({ copyOf }) => copyOf === undefined).map(({ call }) => call.id);
  const controlSize = Math.round(controlShare * originals.length);
  const controlIds = new Set(shuffled(originals, random).slice(0, controlSize));
  let likelyNanoUsd = 0n;
  let maxNanoUsd = 0n;
  let maxCallNanoUsd = 0n;
  let candidate = 0;
  let control = 0;
  const recordedTargets = new Set<string>();
  const controlTargets = new Set<string>();
  for (const { call, copyOf } of drawn) {
    signal.throwIfAborted();
    const read = await readUnit(definition, call.id, signal);
    if ('excluded' in read) throw replayError(name, 'traffic', `changed while it was read: ${read.excluded}`);
    const isInControl = controlIds.has(copyOf ?? call.id);
    recordedTargets.add(read.response.target);
    if (isInControl) controlTargets.add(read.response.target);
    await journal.append(await unitLine(read, call, copyOf, isInControl));
    // A copy uses the answers of its original, and costs nothing.
    if (copyOf !== undefined) continue;
    const costs = await unitCosts(planning, read, isInControl);
    candidate += costs.answers;
    if (isInControl) control += costs.answers;
    likelyNanoUsd += costs.likely;
    maxNanoUsd += costs.most;
    if (costs.largest > maxCallNanoUsd) maxCallNanoUsd = costs.largest;
  }
  // Each answer of the candidate, and each one of the control, is compared with the recorded answer.
  const pairs = originals.length + controlIds.size;
  const costs = { likelyNanoUsd, maxNanoUsd, maxCallNanoUsd };
  return { ...costs, candidate, control, pairs, recordedTargets, controlTargets };
}

async function unitLine(
  call: RecordedCall,
  { kind, conversation }: Sampled,
  copyOf: string | undefined,
  isInControl: boolean,
): Promise<UnitLine> {
  return {
    type: 'unit',
    id: call.id,
    kind,
    conversation,
    copyOf,
    isInControl,
    recordedTarget: call.response.target,
    recordedMs: call.ms,
    recordedFirstMs: call.firstMs,
    recordedFailure: await failureOf(call.request, call.response),
    call: toJson(call),
  };
}

/** Data from which a plan is computed. */
interface Drawing {
  readonly collected: Collected;
  readonly calls: readonly Sampled[];
  readonly shape: TrafficShape;
  readonly size: number;
  readonly drawn: readonly Drawn<Sampled>[];
  readonly stored: StoredUnits;
  readonly warnings: readonly string[];
}

function planOf(experiment: Experiment, drawing: Drawing): ReplayPlan {
  const { name, minQuality, judges } = experiment;
  const { shape, size, stored } = drawing;
  return {
    format: 'majordomo-replay-plan/1',
    name,
    calls: {
      candidate: stored.candidate,
      control: stored.control,
      // A judge compares each pair in both orders.
      judge: 2 * judges.length * stored.pairs,
    },
    sample: sampleOf(drawing),
    likelyNanoUsd: String(stored.likelyNanoUsd),
    maxNanoUsd: String(stored.maxNanoUsd),
    maxCallNanoUsd: String(stored.maxCallNanoUsd),
    precision: precisionOf(shape, size),
    // An equal candidate has the quality 1, whose distance to the bound is this.
    power: powerOf(1 - minQuality, errorOf(shape, size)),
    bestPrecision: precisionOf(shape, shape.total),
    warnings: drawing.warnings,
  };
}

function sampleOf({ collected, calls, shape, drawn }: Drawing): ReplaySample {
  const times = calls.map(({ at }) => at).sort();
  return {
    from: times[0] ?? '',
    to: times.at(-1) ?? '',
    traffic: collected.traffic,
    represented: collected.represented,
    units: drawn.length,
    distinct: drawn.filter(({ copyOf }) => copyOf === undefined).length,
    conversations: new Set(drawn.map(({ call }) => call.conversation)).size,
    excluded: collected.excluded,
    redacted: drawn.filter(({ call }) => call.isRedacted).length,
    kinds: shape.kinds.map(({ kind, share }) => ({
      kind,
      share,
      units: drawn.filter(({ call }) => call.kind === kind).length,
    })),
  };
}
