import { spawnSync } from 'node:child_process';
import { shuffled } from '../measure/statistics.mjs';
import { text } from '../server/scripts.mjs';
import { MAIN_WIRES } from '../wires/index.mjs';
import { forWires } from './scenario.mjs';

const DELTAS = 50;
const SUBJECTS = ['sdk', 'majordomo'];

/** @type {import('./scenario.mjs').Scenario} */
export const coldStart = {
  name: 'start',
  title: 'A program that makes one call and ends, a process each',
  sizes: { full: { rounds: 15, warmUp: 1 }, gate: { rounds: 11, warmUp: 1 } },
  async run({ place, rounds, warmUp, random }) {
    const origin = place(`text-${DELTAS}`);
    const programs = MAIN_WIRES.flatMap((wire) =>
      SUBJECTS.map((subject) => ({ wire, subject, samples: [] })),
    );
    for (let round = -warmUp; round < rounds; round++)
      for (const { wire, subject, samples } of shuffled(programs, random)) {
        const sample = ran(wire, subject, origin);
        if (round >= 0) samples.push(sample);
      }
    return programs.flatMap(({ wire, subject, samples }) => [
      row('wall', 'ms wall', wire, subject, samples),
      row('cpu', 'ms CPU', wire, subject, samples),
    ]);
  },
  goals: ['wall', 'cpu'].flatMap((metric) =>
    forWires(MAIN_WIRES, (wire) => ({
      row: `cold start, ${metric}`,
      atMost: 1.05,
      unit: '× SDK',
      figure: (read) => read.ratio(metric, wire, 'sdk'),
    })),
  ),
};

function row(metric, unit, wire, subject, samples) {
  const values = samples.map((sample) => sample[metric]);
  return { metric, title: 'imports, one call, exit', unit, wire, subject, values, error: undefined };
}

/** The wall time is that of the whole process, as whoever starts it sees it. */
function ran(wire, subject, origin) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', PROGRAMS[wire][subject](origin)],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  );
  const wall = performance.now() - start;
  if (status !== 0) throw new Error(`the program of ${subject} failed: ${stderr}`);
  const { answer, cpu } = JSON.parse(stdout);
  if (answer !== text(DELTAS)) throw new Error(`wrong answer: ${answer.slice(0, 80)}`);
  return { wall, cpu };
}

/** Prints the answer and the CPU time of the process; an open connection must not keep it alive. */
const END = `const used = process.cpuUsage();
  console.log(JSON.stringify({ answer, cpu: (used.user + used.system) / 1000 }));
  process.exit(0);`;

const ofMajordomo = (load, provider, model, options) => (origin) => `
  import { createMajordomo, user } from '@majordomo/core';
  import { ${load} } from '@majordomo/provider-${provider}';
  const providers = [${load}({ apiKey: 'key', ${options(origin)} })];
  const request = { messages: [user('Write the words.')], maxTokens: 1024 };
  const { text: answer } = await createMajordomo({ providers }).model('${provider}/${model}').generate(request);
  ${END}`;

const PROGRAMS = {
  'openai-chat': {
    sdk: (origin) => `
      import OpenAI from 'openai';
      const client = new OpenAI({ apiKey: 'key', baseURL: '${origin}/v1', maxRetries: 0 });
      const messages = [{ role: 'user', content: 'Write the words.' }];
      const said = await client.chat.completions.create({ model: 'gpt-4o-mini', messages, max_tokens: 1024 });
      const answer = said.choices[0].message.content;
      ${END}`,
    majordomo: ofMajordomo(
      'createOpenAI',
      'openai',
      'gpt-4o-mini',
      (origin) => `api: 'chat', baseURL: '${origin}/v1'`,
    ),
  },
  'anthropic-messages': {
    sdk: (origin) => `
      import Anthropic from '@anthropic-ai/sdk';
      const client = new Anthropic({ apiKey: 'key', baseURL: '${origin}', maxRetries: 0 });
      const messages = [{ role: 'user', content: 'Write the words.' }];
      const said = await client.messages.create({ model: 'claude-haiku-4-5', messages, max_tokens: 1024 });
      const answer = said.content[0].text;
      ${END}`,
    majordomo: ofMajordomo(
      'createAnthropic',
      'anthropic',
      'claude-haiku-4-5',
      (origin) => `baseURL: '${origin}'`,
    ),
  },
};
