import { check, inRounds } from '../measure/rounds.mjs';
import { LAST_WORDS } from '../server/scripts.mjs';
import { majordomo } from '../subjects/majordomo.mjs';
import { sdk } from '../subjects/sdk.mjs';

const STEPS = 400;
const FEW = 40;

/** A conversation that grows by one tool call per step. */
export async function measureAgent({ dialect, place, plan }) {
  const jobs = (steps) =>
    [sdk, majordomo].map((subject) => {
      const { family, open } = subject(dialect);
      let runs = 0;
      return {
        subject: family,
        per: steps,
        async run() {
          for (let done = 0; done < STEPS; done += steps) {
            const { runAgent } = await open(place(`turns-${steps}.${family}-${runs++}`));
            const run = await runAgent();
            check(run.steps, steps);
            check(run.text, LAST_WORDS);
          }
        },
      };
    });
  const shorter = { ...plan, warmUp: 2 };
  return {
    step: await inRounds(jobs(STEPS), shorter),
    shortStep: await inRounds(
      jobs(FEW).map((job) => ({ ...job, per: STEPS })),
      shorter,
    ),
  };
}
