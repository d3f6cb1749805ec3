import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suiteFolder } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { lint, messages, parsers, type Case } from './lint.ts';

const providerPackage = suiteFolder();
writeFileSync(join(providerPackage, 'package.json'), JSON.stringify({ majordomo: { provider: true } }));

/** File inside a provider package. */
const INSIDE: Case = { cwd: providerPackage, filename: join(providerPackage, 'app.ts') };
const OPENAI = "import OpenAI from 'openai';\n";
const GOOGLE = "import { GoogleGenAI } from '@google/genai';\n";

const REPORTED: readonly (readonly [what: string, code: string])[] = [
  ['no options', `${OPENAI}new OpenAI();`],
  ['options without it', `${OPENAI}new OpenAI({ apiKey });`],
  ['another number', `${OPENAI}new OpenAI({ maxRetries: 2 });`],
  ['an unknown number', `${OPENAI}new OpenAI({ maxRetries: options.retries });`],
  ['unknown options', `${OPENAI}export const open = (options) => new OpenAI(options);`],
  ['a spread behind it', `${OPENAI}new OpenAI({ maxRetries: 0, ...options });`],
  ['only a spread', `${OPENAI}new OpenAI({ ...options });`],
  ['options in a variable', `${OPENAI}const options = { apiKey, maxRetries: 1 };\nnew OpenAI(options);`],
  ['a class with another name', "import { AzureOpenAI } from 'openai';\nnew AzureOpenAI({ endpoint });"],
  [
    'an SDK loaded at the call',
    "const { default: Anthropic } = await import('@anthropic-ai/sdk');\nnew Anthropic({ apiKey });",
  ],
  [
    'a member of a loaded module',
    "const sdk = await import('openai');\nexport const c = new sdk.OpenAI({ apiKey });",
  ],
  ['a required module', "const Groq = require('groq-sdk');\nexport const c = new Groq();"],
  [
    'the attempts of the AWS client',
    "import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';\nnew BedrockRuntimeClient({ region, maxAttempts: 3 });",
  ],
  [
    'retries switched on in Google’s',
    `${GOOGLE}new GoogleGenAI({ apiKey, httpOptions: { retryOptions: { attempts: 5 } } });`,
  ],
  [
    'a conditional spread with another number behind it',
    `${OPENAI}new OpenAI({ maxRetries: 0, ...(debug ? { maxRetries: 5 } : {}) });`,
  ],
  [
    'another number behind which a conditional spread has it',
    `${OPENAI}new OpenAI({ maxRetries: 5, ...(debug && { maxRetries: 0 }) });`,
  ],
  [
    'a spread that contains an unknown spread behind it',
    `${OPENAI}const base = { timeout: 1, ...options };\nnew OpenAI({ maxRetries: 0, ...base });`,
  ],
  [
    'an unknown spread in one branch of a conditional',
    `${OPENAI}new OpenAI({ maxRetries: 0, ...(flag ? options : {}) });`,
  ],
  ['unknown options in one branch', `${OPENAI}new OpenAI(flag ? { maxRetries: 0 } : options);`],
  ['unknown options with a default', `${OPENAI}new OpenAI(options ?? { maxRetries: 0 });`],
  [
    'a parameter whose default is it',
    `${OPENAI}export const open = (maxRetries = 0) => new OpenAI({ maxRetries });`,
  ],
  [
    'a member of unknown options whose default is it',
    `${OPENAI}const { maxRetries = 0 } = options;\nnew OpenAI({ maxRetries });`,
  ],
  [
    'options that refer to themselves',
    `${OPENAI}var base = { ...base };\nnew OpenAI({ maxRetries: 0, ...base });`,
  ],
  [
    'an unknown spread behind the attempts of Google’s client',
    `${GOOGLE}new GoogleGenAI({ httpOptions: { retryOptions: { attempts: 5 } }, ...rest });`,
  ],
  [
    'an unknown number of attempts of Google’s client',
    `${GOOGLE}new GoogleGenAI({ httpOptions: { retryOptions: { attempts: options.attempts } } });`,
  ],
];

const SILENT: readonly (readonly [what: string, code: string])[] = [
  ['it', `${OPENAI}new OpenAI({ apiKey, maxRetries: 0 });`],
  ['it behind a spread', `${OPENAI}new OpenAI({ ...options, maxRetries: 0 });`],
  ['it in a variable', `${OPENAI}const options = { apiKey, maxRetries: 0 };\nnew OpenAI(options);`],
  ['it in a constant', `${OPENAI}const NONE = 0;\nnew OpenAI({ apiKey, maxRetries: NONE });`],
  ['it in a spread that can be seen', `${OPENAI}const base = { maxRetries: 0 };\nnew OpenAI({ ...base });`],
  [
    'a conditional spread that has it, behind it',
    `${OPENAI}new OpenAI({ maxRetries: 0, ...(debug ? { maxRetries: 0, logLevel: 'debug' } : {}) });`,
  ],
  [
    'conditional spreads without it behind it',
    `${OPENAI}new OpenAI({ maxRetries: 0, ...(url === undefined ? undefined : { baseURL: url }), ...(debug && { logLevel: 'debug' }) });`,
  ],
  ['it in both branches', `${OPENAI}new OpenAI(flag ? { maxRetries: 0 } : { apiKey, maxRetries: 0 });`],
  [
    'it in the result of a function',
    `${OPENAI}const options = () => ({ apiKey, maxRetries: 0 });\nnew OpenAI(options());`,
  ],
  [
    'it in awaited options',
    `${OPENAI}const options = async () => ({ apiKey, maxRetries: 0 });\nnew OpenAI(await options());`,
  ],
  [
    'one attempt',
    "import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';\nnew BedrockRuntimeClient({ maxAttempts: 1 });",
  ],
  ['Google’s client, which does not retry by itself', `${GOOGLE}new GoogleGenAI({ apiKey });`],
  ['Google’s one attempt', `${GOOGLE}new GoogleGenAI({ httpOptions: { retryOptions: { attempts: 1 } } });`],
  ['Google’s unknown options', `${GOOGLE}new GoogleGenAI({ apiKey, httpOptions, ...options });`],
  [
    'Google’s nested options without attempts',
    `${GOOGLE}new GoogleGenAI({ apiKey, httpOptions: { ...(baseUrl ? { baseUrl } : {}) } });`,
  ],
  ['another class of the SDK', "import { APIError } from 'openai';\nnew APIError(400, {}, 'x', headers);"],
  ['a class of the same name from elsewhere', "import { OpenAI } from './fake.ts';\nnew OpenAI();"],
];

describe.each(Object.entries(parsers))('no-sdk-retries with the parser of %s', (_name, parser) => {
  it.each(REPORTED)('reports %s', (_what, code) => {
    expect(lint(code, { ...INSIDE, parser })).toEqual([`no-sdk-retries:${code.split('\n').length}`]);
  });

  it.each(SILENT)('accepts %s', (_what, code) => {
    expect(lint(code, { ...INSIDE, parser })).toEqual([]);
  });
});

it('reports nothing outside provider packages, where no-raw-sdk reports the import', () => {
  expect(lint(`${OPENAI}new OpenAI();`)).toEqual(['no-raw-sdk:1']);
});

it('reports nothing in an allowed file outside provider packages, because majordomo does not retry its calls', () => {
  const code = "import Anthropic from '@anthropic-ai/sdk';\nexport const client = new Anthropic();";
  expect(lint(code, { options: { allow: ['src/llm/client.ts'] }, filename: 'src/llm/client.ts' })).toEqual(
    [],
  );
});

it('also checks the allowed files of a provider package', () => {
  expect(lint(`${OPENAI}new OpenAI();`, { ...INSIDE, options: { allow: ['**'] } })).toEqual([
    'no-sdk-retries:2',
  ]);
});

it('accepts additional clients', () => {
  const code = "import { House } from 'house-llm';\nnew House({ tries: 3 });\nnew House({ tries: 1 });";
  const clients = [{ package: 'house-llm', classes: ['House'], option: 'tries', off: [1] }];
  expect(lint(code, { ...INSIDE, options: { clients } })).toEqual(['no-sdk-retries:2']);
});

it('reports unknown nested options of an additional client', () => {
  const code =
    "import { House } from 'house-llm';\nnew House({ http: options });\nnew House({ http: { tries: 1 } });";
  const clients = [{ package: 'house-llm', classes: ['House'], option: 'http.tries', off: [1] }];
  expect(lint(code, { ...INSIDE, options: { clients } })).toEqual(['no-sdk-retries:2']);
});

describe('the suggestion', () => {
  it.each([
    ['new OpenAI()', 'new OpenAI({ maxRetries: 0 })'],
    ['new OpenAI', 'new OpenAI({ maxRetries: 0 })'],
    ['new OpenAI({})', 'new OpenAI({ maxRetries: 0 })'],
    ['new OpenAI({ apiKey })', 'new OpenAI({ apiKey, maxRetries: 0 })'],
    ['new OpenAI({ ...options })', 'new OpenAI({ ...options, maxRetries: 0 })'],
  ])('turns %s into %s', (before, after) => {
    const [message] = messages(OPENAI + before, INSIDE);
    const fix = message?.suggestions?.[0]?.fix;
    const code = OPENAI + before;
    expect(fix && code.slice(0, fix.range[0]) + fix.text + code.slice(fix.range[1])).toBe(OPENAI + after);
  });

  it('does not exist if the option already has a value', () => {
    const [message] = messages(`${OPENAI}new OpenAI({ maxRetries: 2 })`, INSIDE);
    expect(message?.suggestions ?? []).toEqual([]);
  });
});
