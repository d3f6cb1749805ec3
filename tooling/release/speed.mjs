/** Yields the reasons why the last run of `pnpm bench` does not permit a release of this commit. */
export function* lacksOfSpeed(result, commit) {
  if (result === undefined) yield 'no figures: run pnpm bench';
  else if (result.commit !== commit) yield `figures of ${result.commit}: run pnpm bench again`;
  for (const { row, wire, goal, figure, unit, ok, isGate } of result?.verdicts ?? [])
    if (isGate && !ok) yield `${row}, ${wire}: ${figure} ${unit}, the bound is ${goal}`;
}
