import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runModule } from '../measure/child.mjs';
import { check, inRounds, resultOf } from '../measure/rounds.mjs';
import { editArguments, LAST_WORDS, text } from '../server/scripts.mjs';
import { majordomo, undici } from '../subjects/majordomo.mjs';
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
  busy: {
    script: () => 'text-50',
    method: 'complete',
    times: 256,
    atATime: 64,
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

/** Modules that a program imports for a wire. Providers of majordomo load the SDK at the first call. */
const MODULES = {
  sdk: (vendor) => [vendor === 'openai' ? 'openai' : '@anthropic-ai/sdk'],
  majordomo: (vendor) => ['@majordomo/core', `@majordomo/provider-${vendor}`],
  undici: (vendor) => ['@majordomo/core', `@majordomo/provider-${vendor}`, '@majordomo/undici'],
  ai: (vendor) => ['ai', `@ai-sdk/${vendor}`],
  langchain: (vendor) => ['langchain', `@langchain/${vendor}`],
  mastra: (vendor) => ['@mastra/core/agent', `@ai-sdk/${vendor}`],
  pi: () => ['@mariozechner/pi-ai'],
  tanstack: (vendor) => ['@tanstack/ai', `@tanstack/ai-${vendor}`],
};
const VENDORS = { 'openai-chat': 'openai', 'anthropic-messages': 'anthropic' };

/** The SDK, majordomo and every installed peer on one wire. */
export async function measurePeers({ dialect, place, plan }) {
  const subjects = [sdk(dialect), majordomo(dialect), undici(dialect), ...(await peersOf(dialect.name))];
  const fewer = { ...plan, warmUp: 3 };
  const measures = {};
  for (const [name, kind] of Object.entries(KINDS))
    measures[name] = await inRounds(await jobsOf(subjects, kind, place), fewer);
  const origin = place(KINDS.call.script());
  const starts = subjects.map(({ family: subject }) => ({
    subject,
    run: async () => firstAnswerMs(subject, dialect.name, origin),
  }));
  measures.start = await inRounds(starts, { ...plan, warmUp: 1 }, resultOf);
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

async function jobsOf(subjects, { script, method, times, atATime = 1, parts, isRight }, place) {
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
          let left = times;
          const worker = async () => {
            while (left-- > 0) isRight(await (await session())[method]());
          };
          await Promise.all(Array.from({ length: atATime }, worker));
        },
      };
    }),
  );
  return jobs.filter((job) => job !== undefined);
}

/**
 * Returns the CPU time in ms in which a new process imports the modules of a subject and makes its first call. The files of the
 * peers import the modules of both wires, so the process imports the file itself without measuring.
 */
function firstAnswerMs(subject, wire, origin) {
  const modules = MODULES[subject](VENDORS[wire]);
  const isOwn = subject in { sdk, majordomo, undici };
  const file = isOwn ? join(HERE, `../subjects/${subject === 'sdk' ? 'sdk' : 'majordomo'}.mjs`) : undefined;
  const script = `
    const measured = async (work) => {
      const from = process.cpuUsage();
      const result = await work();
      const { user, system } = process.cpuUsage(from);
      return { result, ms: (user + system) / 1000 };
    };
    const imports = await measured(async () => {
      for (const name of ${JSON.stringify(modules)}) await import(name);
    });
    const { dialectOf } = await import(${JSON.stringify(join(HERE, '../wires/index.mjs'))});
    const loaded = await import(${JSON.stringify(file ?? join(PEERS, `${subject}.mjs`))});
    const wire = ${JSON.stringify(wire)};
    const subject = ${isOwn ? `loaded.${subject}(dialectOf(wire))` : 'loaded.subjects.find((each) => each.wire === wire)'};
    const call = await measured(async () => (await subject.open(${JSON.stringify(origin)})).complete());
    console.log(JSON.stringify({ ms: imports.ms + call.ms, answer: call.result }));
    process.exit(0);`;
  const { ms, answer } = runModule(script, isOwn ? HERE : PEERS);
  KINDS.call.isRight(answer);
  return ms;
}
