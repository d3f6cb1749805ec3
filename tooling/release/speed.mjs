/** What is wrong with the last run of `pnpm bench:gate` as the one of this release; `undefined` if there was none. */
export function* lacksOfSpeed(gate, commit) {
  if (gate === undefined) yield 'no figures: run pnpm bench:gate on a quiet machine';
  else if (gate.commit !== commit) yield `figures of ${gate.commit}: run pnpm bench:gate again`;
  for (const name of gate?.leftOut ?? []) yield `the scenario "${name}" was left out`;
  for (const { row, wire, goal, figure, unit, ok } of gate?.verdicts ?? [])
    if (!ok) yield `${row}, ${wire}: ${figure} ${unit}, the goal is ${goal}`;
}
