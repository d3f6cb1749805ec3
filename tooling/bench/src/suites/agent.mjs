import { check, inRounds } from '../measure/rounds.mjs';
import { LAST_WORDS } from '../server/scripts.mjs';
import { majordomo } from '../subjects/majordomo.mjs';
import { sdk } from '../subjects/sdk.mjs';

const STEPS = 400;
const FEW = 40;

/** A conversation that grows by one tool call per step: with the SDK, with an agent, and as a loop over `generate`. */
export async function measureAgent({ dialect, place, plan }) {
  const subjects = [
    { subject: 'sdk', open: sdk(dialect).open, method: 'runAgent' },
    { subject: 'majordomo', open: majordomo(dialect).open, method: 'runAgent' },
    { subject: 'loop', open: majordomo(dialect).open, method: 'runLoop' },
  ];
  const jobs = (steps) =>
    subjects.map(({ subject, open, method }) => {
      let runs = 0;
      return {
        subject,
        per: steps,
        async run() {
          for (let done = 0; done < STEPS; done += steps) {
            const session = await open(place(`turns-${steps}.${subject}-${runs++}`));
            const run = await session[method]();
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
