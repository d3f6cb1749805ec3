/** Result of one case of a suite. */
export interface CaseResult {
  /** Id that is stable across versions of the suite. */
  readonly id: string;
  /** `not run`: what the case needs is not available on this machine. */
  readonly result: 'passed' | 'failed' | 'not run';
  /** Reasons of the suite for a failure, or the reason for which the case did not run. */
  readonly messages: readonly string[];
  /** Version of the program that the case runs, if each case runs another program. */
  readonly version?: string;
}

/** Public suite of a standard. */
export interface Suite {
  readonly name: string;
  /** Standard, with the revisions that the suite checks. */
  readonly standard: string;
  /** Package or repository of the suite, with its exact version. */
  readonly version: string;
  /** Whether the page of standards lists the result of each case. */
  readonly listsCases?: true;
  /** Runs all cases. Returns the reason if the suite is not available. `isNewest`: whether to install the newest versions from npm. */
  run(isNewest?: boolean): Promise<readonly CaseResult[] | string>;
}

/** Reasons of the failures that are expected, by id. */
export type ExpectedFailures = Readonly<Record<string, string>>;

/** Differences between results and expected failures. Each of them fails a run. */
export interface Differences {
  /** Cases that failed unexpectedly. */
  readonly failures: readonly CaseResult[];
  /** Ids of expected failures that passed. */
  readonly obsolete: readonly string[];
  /** Ids of expected failures that the suite does not have. */
  readonly unknown: readonly string[];
}

/** Compares the results of a suite with the expected failures. */
export function differencesOf(results: readonly CaseResult[], expected: ExpectedFailures): Differences {
  const byId = new Map(results.map((one) => [one.id, one]));
  const ids = Object.keys(expected);
  return {
    failures: results.filter(({ id, result }) => result === 'failed' && expected[id] === undefined),
    obsolete: ids.filter((id) => byId.get(id)?.result === 'passed'),
    unknown: ids.filter((id) => !byId.has(id)),
  };
}

/** Returns one line for each difference, with the remedy. */
export function problemsOf(suite: string, { failures, obsolete, unknown }: Differences): readonly string[] {
  const file = `tooling/standards/expected/${suite}.json`;
  return [
    ...failures.map(({ id, messages }) => `${id} failed: ${messages.join('; ')}`),
    ...obsolete.map((id) => `${id} passed; remove it from ${file}`),
    ...unknown.map((id) => `${id} is not a case of the suite; remove it from ${file}`),
  ];
}
