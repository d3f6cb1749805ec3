// Replays 10,000 samples of one call from the folder of its argument, and sends the CPU time and the largest memory.
import { createMajordomo, user } from '@majordomo/core';
import { evaluate } from '@majordomo/evals';
import { instant } from '../subjects/instant.mjs';

const SAMPLES = 10_000;
const ANSWER = 'Rome is older. '.repeat(10);

/** Evaluation with one call per sample. */
export const definitionOf = () => ({
  name: 'bench',
  majordomo: createMajordomo({ providers: [instant('p', ANSWER)] }),
  cases: Array.from({ length: SAMPLES }, (_, at) => ({ id: `c${at}`, input: `question ${at}` })),
  subject: (input, { model }) => model('p/m').generate({ messages: [user(input)] }),
  checks: { right: ({ text }) => text.startsWith('Rome') },
});

const [, , folder] = process.argv;
if (process.argv[1] === import.meta.filename) {
  const before = process.cpuUsage();
  const { totals } = await evaluate(definitionOf(), { folder });
  if (totals.replayed !== SAMPLES || totals.errors > 0) throw new Error('the samples were not replayed');
  const { user: own, system } = process.cpuUsage(before);
  const measures = { seconds: [(own + system) / 1e6], megabytes: [process.resourceUsage().maxRSS / 1024] };
  process.send(measures, () => process.exit(0));
}
