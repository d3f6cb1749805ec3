// Installs the CLIs that npm has into a cache folder, sends each a prompt of 200 kB for servers on loopback, and checks whether a
// CLI reads a file that the prompt mentions. It requires the built packages, and no test runs it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMajordomo, user } from '@majordomo/core';
import { anthropicMessages, geminiGenerate, openaiChat, startWireServer } from '@majordomo/conformance';
import { createCli } from '../dist/index.js';
import { commandOf, installClis, versionOf } from './cli-cache.mjs';
import { ANSWER, responsesServer } from './responses-server.mjs';

const MARK = 'The last word is PINEAPPLE.';
const PROMPT = `${'All work and no play makes Jack a dull boy. '.repeat(4500)}\n${MARK}`;
const SYSTEM = 'You are the majordomo of a test: be brief.';

const home = mkdtempSync(join(tmpdir(), 'majordomo-real-cli-'));

installClis();
const responses = await responsesServer();
const answer = { parts: [{ type: 'text', text: ANSWER.join(''), chunks: ANSWER }] };
const serve = (wire) => startWireServer({ wire, script: () => answer, validate: false });
const [messages, generate, chat] = await Promise.all(
  [anthropicMessages, geminiGenerate, openaiChat].map(serve),
);
const bodiesOf = (server) =>
  server.requests
    .filter(({ body }) => (body?.messages ?? body?.contents) !== undefined)
    .map(({ body }) => JSON.stringify(body));

const SUBJECTS = {
  claude: {
    env: { ANTHROPIC_API_KEY: 'sk-test-real-cli', ANTHROPIC_BASE_URL: messages.url },
    model: 'default',
    bodies: () => bodiesOf(messages),
  },
  gemini: {
    env: { GEMINI_API_KEY: 'test-real-cli', GOOGLE_GEMINI_BASE_URL: generate.url },
    model: 'gemini-2.5-flash',
    bodies: () => bodiesOf(generate),
    files: { '.gemini/settings.json': { security: { auth: { selectedType: 'gemini-api-key' } } } },
  },
  opencode: {
    env: {},
    model: 'mock/m',
    bodies: () => bodiesOf(chat),
    files: {
      '.config/opencode/opencode.json': {
        provider: {
          mock: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: chat.baseURL, apiKey: 'k' },
            models: { m: {} },
          },
        },
      },
    },
  },
  codex: {
    env: { OPENAI_API_KEY: 'sk-test-real-cli' },
    model: 'm',
    bodies: () => responses.bodies,
    files: {
      '.codex/config.toml': `model_provider = "mock"
[model_providers.mock]
name = "mock"
base_url = "${responses.url}/v1"
wire_api = "responses"
env_key = "OPENAI_API_KEY"
`,
    },
  },
};

/** CLIs that read the file at `@path` in a prompt if the option `fileMentions` allows it. */
const READS_MENTIONS = ['claude', 'gemini'];
const SECRET = 'The secret word is GRAPEFRUIT.';

let failures = 0;
for (const [cli, subject] of Object.entries(SUBJECTS)) {
  for (const check of [run, mentions]) {
    const problem = await check(cli, subject).catch(
      (error) => `${error.kind ?? error.name}: ${error.message}`,
    );
    if (problem === undefined) continue;
    failures++;
    console.log(`${cli}: FAILED\n  ${problem}`);
  }
}
await Promise.all([messages, generate, chat, responses].map((server) => server.close()));
rmSync(home, { recursive: true, force: true, maxRetries: 5 });
console.log(failures === 0 ? 'all four streamed the prompt' : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);

/** Makes one call of a CLI. Returns a problem, or `undefined` if the answer is as expected. */
async function run(cli, { env, model, bodies, files = {} }) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const provider = createCli({
    cli,
    command: commandOf(cli),
    timeouts: { totalMs: 120_000 },
  });
  const surroundings = { PATH: process.env.PATH, HOME: home, ...env };
  const { path } = await provider.detect({ env: surroundings });
  if (path === undefined) return 'it is not installed';
  const majordomo = createMajordomo({ providers: [provider], env: surroundings, chain: { attempts: 1 } });
  const began = performance.now();
  const before = bodies().length;
  const stream = majordomo
    .model(`${provider.id}/${model}`)
    .stream({ system: SYSTEM, messages: [user(PROMPT)] });
  let deltas = 0;
  for await (const event of stream) if (event.type === 'text-delta') deltas++;
  const { text, usage, finish, warnings } = await stream.response();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const sent = bodies()
    .slice(before)
    .filter((body) => body.includes(MARK));
  const facts = {
    text: text === ANSWER.join(''),
    'complete prompt': sent.some(
      (body) => body.includes(PROMPT.slice(0, 1000)) && body.length > PROMPT.length,
    ),
    'system text': sent.some((body) => body.includes(SYSTEM)),
    usage: usage?.output !== undefined,
    finish: finish === 'stop',
  };
  const wrong = Object.entries(facts)
    .filter(([, isRight]) => !isRight)
    .map(([name]) => name);
  const cost = usage?.details?.reportedNanoUsd;
  console.log(
    `${cli} ${versionOf(cli)}: ${JSON.stringify(text)} in ${deltas} deltas, ${seconds} s, ${PROMPT.length} characters of prompt, ` +
      `${usage?.input} tokens in, ${usage?.output} out${cost === undefined ? '' : `, ${cost} nano-USD`}, ${warnings.length} warnings`,
  );
  return wrong.length === 0 ? undefined : `not as expected: ${wrong.join(', ')}`;
}

/** Mentions a file in a prompt. Returns a problem, or `undefined` if the CLI reads the file as `READS_MENTIONS` states. */
async function mentions(cli, { env, model, bodies }) {
  const cwd = mkdtempSync(join(home, 'project-'));
  const file = join(cwd, 'secret.txt');
  writeFileSync(file, SECRET);
  const surroundings = { PATH: process.env.PATH, HOME: home, GEMINI_CLI_TRUST_WORKSPACE: 'true', ...env };
  const reads = [];
  for (const fileMentions of [undefined, true]) {
    const command = commandOf(cli);
    const provider = createCli({ cli, command, cwd, fileMentions, timeouts: { totalMs: 120_000 } });
    const majordomo = createMajordomo({ providers: [provider], env: surroundings, chain: { attempts: 1 } });
    const before = bodies().length;
    await majordomo
      .model(`${provider.id}/${model}`)
      .generate({ messages: [user(`Tell me about @${file} and @secret.txt please.`)] });
    reads.push(
      bodies()
        .slice(before)
        .some((body) => body.includes(SECRET)),
    );
  }
  console.log(
    `${cli}: a mentioned file is ${reads[0] ? 'READ' : 'not read'}, with fileMentions ${reads[1] ? 'read' : 'not read'}`,
  );
  if (reads[0]) return 'the CLI read a mentioned file without fileMentions';
  return reads[1] === READS_MENTIONS.includes(cli)
    ? undefined
    : 'the effect of fileMentions differs from READS_MENTIONS';
}
