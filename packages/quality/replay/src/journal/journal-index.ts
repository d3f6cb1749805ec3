import type {
  HeaderLine,
  JobLine,
  Line,
  Place,
  PlanLine,
  ResultLine,
  RulesLine,
  Side,
  UnitFacts,
  VerdictLine,
} from './lines.ts';

/** Unit with the place of its call. */
export interface IndexedUnit extends UnitFacts {
  readonly place: Place;
}

/** Facts of a journal that fit into memory. */
export class JournalIndex {
  header: HeaderLine | undefined;
  plan: PlanLine['plan'] | undefined;
  rules: RulesLine | undefined;
  readonly units: Map<string, IndexedUnit> = new Map();
  /** Places of answers by key. */
  readonly answers: Map<string, Place> = new Map();
  readonly verdicts: Map<string, VerdictLine> = new Map();
  /** Cost of everything that was booked, in nano-USD. */
  spentNanoUsd = 0n;
  /** Jobs whose results are not stored yet, by key. */
  readonly jobs: Map<string, JobLine> = new Map();
  /** Maximum cost of these jobs, in nano-USD. */
  private heldByJobs = 0n;
  /** Number of jobs that were submitted. */
  jobCount = 0;
  /** Result by key, and the last key of each side of a unit since the last run began. */
  private readonly results = new Map<string, ResultLine>();
  private readonly last = new Map<string, string>();
  /** Sides of units that have had a result in any run. */
  private readonly compared = new Set<string>();
  /** Labels by unit and answer. */
  private readonly labels = new Map<string, number>();
  /** Maximum cost of the attempts that were sent and have not ended, by id. */
  private readonly started = new Map<string, bigint>();

  add(line: Line, place: Place): void {
    switch (line.type) {
      case 'unit': {
        const { type: _type, call: _call, ...facts } = line;
        this.units.set(line.id, { ...facts, place });
        break;
      }
      case 'plan':
        this.plan = line.plan;
        break;
      case 'rules':
        this.rules = line;
        // The definition may have changed. The run writes the results that still apply again.
        this.last.clear();
        break;
      case 'start':
        this.started.set(line.id, BigInt(line.maxNanoUsd));
        break;
      case 'end':
        this.started.delete(line.id);
        this.spentNanoUsd += BigInt(line.nanoUsd);
        break;
      case 'answer':
        this.answers.set(line.key, place);
        break;
      case 'verdict':
        this.verdicts.set(line.key, line);
        break;
      case 'result':
        this.results.set(line.key, line);
        this.last.set(sideKey(line.unit, line.side), line.key);
        this.compared.add(sideKey(line.unit, line.side));
        break;
      case 'job':
        this.jobs.set(line.key, line);
        this.heldByJobs += maximumOf(line);
        this.jobCount += 1;
        break;
      case 'job-end':
        this.heldByJobs -= maximumOf(this.jobs.get(line.key));
        this.jobs.delete(line.key);
        this.spentNanoUsd += BigInt(line.nanoUsd);
        break;
      case 'label':
        this.labels.set(labelKey(line.unit, line.answer), line.label);
    }
  }

  result(key: string): ResultLine | undefined {
    return this.results.get(key);
  }

  /** Returns the decision of a person about the last answer of the candidate. */
  labelOf(unit: string): number | undefined {
    const result = this.lastResult(unit, 'candidate');
    return result && this.labels.get(labelKey(unit, result.answer));
  }

  /** Returns the last result of one side of a unit. A result of an earlier run counts if the last run has confirmed it. */
  lastResult(unit: string, side: Side): ResultLine | undefined {
    const key = this.last.get(sideKey(unit, side));
    return key === undefined ? undefined : this.results.get(key);
  }

  /** Whether one side of a unit has had a result in any run. */
  hasResult(unit: string, side: Side): boolean {
    return this.compared.has(sideKey(unit, side));
  }

  /** Number of attempts without an end, and their maximum cost in nano-USD. */
  open(): { readonly calls: number; readonly maxNanoUsd: bigint } {
    return { calls: this.started.size, maxNanoUsd: sumOf([...this.started.values()]) };
  }

  /** Maximum cost of everything without a result, in nano-USD. */
  heldNanoUsd(): bigint {
    return this.heldByJobs + this.open().maxNanoUsd;
  }
}

const maximumOf = (job: JobLine | undefined): bigint => sumOf((job?.maxNanoUsd ?? []).map(BigInt));

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
const labelKey = (unit: string, answer: string): string => `${answer}/${unit}`;
const sideKey = (unit: string, side: Side): string => `${side}/${unit}`;
