import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Server, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import type { Script } from '@majordomo/conformance';
import { transform } from 'esbuild';
import { suiteFolder } from '@majordomo/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fencesOf } from '../../src/documents.ts';
import { filesIn } from '../../src/repository.ts';
import { documentServices, PIXEL, startCollector } from '../../src/document-services.ts';
import { ANSWER, usualAnswer } from '../../src/vendor-answers.ts';
import { startVendorHosts, type VendorHosts } from '../../src/vendor-hosts.ts';

/** Program of the README or of a page in `apps/docs`. Its name is the page with the number of the program, from 1. */
interface Program {
  readonly name: string;
  readonly code: string;
  readonly loader: 'ts' | 'tsx';
}

const programs = ['README.md', ...filesIn('apps/docs')]
  .filter((file) => file.endsWith('.md'))
  .flatMap((file): readonly Program[] =>
    fencesOf(file)
      .filter(({ language, code }) => /^(?:tsx?|js)$/.test(language) && /^import /m.test(code))
      .map(({ language, code }, at) => ({
        name: `${file.replace(/^apps\/docs\/|\.md$/g, '')} ${at + 1}`,
        code,
        loader: language === 'tsx' ? 'tsx' : 'ts',
      })),
  );

/** Programs that do not run here, with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'background 1': 'the reader declares the client of Redis',
  'code-mode 4': 'the reader declares the sandbox',
  'frontends 2': 'it is a page, which needs a browser',
  'frontends 7': 'it is a page, which needs a browser',
  'frontends 8': 'it connects to Redis',
  'images-and-files 1': 'it reads a photo and a document of the reader',
  'mcp-servers 1': 'it downloads a server from the registry',
  'mcp-servers 2': 'it needs a login server for its client credentials',
  'testing 3': 'it runs the conformance suite, as the tests of the profiles do',
  'sockets 1': 'it opens a WebSocket to OpenAI',
};

/** Expected output of a program, and its arguments and the answers of the vendor if they are not the usual ones. */
interface Run {
  readonly args?: readonly string[];
  readonly script?: Script;
  /** Output as lines. `@default` not compared */
  readonly prints?: readonly string[];
  /** Message of the error that the run must throw. `@default` none */
  readonly fails?: string;
  /** Request to the server that the program starts, and a part of its response (`@default` `ANSWER`). `@default` none */
  readonly request?: { readonly path: string; readonly body: string; readonly response?: string };
}

/** Runs by program, in order. A program that is not listed runs once, and its output is not compared. */
const RUNS: Readonly<Record<string, readonly Run[]>> = {
  'README 1': [
    {
      script: [{ failure: 'overloaded' }, { failure: 'overloaded' }, ANSWER],
      prints: [`anthropic/claude-sonnet-5 ${ANSWER}`],
    },
  ],
  'agents 1': [
    {
      args: ['ask', '7'],
      script: [
        { toolCalls: [{ name: 'find_order', args: { number: '7' } }] },
        { toolCalls: [{ name: 'refund', args: { number: '7', usd: 49 } }] },
      ],
      prints: ['waits for approval: refund {"number":"7","usd":49}'],
    },
    { args: ['ask', '7'], fails: 'a run of order 7 waits; use approve or deny' },
    { args: ['approve', '7'], script: ['You receive 49 USD.'], prints: ['You receive 49 USD.'] },
    { args: ['approve', '8'], fails: 'no run of order 8 waits for a decision' },
  ],
  'a2a-remote 1': [{ prints: [ANSWER] }],
  'azure 1': [{ prints: [`${ANSWER} azure/gpt-5.4`] }],
  'data-residency 1': [
    { prints: [ANSWER, 'openai-eu/gpt-6-sol eu', 'frankfurt/anthropic.claude-sonnet-5-5 eu'] },
  ],
  'extraction 1': [{ prints: ['1 documents $0.000032'] }],
  'frontends 6': [
    {
      request: {
        path: '/api/chats/7',
        body: '{"messages": [{"id": "1", "role": "user", "parts": [{"type": "text", "text": "hi"}]}]}',
        response: '"finishReason":"stop"',
      },
    },
  ],
  'gemini-clients 1': [{ prints: [ANSWER] }],
  'gemini-clients 2': [{ prints: [ANSWER] }],
  'getting-started 1': [{ prints: [ANSWER] }],
  'getting-started 2': [
    {
      prints: [
        `${ANSWER} second/model`,
        'first/model overloaded',
        'first/model overloaded',
        'second/model answered',
      ],
    },
  ],
  'getting-started 3': [
    {
      prints: [
        'start ',
        'part-start ',
        `text-delta ${ANSWER}`,
        `part-end ${ANSWER}`,
        `finish ${ANSWER}`,
        'fake/model',
      ],
    },
  ],
  'getting-started 4': [{ prints: [`${ANSWER} openai/gpt-5.4`, '$0.00011'] }],
  'getting-started 5': [{ prints: ['7 49 7'] }],
  'getting-started 6': [{ prints: [`${ANSWER} 4`] }],
  'getting-started 7': [{ prints: [ANSWER, ANSWER] }],
  'keys-per-customer 1': [{ prints: [ANSWER] }],
  'local-models 1': [{ prints: [`${ANSWER} ollama/qwen3:30b`] }],
  'site/home 1': [{ prints: [`openai/gpt-5.4 ${ANSWER}`] }],
  'vectors-and-voices 3': [{ prints: [ANSWER] }],
  'vendor-profile 1': [{ prints: [`${ANSWER} acme/some-model []`] }],
  'chat-endpoint 3': [{ request: { path: '/chat', body: 'Why is the sky blue?' } }],
  'chat-endpoint 4': [{ request: { path: '/chat', body: 'Why is the sky blue?' } }],
  'deploying 1': [{ request: { path: '/', body: 'Why is the sky blue?' } }],
  'gateway 1': [
    {
      request: {
        path: '/v1/chat/completions',
        body: '{"model": "smart", "messages": [{"role": "user", "content": "hi"}]}',
      },
    },
  ],
  'classification 1': [{ prints: ['0.9 vendor'] }],
};

/** Hosts of the vendors in the programs. */
const VENDORS =
  /(?:^|\.)(?:openai\.com|anthropic\.com|googleapis\.com|groq\.com|azure\.com|cohere\.ai|cohere\.com|acme\.example)$|^(?:127\.0\.0\.1|localhost):(?:11434|8000)$/;

/** Files that the programs read. */
const FILES: Readonly<Record<string, string | Buffer>> = {
  'catalog.json': readFileSync(createRequire(import.meta.url).resolve('@majordomo/catalog/catalog.json')),
  'google.json': JSON.stringify({
    type: 'authorized_user',
    client_id: 'i',
    client_secret: 's',
    refresh_token: 't',
  }),
  'invoices/1.txt': 'Invoice 7, 49 EUR',
  'photo.png': PIXEL,
  'mask.png': PIXEL,
  'talk.mp3': 'ID3',
};

/** Variables that the programs need. */
const VARIABLES = {
  GOOGLE_APPLICATION_CREDENTIALS: 'google.json',
  OPENAI_API_KEY: 'key',
  ANTHROPIC_API_KEY: 'key',
  GROQ_API_KEY: 'key',
  COHERE_API_KEY: 'key',
  ACME_API_KEY: 'key',
  AZURE_OPENAI_API_KEY: 'key',
  ANTHROPIC_FOUNDRY_API_KEY: 'key',
  TRACKER_ID: 'id',
  TRACKER_SECRET: 'secret',
  SHOP_KEY: 'key of the shop',
};

const MODULES = join(import.meta.dirname, '../../node_modules/.programs');
const home = process.cwd();
const folder = suiteFolder();
const listening = new Set<Server>();
let vendors: VendorHosts;
let collector: Awaited<ReturnType<typeof startCollector>>;
let printed: string;
let complained: string;

beforeAll(async () => {
  vendors = await startVendorHosts(VENDORS, documentServices());
  collector = await startCollector();
  mkdirSync(join(folder, 'invoices'));
  mkdirSync(MODULES, { recursive: true });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
  process.chdir(folder);
});

afterAll(async () => {
  process.chdir(home);
  await vendors.close();
  collector.stop();
});

beforeEach(() => {
  printed = '';
  complained = '';
  vi.stubGlobal('fetch', vendors.fetch);
  const variables = { ...VARIABLES, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.spyOn(console, 'log').mockImplementation((...values) => void (printed += line(values)));
  for (const method of ['warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation((...values) => void (complained += line(values)));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  listenAnywhere();
});

const line = (values: readonly unknown[]): string =>
  `${values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ')}\n`;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const server of listening) server.close();
  listening.clear();
});

/** Servers of the programs listen on a free port. */
function listenAnywhere(): void {
  const { listen } = Server.prototype;
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...values: unknown[]) {
    listening.add(this);
    const done = values.find((value) => typeof value === 'function') as (() => void) | undefined;
    return Reflect.apply(listen, this, [0, '127.0.0.1', done]) as Server;
  });
}

let runs = 0;

/** Runs a program. Its tests, if it has any, run at once. */
async function run({ name, code, loader }: Program, args: readonly string[]): Promise<void> {
  const { code: module } = await transform(code, {
    loader,
    format: 'esm',
    target: 'node22',
    jsx: 'automatic',
  });
  const file = join(MODULES, `${name.replaceAll(/\W+/g, '-')}.mjs`);
  const runnable = module
    .replace(/^import (\{.*\}) from "vitest";$/m, 'const $1 = globalThis.runner;')
    // The vendors answer the global `fetch`. The `fetch` of undici would connect to their hosts.
    .replace(
      /^import \{ undiciFetch \} from "@majordomo\/undici";$/m,
      'const undiciFetch = () => globalThis.fetch;',
    );
  writeFileSync(file, runnable);
  const tests: (() => unknown)[] = [];
  const it = (_title: string, body: () => unknown): void => void tests.push(body);
  vi.stubGlobal('runner', { expect, it });
  vi.spyOn(process, 'argv', 'get').mockReturnValue([process.execPath, file, ...args]);
  // An equal address would not run the module again.
  await import(`${pathToFileURL(file).href}?${++runs}`);
  for (const body of tests) await body();
}

/** Sends a request to the server that the program has started, and returns the text of the response, also of a stream. */
async function answerTo({ path, body }: NonNullable<Run['request']>): Promise<string> {
  const [server] = listening;
  if (server === undefined) throw new Error('the program has started no server');
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const headers = { 'content-type': body.startsWith('{') ? 'application/json' : 'text/plain' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  return response.text();
}

/** Whether a statement of the module itself prints. */
const isPrinting = ({ code }: Program): boolean => /^console\.log/m.test(code);

describe('programs of the documents', () => {
  const ready = programs.filter(({ name }) => NOT_RUN[name] === undefined);

  test.each(ready)('$name runs to its end', async (program) => {
    for (const { args = [], script = usualAnswer, prints, fails, request } of RUNS[program.name] ?? [{}]) {
      vendors.play(script);
      printed = '';
      if (fails !== undefined) {
        await expect(run(program, args)).rejects.toThrow(fails);
        continue;
      }
      await run(program, args);
      expect(complained).toBe('');
      if (isPrinting(program)) expect(printed).not.toBe('');
      if (request !== undefined) expect(await answerTo(request)).toContain(request.response ?? ANSWER);
      if (prints !== undefined) expect(printed.trimEnd().split('\n')).toEqual(prints);
    }
  });

  test.skip.each(Object.entries(NOT_RUN))('%s does not run here: %s', () => undefined);

  test('every listed program exists', () => {
    const names = new Set(programs.map(({ name }) => name));
    const listed = [...Object.keys(NOT_RUN), ...Object.keys(RUNS)];
    expect(listed.filter((name) => !names.has(name))).toEqual([]);
  });
});
