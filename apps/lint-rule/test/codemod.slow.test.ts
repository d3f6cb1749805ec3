import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  anthropicMessages,
  openaiChat,
  openaiResponses,
  startWireServer,
  type Answer,
  type Wire,
  type WireRequest,
} from '@majordomo/conformance';
import type { Linter } from 'eslint';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import codemod from '../src/codemod.ts';
import { messages, parsers } from './lint.ts';
import * as anthropicBefore from './codemod/anthropic-messages.ts';
import * as atOnceBefore from './codemod/openai-at-once.ts';
import * as bindingBefore from './codemod/binding.ts';
import * as fetchChatBefore from './codemod/fetch-chat.ts';
import * as fetchMessagesBefore from './codemod/fetch-messages.ts';
import * as chatBefore from './codemod/openai-chat.ts';
import * as responsesBefore from './codemod/openai-responses.ts';

/** Returns the file after the fix, or undefined if no report has one. */
function rewritten(code: string, parser?: Linter.Parser): string | undefined {
  const fixes = messages(code, { plugin: codemod, parser }).flatMap(({ fix }) => fix ?? []);
  expect(fixes.length).toBeLessThan(2);
  const [fix] = fixes;
  return fix && code.slice(0, fix.range[0]) + fix.text + code.slice(fix.range[1]);
}

const SAMPLES = [
  'openai-chat',
  'openai-at-once',
  'openai-responses',
  'openai-env',
  'anthropic-messages',
  'fetch-chat',
  'fetch-messages',
  'binding',
];

let folder: string;
beforeAll(() => {
  // Inside the package, so that the rewritten files find the workspace's packages.
  folder = mkdtempSync(join(import.meta.dirname, '.rewritten-'));
  for (const name of SAMPLES) {
    const code = rewritten(readFileSync(join(import.meta.dirname, 'codemod', `${name}.ts`), 'utf8'));
    writeFileSync(join(folder, `${name}.ts`), code ?? '');
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const after = (name: string): string => readFileSync(join(folder, `${name}.ts`), 'utf8');

describe('the rewritten file', () => {
  it.each(SAMPLES)('%s has no raw call', (name) => {
    expect(after(name)).toContain('createMajordomo');
    expect(messages(after(name), { strict: true })).toEqual([]);
  });

  it('type-checks', { timeout: 60_000 }, () => {
    const program = ts.createProgram(
      SAMPLES.map((name) => join(folder, `${name}.ts`)),
      {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        types: ['node'],
      },
    );
    const problems = ts.getPreEmitDiagnostics(program);
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it('keeps the quotes of the file and its omitted semicolons', () => {
    const code = `import Anthropic from "@anthropic-ai/sdk"
const client = new Anthropic({ apiKey })
await client.messages.create({ model: "m", max_tokens: 1, messages: [{ role: "user", content: text }] })
`;
    expect(rewritten(code)?.split('\n').slice(0, 2)).toEqual([
      'import { createMajordomo, user } from "@majordomo/core"',
      'import { createAnthropic } from "@majordomo/provider-anthropic"',
    ]);
  });

  it('imports a helper under another name if the file declares its name', () => {
    expect(after('openai-at-once')).toContain('user as userMessage');
    expect(after('openai-at-once')).toContain('userMessage(`${user}: ${prompt}`)');
  });

  it('passes the environment if the SDK reads the key from it', () => {
    expect(after('openai-env')).toContain(
      'createMajordomo({ providers: [createOpenAI()], env: process.env })',
    );
    expect(after('openai-chat')).toContain("createOpenAI({ apiKey: 'test', baseURL, api: 'chat' })] })");
  });
});

interface Sample {
  ask(baseURL: string, prompt: string, model: string): Promise<string>;
}

/** Compares the number of messages only, because an API has several formats for the same text. */
function facts({ model, streamed, system, maxTokens, messages: { length } }: WireRequest): object {
  return { model, streamed, system, maxTokens, messages: length };
}

interface Run {
  readonly answer: string;
  /** Requests in the common format of all APIs. */
  readonly requests: readonly WireRequest[];
}

const PONG: Answer = { parts: [{ type: 'text', text: 'pong' }], usage: { input: 11, output: 1 } };

async function run(sample: Sample, wire: Wire): Promise<Run> {
  await using server = await startWireServer({ wire, script: () => PONG });
  const answer = await sample.ask(server.baseURL, 'ping', 'gpt-test');
  return { answer, requests: server.requests.map(({ request }) => request) };
}

const RUNS: readonly (readonly [name: string, before: Sample, wire: Wire])[] = [
  ['openai-chat', chatBefore, openaiChat],
  ['openai-at-once', atOnceBefore, openaiChat],
  ['openai-responses', responsesBefore, openaiResponses],
  ['anthropic-messages', anthropicBefore, anthropicMessages],
];

describe('the rewritten file with a server of the API', () => {
  it.each(RUNS)('%s returns the same answer as with the raw SDK', async (name, before, wire) => {
    const now: Sample = await import(join(folder, `${name}.ts`));
    const [raw, ours] = [await run(before, wire), await run(now, wire)];
    expect(raw.answer).toContain('pong');
    expect(ours.answer).toBe(raw.answer);
    expect(ours.requests.map(facts)).toEqual(raw.requests.map(facts));
  });
});

describe('a rewritten fetch', () => {
  const FETCH_SAMPLES: readonly (readonly [name: string, before: Pick<Sample, 'ask'>, wire: Wire])[] = [
    ['fetch-chat', fetchChatBefore, openaiChat],
    ['fetch-messages', fetchMessagesBefore, anthropicMessages],
  ];

  it.each(FETCH_SAMPLES)(
    '%s returns the same answer, with the key from the environment',
    async (name, before, wire) => {
      vi.stubEnv('OPENAI_API_KEY', 'key');
      vi.stubEnv('ANTHROPIC_API_KEY', 'key');
      const real = fetch;
      const now: Sample = await import(join(folder, `${name}.ts`));
      const runHere = (sample: Pick<Sample, 'ask'>): Promise<Run> =>
        run(
          {
            ask: async (baseURL, prompt, model) => {
              vi.stubGlobal('fetch', (url: string | URL | Request, init?: RequestInit) =>
                real(
                  String(url instanceof Request ? url.url : url).replace(
                    /^https:\/\/api\.\w+\.com(\/v1)?/,
                    baseURL + (wire === anthropicMessages ? '/v1' : ''),
                  ),
                  init,
                ),
              );
              return sample.ask(baseURL, prompt, model);
            },
          },
          wire,
        );
      const [raw, ours] = [await runHere(before), await runHere(now)];
      vi.unstubAllGlobals();
      vi.unstubAllEnvs();
      expect(raw.answer).toContain('pong');
      expect(ours.answer).toBe(raw.answer);
      expect(ours.requests.map(({ model, maxTokens }) => [model, maxTokens])).toEqual(
        raw.requests.map(({ model, maxTokens }) => [model, maxTokens]),
      );
    },
  );

  it('returns the same answer for a rewritten binding call', async () => {
    const now: typeof bindingBefore = await import(join(folder, 'binding.ts'));
    const calls: unknown[] = [];
    const AI = {
      run: (...args: readonly unknown[]) => {
        calls.push(args.slice(0, 2));
        return Promise.resolve({ response: 'pong' });
      },
    };
    expect(await now.ask({ AI }, 'ping')).toBe(await bindingBefore.ask({ AI }, 'ping'));
    expect(calls[0]).toMatchObject(calls[1] as object);
  });
});

const OPENAI = "import OpenAI from 'openai';\nconst client = new OpenAI({ apiKey });\n";
const CALL = "model: 'm', messages: [{ role: 'user', content: text }]";

const UNSUPPORTED_FILES: readonly (readonly [what: string, code: string])[] = [
  [
    'the client is exported',
    `${OPENAI.replace('const', 'export const')}await client.chat.completions.create({ ${CALL} });`,
  ],
  [
    'the client is passed to a function',
    `${OPENAI}register(client);\nawait client.chat.completions.create({ ${CALL} });`,
  ],
  ['nothing is called', OPENAI],
  [
    'there are two clients',
    `${OPENAI}const other = new OpenAI();\nawait client.chat.completions.create({ ${CALL} });`,
  ],
  [
    'the client has other options',
    `import OpenAI from 'openai';\nconst c = new OpenAI({ timeout: 9 });\nawait c.chat.completions.create({ ${CALL} });`,
  ],
  [
    'the import brings types',
    `import OpenAI, { type ClientOptions } from 'openai';\nconst c = new OpenAI();\nawait c.chat.completions.create({ ${CALL} });`,
  ],
  [
    'the namespace is used for types',
    `${OPENAI}const r: OpenAI.ChatCompletion = await client.chat.completions.create({ ${CALL} });`,
  ],
  [
    'the client has a declared type',
    `${OPENAI.replace('client', 'client: OpenAI')}await client.chat.completions.create({ ${CALL} });`,
  ],
  [
    'a parameter has the type of the client',
    `${OPENAI}await client.chat.completions.create({ ${CALL} });\nexport function other(c: OpenAI) {}`,
  ],
  [
    'the answer has a declared type',
    `import type { ChatCompletion } from './types.ts';\n${OPENAI}const r: ChatCompletion = await client.chat.completions.create({ ${CALL} });\nlog(r.choices[0].message.content);`,
  ],
  ['another method is called', `${OPENAI}await client.embeddings.create({ model: 'm', input: text });`],
  ['an option is not known', `${OPENAI}await client.chat.completions.create({ ${CALL}, logprobs: true });`],
  [
    'an option has a prototype’s name',
    `${OPENAI}await client.chat.completions.create({ ${CALL}, constructor: 1 });`,
  ],
  ['it streams', `${OPENAI}const s = await client.chat.completions.create({ ${CALL}, stream: true });`],
  ['tools are given', `${OPENAI}await client.chat.completions.create({ ${CALL}, tools });`],
  [
    'the messages come from elsewhere',
    `${OPENAI}await client.chat.completions.create({ model: 'm', messages });`,
  ],
  [
    'a message is spread',
    `${OPENAI}await client.chat.completions.create({ model: 'm', messages: [...history] });`,
  ],
  [
    'a message has parts',
    `${OPENAI}await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: [image] }] });`,
  ],
  [
    'a message has a name',
    `${OPENAI}await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: text, name: 'ann' }] });`,
  ],
  [
    'a role is not known',
    `${OPENAI}await client.chat.completions.create({ model: 'm', messages: [{ role, content: text }] });`,
  ],
  ['request options are given', `${OPENAI}await client.chat.completions.create({ ${CALL} }, { signal });`],
  [
    'the promise is returned',
    `${OPENAI}export const ask = () => client.chat.completions.create({ ${CALL} });`,
  ],
  [
    'the answer is returned',
    `${OPENAI}export async function ask() { const r = await client.chat.completions.create({ ${CALL} }); return r; }`,
  ],
  ['the answer is exported', `${OPENAI}export const r = await client.chat.completions.create({ ${CALL} });`],
  [
    'the answer is taken apart',
    `${OPENAI}const { choices } = await client.chat.completions.create({ ${CALL} });`,
  ],
  [
    'another choice is read',
    `${OPENAI}const r = await client.chat.completions.create({ ${CALL}, n: 2 });\nlog(r.choices[1].message.content);`,
  ],
  [
    'the complete message is read',
    `${OPENAI}const r = await client.chat.completions.create({ ${CALL} });\nlog(r.choices[0].message);`,
  ],
  [
    'the file has a majordomo',
    `import { createMajordomo } from '@majordomo/core';\n${OPENAI}await client.chat.completions.create({ ${CALL} });`,
  ],
  [
    'the wires of one server are two',
    "import OpenAI from 'openai';\nconst c = new OpenAI({ baseURL });\nawait c.responses.create({ model: 'm', input: text });\nawait c.chat.completions.create({ model: 'm', messages: [] });",
  ],
  [
    'another type of block is tested',
    "import Anthropic from '@anthropic-ai/sdk';\nconst c = new Anthropic();\nconst m = await c.messages.create({ model: 'm', max_tokens: 1, messages: [] });\nlog(m.content[0].type === 'tool_use' ? m.content[0].text : '');",
  ],
  [
    'a test of the type guards something else',
    "import Anthropic from '@anthropic-ai/sdk';\nconst c = new Anthropic();\nconst m = await c.messages.create({ model: 'm', max_tokens: 1, messages: [] });\nlog(m.content[0].type === 'text' ? other : '');",
  ],
];

describe.each(Object.entries(parsers))('with the parser of %s', (_name, parser) => {
  it.each(UNSUPPORTED_FILES)('does not rewrite a file where %s', (_what, code) => {
    expect(messages(code, { parser }).length).toBeGreaterThan(0);
    expect(rewritten(code, parser)).toBeUndefined();
  });
});

const HEADERS = 'headers: { authorization: `Bearer ${process.env.OPENAI_API_KEY}` }';
const BODY = "body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] })";
const fetched = (init: string, url = 'https://api.openai.com/v1/chat/completions'): string =>
  `const response = await fetch('${url}', { ${init} });`;
const PLAIN = fetched(`method: 'POST', ${HEADERS}, ${BODY}`);
const READ = 'const data = await response.json();\nlog(data.choices[0].message.content);';

it('rewrites a plain fetch after a directive, with a concatenated key', () => {
  const plus = PLAIN.replace(
    '`Bearer ${process.env.OPENAI_API_KEY}`',
    "'Bearer ' + process.env.OPENAI_API_KEY",
  );
  expect(rewritten(`'use server';\n${plus}\n${READ}`)).toBe(
    `'use server';
import { createMajordomo, user } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';

const majordomo = createMajordomo({ providers: [createOpenAI({ api: 'chat' })], env: process.env });

const data = await majordomo.model('openai/m').generate({ messages: [user(text)] });
log(data.text);`,
  );
});

const UNSUPPORTED_FETCHES: readonly (readonly [what: string, code: string])[] = [
  ['the key is another', `${PLAIN.replace('OPENAI_API_KEY', 'MY_KEY')}\n${READ}`],
  ['the key is not of the environment', `${PLAIN.replace('process.env.OPENAI_API_KEY', 'key')}\n${READ}`],
  ['the key has no scheme', `${PLAIN.replace('Bearer ', 'Basic ')}\n${READ}`],
  ['there is a header more', `${PLAIN.replace('headers: {', "headers: { 'openai-project': 'p',")}\n${READ}`],
  ['the method is another', `${PLAIN.replace("'POST'", "'PUT'")}\n${READ}`],
  ['there is a signal', `${PLAIN.replace('method:', 'signal, method:')}\n${READ}`],
  [
    'the body is not literal',
    `${fetched(`method: 'POST', ${HEADERS}, body: JSON.stringify(request)`)}\n${READ}`,
  ],
  ['the body has a replacer', `${PLAIN.replace(') });', ', null, 2) });')}\n${READ}`],
  ['the place is another', `${PLAIN.replace('api.openai.com', 'api.groq.com')}\n${READ}`],
  ['the status is read', `${PLAIN}\nlog(response.status);\n${READ}`],
  ['a failure is answered', `${PLAIN}\nif (!response.ok) log('no');\n${READ}`],
  ['a success is checked', `${PLAIN}\nif (response.ok) throw new Error('no');\n${READ}`],
  [
    'a failure has an alternative',
    `${PLAIN}\nif (!response.ok) throw new Error('no'); else log('yes');\n${READ}`,
  ],
  ['the text is read', `${PLAIN}\nconst data = await response.text();`],
  ['the JSON is read twice', `${PLAIN}\n${READ}\nconst other = await response.json();`],
  ['the JSON is handed on', `${PLAIN}\nconst data = await response.json();\nlog(data);`],
  [
    'the JSON has a separate type',
    `${PLAIN}\nconst data: Answer = await response.json();\nlog(data.choices[0].message.content);`,
  ],
  ['the JSON is read in another block', `${PLAIN}\n{ ${READ} }`],
  ['there is a majordomo', `const majordomo = 1;\n${PLAIN}\n${READ}`],
];

it.each(UNSUPPORTED_FETCHES)('does not rewrite a fetch where %s', (_what, code) => {
  expect(messages(code).length).toBeGreaterThan(0);
  expect(rewritten(code)).toBeUndefined();
});

const UNSUPPORTED_BINDING_CALLS: readonly (readonly [what: string, code: string])[] = [
  ['the request is not literal', "const r = await env.AI.run('@cf/meta/llama', request);\nlog(r.response);"],
  ['the answer is handed on', "log(await env.AI.run('@cf/meta/llama', { prompt: text }));"],
  [
    'an option is not known',
    "const r = await env.AI.run('@cf/meta/llama', { prompt: text, lora: 'x' });\nlog(r.response);",
  ],
  [
    'it streams',
    "const r = await env.AI.run('@cf/meta/llama', { prompt: text, stream: true });\nlog(r.response);",
  ],
  [
    'there are options',
    "const r = await env.AI.run('@cf/meta/llama', { prompt: text }, { gateway });\nlog(r.response);",
  ],
  [
    'there are two inputs',
    "const r = await env.AI.run('@cf/meta/llama', { prompt: text, messages: [{ role: 'user', content: text }] });\nlog(r.response);",
  ],
  [
    'it makes a picture',
    "const r = await env.AI.run('@cf/black/flux', { prompt: text, num_steps: 4 });\nlog(r.image);",
  ],
];

it.each(UNSUPPORTED_BINDING_CALLS)('does not rewrite a binding call where %s', (_what, code) => {
  expect(messages(code).length).toBeGreaterThan(0);
  expect(rewritten(code)).toBeUndefined();
});
