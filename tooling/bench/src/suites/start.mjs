import { runModule } from '../measure/child.mjs';
import { check, inRounds, resultOf } from '../measure/rounds.mjs';
import { text } from '../server/scripts.mjs';

const DELTAS = 50;
const IMPORTS = 9;

/** Milliseconds of CPU of new processes: the import of core, and a program that makes one call and ends. */
export async function measureStart({ dialect, place, plan }) {
  const origin = place(`text-${DELTAS}`);
  const jobs = Object.entries(PROGRAMS[dialect.name]).map(([subject, program]) => ({
    subject,
    async run() {
      const { answer, ms } = runModule(program(origin), import.meta.dirname);
      check(answer, text(DELTAS));
      return ms;
    },
  }));
  return {
    import: { majordomo: Array.from({ length: IMPORTS }, () => runModule(IMPORT, import.meta.dirname).ms) },
    start: await inRounds(jobs, { ...plan, warmUp: 1 }, resultOf),
  };
}

const IMPORT = `
  const from = process.cpuUsage();
  await import('@majordomo/core');
  const { user, system } = process.cpuUsage(from);
  console.log(JSON.stringify({ ms: (user + system) / 1000 }));`;

/** Ends the process explicitly, because an open connection would keep the process alive. */
const END = `
  const { user: own, system } = process.cpuUsage();
  console.log(JSON.stringify({ answer, ms: (own + system) / 1000 }));
  process.exit(0);`;

const majordomo = (load, id, model, options) => (origin) =>
  `
  import { createMajordomo, user } from '@majordomo/core';
  import { ${load} } from '@majordomo/provider-${id}';
  const providers = [${load}({ apiKey: 'key', ${options(origin)} })];
  const request = { messages: [user('Write the words.')], maxTokens: 1024 };
  const { text: answer } = await createMajordomo({ providers }).model('${id}/${model}').generate(request);
  ${END}`;

const PROGRAMS = {
  'openai-chat': {
    sdk: (origin) => `
      import OpenAI from 'openai';
      const client = new OpenAI({ apiKey: 'key', baseURL: '${origin}/v1', maxRetries: 0 });
      const messages = [{ role: 'user', content: 'Write the words.' }];
      const reply = await client.chat.completions.create({ model: 'gpt-4o-mini', messages, max_tokens: 1024 });
      const answer = reply.choices[0].message.content;
      ${END}`,
    majordomo: majordomo(
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
      const reply = await client.messages.create({ model: 'claude-haiku-4-5', messages, max_tokens: 1024 });
      const answer = reply.content[0].text;
      ${END}`,
    majordomo: majordomo(
      'createAnthropic',
      'anthropic',
      'claude-haiku-4-5',
      (origin) => `baseURL: '${origin}'`,
    ),
  },
};
