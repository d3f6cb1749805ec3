import * as suite from '@majordomo/conformance';
import { type Case, conformance, type Harness, type Scenario } from '@majordomo/conformance';
import { casesOf } from '@majordomo/test-support/run-cases';
import { describe, expect, it } from 'vitest';
import { FIELD_FLAWS } from './field-flaws.ts';
import { type Flaw, flawed } from './flaw.ts';
import { FLAWS as IN_ANSWERS } from './flaws.ts';
import { harnesses } from './harnesses.ts';
import { OPERATION_FLAWS } from './operation-flaws.ts';
import { REQUEST_FLAWS } from './request-flaws.ts';

/** Flaws of providers, each of which a separate provider has. */
const FLAWS = [...IN_ANSWERS, ...REQUEST_FLAWS, ...FIELD_FLAWS, ...OPERATION_FLAWS];

/** Scenarios that no provider can fail, because core handles the timers and the caller's signal. */
const CORE_SCENARIOS: ReadonlySet<Scenario> = new Set([
  'chain-stall-before',
  'chain-stall-middle',
  'chain-late',
  'chain-listeners',
]);

const broken = (harness: Harness, flaw: Flaw): Harness => ({
  ...harness,
  open: async (at) => flawed(await harness.open(at), flaw, at.baseURL),
});

/** Whether a case fails. A provider that does not answer fails it too, by the test runner's time limit. */
async function fails(each: Case, harness: Harness, mayHang: boolean): Promise<boolean> {
  const failed = each.run(harness).then(
    () => false,
    () => true,
  );
  if (!mayHang) return failed;
  let timer: NodeJS.Timeout | undefined;
  const timeLimit = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, 300, true)));
  const first = await Promise.race([failed, timeLimit]);
  clearTimeout(timer);
  return first;
}

const caseOf = (scenario: Scenario): Case => {
  const scenarioCase = conformance.find((each) => each.scenario === scenario);
  if (scenarioCase === undefined) throw new Error(`no case for ${scenario}`);
  return scenarioCase;
};

interface Claim {
  readonly flaw: Flaw;
  readonly scenario: Scenario;
}

/** Returns the claims that apply to the wire of a harness. */
const claimsOf = ({ wire: { name, cannot } }: Harness): readonly Claim[] =>
  FLAWS.filter(({ wire }) => (wire ?? name) === name)
    .flatMap((flaw) => flaw.caught.map((scenario) => ({ flaw, scenario })))
    .filter(({ scenario }) => !(scenario in cannot));

/**
 * Returns the claims that the default run tests: all claims with the first wire, and with the others those of a flaw or a scenario that the
 * first wire does not have. With SOAK=1, as in the nightly run, all claims with each wire.
 */
function inDefaultRun(harness: Harness): readonly Claim[] {
  const claims = claimsOf(harness);
  const [first] = harnesses;
  if (process.env['SOAK'] !== undefined || first === undefined || harness === first) return claims;
  const scenarios = new Set(claimsOf(first).map(({ scenario }) => scenario));
  return claims.filter(({ flaw, scenario }) => flaw.wire !== undefined || !scenarios.has(scenario));
}

const harnessesByWire = harnesses.map((harness) => [harness.wire.name, harness] as const);

// A flaw proves nothing about a case that fails without it. These tests come first, so that the SDKs are loaded when a hang is timed.
describe.concurrent.each(harnessesByWire)(
  'the suite against a provider without flaws for %s',
  casesOf(
    suite,
    harnessesByWire.map(([name]) => name),
  ),
);

describe.each(harnesses)('the suite against a flawed provider for $wire.name', (harness) => {
  it.each(inDefaultRun(harness))(
    '$scenario fails a provider that $flaw.name',
    async ({ flaw, scenario }) => {
      expect(await fails(caseOf(scenario), broken(harness, flaw), flaw.hangs ?? false)).toBe(true);
    },
    20_000,
  );
});

it('every scenario fails some flawed provider', () => {
  const caught = new Set(FLAWS.flatMap((flaw) => flaw.caught));
  const uncaughtScenarios = conformance
    .map(({ scenario }) => scenario)
    .filter((scenario) => !caught.has(scenario));
  expect(uncaughtScenarios.filter((scenario) => !CORE_SCENARIOS.has(scenario))).toEqual([]);
});

it('every scenario has one case', () => {
  const scenarios = conformance.map(({ scenario }) => scenario);
  expect(scenarios.length).toBe(new Set(scenarios).size);
  expect(scenarios.length).toBeGreaterThanOrEqual(40);
});

it('the flaws have different names', () => {
  const names = FLAWS.map(({ name }) => name);
  expect(names.length).toBeGreaterThanOrEqual(80);
  expect(new Set(names).size).toBe(names.length);
});
