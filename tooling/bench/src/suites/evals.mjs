import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMajordomo, user } from '@majordomo/core';
import { compare, evaluate } from '@majordomo/evals';
import { inRounds } from '../measure/rounds.mjs';
import { instant } from '../subjects/instant.mjs';
import { definitionOf } from './evals-process.mjs';

const PROCESS = fileURLToPath(new URL('evals-process.mjs', import.meta.url));
const CASES = 2000;
const TRIALS = 5;
const CALLS = 200;
const TEXT = 'Which city is older? '.repeat(500);

/** Costs of an evaluation: a replay in a separate process, a comparison, and the recorder of a call. */
export async function measureEvals({ plan }) {
  const folder = await mkdtemp(join(tmpdir(), 'majordomo-bench-evals-'));
  try {
    await evaluate(definitionOf(), { folder, mode: 'record', concurrency: 100 });
    const child = fork(PROCESS, [folder], { execArgv: [] });
    const [replay] = await once(child, 'message');
    return { replay, compare: [compareSeconds(plan.random)], added: await inRounds(recorder(folder), plan) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Returns the CPU time of one comparison in seconds. */
function compareSeconds(random) {
  const [baseline, evaluation] = [evaluationOf(random), evaluationOf(random)];
  const before = process.cpuUsage();
  compare(baseline, evaluation);
  const { user: own, system } = process.cpuUsage(before);
  return (own + system) / 1e6;
}

/** Evaluation of live samples with a binary check. */
const evaluationOf = (random) => ({
  name: 'bench',
  at: new Date(0).toISOString(),
  checks: [{ name: 'right' }],
  margins: { right: 0.05, usd: 0.1, ms: false },
  gates: [],
  totals: { errors: 0, skipped: 0 },
  samples: Array.from({ length: CASES * TRIALS }, (_, at) => ({
    case: `c${Math.floor(at / TRIALS)}`,
    trial: (at % TRIALS) + 1,
    scores: { right: { score: random() < 0.8 ? 1 : 0 } },
    nanoUsd: String(Math.floor(1e6 * random())),
    ms: 1,
    replayed: false,
    fingerprint: 'f',
  })),
});

/** The same calls with and without a recorder. */
function recorder(folder) {
  const majordomo = createMajordomo({ providers: [instant()] });
  const calls = async (model) => {
    for (let n = 0; n < CALLS; n++) await model.generate({ messages: [user(`${n} ${TEXT}`)] });
    return 'done';
  };
  const calling = (subject, modelOf) => ({
    subject,
    per: CALLS,
    run: () =>
      evaluate(
        {
          name: 'calls',
          majordomo,
          cases: [{ id: 'a', input: 'x' }],
          subject: (_input, context) => calls(modelOf(context)),
        },
        { folder, mode: 'live' },
      ),
  });
  return [calling('nothing', () => majordomo.model('p/m')), calling('recorder', ({ model }) => model('p/m'))];
}
