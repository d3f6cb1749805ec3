import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { check, inRounds, resultOf } from '../measure/rounds.mjs';
import { editArguments, LAST_WORDS, text } from '../server/scripts.mjs';
import { majordomo } from '../subjects/majordomo.mjs';
import { sdk } from '../subjects/sdk.mjs';

const PEERS = join(import.meta.dirname, '../../peers');
const HERE = import.meta.dirname;
const DELTAS = 500;
const PIECES = 1000;
const STEPS = 20;

const KINDS = {
  call: {
    script: () => 'text-50',
    method: 'complete',
    times: 50,
    parts: 1,
    isRight: (answer) => check(answer, text(50)),
  },
  delta: {
    script: () => `text-${DELTAS}`,
    method: 'streamText',
    times: 4,
    parts: DELTAS,
    isRight: (answer) => check(answer, text(DELTAS)),
  },
  piece: {
    script: () => `tool-${PIECES}`,
    method: 'streamTool',
    times: 2,
    parts: PIECES,
    isRight: ({ args }) => check(JSON.stringify(args), JSON.stringify(editArguments(PIECES))),
  },
  step: {
    // The server counts the turns of an origin, so each run needs a separate origin.
    script: (run) => `turns-${STEPS}.${run}`,
    method: 'runAgent',
    times: 2,
    parts: STEPS,
    isRight({ steps, text: last }) {
      check(steps, STEPS);
      check(last, LAST_WORDS);
    },
  },
};

/** Modules that a program imports for a wire. */
const MODULES = {
  sdk: (vendor) => [vendor === 'openai' ? 'openai' : '@anthropic-ai/sdk'],
  majordomo: (vendor) => ['@majordomo/core', `@majordomo/provider-${vendor}`],
  ai: (vendor) => ['ai', `@ai-sdk/${vendor}`],
  langchain: (vendor) => ['langchain', `@langchain/${vendor}`],
  mastra: (vendor) => ['@mastra/core/agent', `@ai-sdk/${vendor}`],
  pi: () => ['@mariozechner/pi-ai'],
  tanstack: (vendor) => ['@tanstack/ai', `@tanstack/ai-${vendor}`],
};
const VENDORS = { 'openai-chat': 'openai', 'anthropic-messages': 'anthropic' };

/** The SDK, majordomo and every installed peer on one wire. */
export async function measurePeers({ dialect, place, plan }) {
  const subjects = [sdk(dialect), majordomo(dialect), ...(await peersOf(dialect.name))];
  const fewer = { ...plan, warmUp: 3 };
  const measures = {};
  for (const [name, kind] of Object.entries(KINDS))
    measures[name] = await inRounds(await jobsOf(subjects, kind, place), fewer);
  const imports = subjects.map(({ family: subject }) => ({
    subject,
    run: async () => importMs(MODULES[subject](VENDORS[dialect.name]), subject),
  }));
  measures.import = await inRounds(imports, { ...plan, warmUp: 1 }, resultOf);
  return measures;
}

async function peersOf(wire) {
  const files = (await readdir(PEERS)).filter((file) => file.endsWith('.mjs'));
  const loaded = await Promise.all(
    files.map(async (file) => {
      try {
        return (await import(join(PEERS, file))).subjects;
      } catch (error) {
        if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
        console.log(`not installed: ${file}; run \`npm ci\` in tooling/bench/peers`);
        return [];
      }
    }),
  );
  return loaded.flat().filter((subject) => subject.wire === wire);
}

async function jobsOf(subjects, { script, method, times, parts, isRight }, place) {
  let runs = 0;
  const jobs = await Promise.all(
    subjects.map(async ({ family: subject, open }) => {
      const isShared = script(0) === script(1);
      const shared = await open(place(script(0)));
      if (shared[method] === undefined) return undefined;
      const session = () => (isShared ? shared : open(place(script(++runs))));
      return {
        subject,
        per: times * parts,
        async run() {
          for (let n = 0; n < times; n++) isRight(await (await session())[method]());
        },
      };
    }),
  );
  return jobs.filter((job) => job !== undefined);
}

/** CPU time in ms. */
function importMs(modules, subject) {
  const script = `const from = process.cpuUsage();
    for (const name of ${JSON.stringify(modules)}) await import(name);
    const { user, system } = process.cpuUsage(from);
    console.log((user + system) / 1000);
    process.exit(0);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: subject in { sdk, majordomo } ? HERE : PEERS,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim().split('\n').at(-1));
}
