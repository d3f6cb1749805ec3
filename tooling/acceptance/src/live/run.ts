/**
 * `pnpm live chat` checks the core path at the real vendors, which costs about a cent for each, and writes the results to a page of the
 * documents. `pnpm live background`, `pnpm live files`, `pnpm live classification`, `pnpm live socket` and
 * `pnpm live programs` check facts about APIs, which costs a few cents. `pnpm live videos` costs a few dollars. Vendors without a key in
 * the environment are skipped, and their facts listed. Ends with code 1 if a fact is wrong.
 */
import { messageOf, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import {
  createOpenAI,
  openaiCompatible,
  openrouter,
  together,
  typesafe,
  xai,
  xaiResponses,
} from '@majordomo/provider-openai';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { DEFERRED_CASES, INTERACTION_CASES, RESPONSES_CASES, runCase, type LiveCase } from './background.ts';
import { CHAT_PAGE, withChatRow } from './chat-page.ts';
import { CHAT_VENDORS } from './chat-vendors.ts';
import {
  CHAT_CASE_NAMES,
  type ChatCaseName,
  type ChatOutcome,
  type ChatVendor,
  runChatCase,
} from './chat.ts';
import { DECISION_CASES, LOGPROB_CASES, REASONING_CASES, runClassificationCase } from './classification.ts';
import { FILE_CASES, runFileCase } from './files.ts';
import { CONTAINER_PROGRAM_CASES, runProgramCase, STATELESS_PROGRAM_CASES } from './programs.ts';
import { runSocketCase, SOCKET_CASES } from './socket.ts';
import { generateVideo, VIDEO_CASES } from './videos.ts';

/** Facts about one vendor, each with a check that throws if the fact is wrong. */
interface LiveVendor {
  /** Name in the output. @default the id of the provider */
  readonly name?: string;
  /** Variable that contains the vendor's key. */
  readonly key: string;
  readonly provider: Provider;
  readonly checks: readonly { readonly name: string; readonly run: () => Promise<void> }[];
  /** Stores the results. */
  readonly after?: () => void;
}

function withChats(vendor: ChatVendor): LiveVendor {
  const outcomes = new Map<ChatCaseName, ChatOutcome>();
  const names = CHAT_CASE_NAMES.filter((name) => !vendor.cannot.includes(name));
  return {
    ...vendor,
    checks: names.map((name) => ({
      name: `${vendor.model}: ${name}`,
      async run() {
        const outcome = await runChatCase(name, vendor);
        outcomes.set(name, outcome);
        if (outcome.problem !== undefined) throw new Error(outcome.problem);
      },
    })),
    after() {
      const page = fileURLToPath(new URL(`../../../../${CHAT_PAGE}`, import.meta.url));
      writeFileSync(page, withChatRow(readFileSync(page, 'utf8'), vendor, outcomes, new Date()));
    },
  };
}

/** Returns a function that creates a vendor with cases, which are run by `run`. */
const withCases =
  <Case extends { readonly name: string }>(
    run: (each: Case, provider: Provider, model: string) => Promise<void>,
  ) =>
  (key: string, provider: Provider, model: string, cases: readonly Case[]): LiveVendor => ({
    key,
    provider,
    checks: cases.map((each) => ({
      name: `${model}: ${each.name}`,
      run: () => run(each, provider, model),
    })),
  });

const withJobs = withCases<LiveCase>((each, provider, model) =>
  runCase(each, provider, model, () => setTimeout(1000)),
);
const withFiles = withCases(runFileCase);
const withQuestions = withCases(runClassificationCase);
const withPrograms = withCases(runProgramCase);

const withSockets = (
  key: string,
  create: (fetch: typeof globalThis.fetch) => Provider,
  model: string,
): LiveVendor => ({
  key,
  provider: create(fetch),
  checks: SOCKET_CASES.map((each) => ({ name: each.name, run: () => runSocketCase(each, create, model) })),
});

function withVideos(key: string, provider: Provider, model: string): LiveVendor {
  let generated: ReturnType<typeof generateVideo> | undefined;
  return {
    key,
    provider,
    checks: VIDEO_CASES.map((each) => ({
      name: each.name,
      run: async () => each.run(await (generated ??= generateVideo(provider, model))),
    })),
  };
}

const SUBJECTS: Readonly<Record<string, readonly LiveVendor[]>> = {
  background: [
    withJobs('OPENAI_API_KEY', createOpenAI(), 'gpt-5-mini', RESPONSES_CASES),
    withJobs(
      'GEMINI_API_KEY',
      createGoogle({ background: true }),
      'gemini-3-flash-preview',
      INTERACTION_CASES,
    ),
    withJobs('XAI_API_KEY', openaiCompatible(xai), 'grok-4', DEFERRED_CASES),
  ],
  chat: CHAT_VENDORS.map(withChats),
  classification: [
    withQuestions('OPENAI_API_KEY', createOpenAI(), 'gpt-6-luna', DECISION_CASES),
    withQuestions('TYPESAFE_API_KEY', openaiCompatible(typesafe), 'jev-latest', DECISION_CASES),
    withQuestions('OPENROUTER_API_KEY', openaiCompatible(openrouter), 'typesafe/jev', DECISION_CASES),
    withQuestions('OPENAI_API_KEY', createOpenAI(), 'gpt-4.1-mini', LOGPROB_CASES),
    withQuestions('OPENAI_API_KEY', createOpenAI({ api: 'chat' }), 'gpt-4.1-mini', LOGPROB_CASES),
    withQuestions(
      'TOGETHER_API_KEY',
      openaiCompatible(together),
      'meta-llama/Llama-3.3-70B-Instruct-Turbo',
      LOGPROB_CASES,
    ),
    withQuestions('OPENAI_API_KEY', createOpenAI(), 'gpt-5-mini', REASONING_CASES),
  ],
  files: [
    withFiles('OPENAI_API_KEY', createOpenAI(), 'gpt-5-mini', FILE_CASES),
    withFiles('ANTHROPIC_API_KEY', createAnthropic(), 'claude-haiku-4-5', FILE_CASES),
    withFiles('GEMINI_API_KEY', createGoogle(), 'gemini-3-flash-preview', FILE_CASES),
  ],
  programs: [
    withPrograms('ANTHROPIC_API_KEY', createAnthropic(), 'claude-sonnet-4-6', CONTAINER_PROGRAM_CASES),
    withPrograms('OPENAI_API_KEY', createOpenAI(), 'gpt-6-luna', STATELESS_PROGRAM_CASES),
    withPrograms('OPENAI_API_KEY', createOpenAI(), 'gpt-5.6', STATELESS_PROGRAM_CASES),
  ],
  socket: [
    withSockets('OPENAI_API_KEY', (fetch) => createOpenAI({ fetch }), 'gpt-5-mini'),
    withSockets('XAI_API_KEY', (fetch) => openaiCompatible(xaiResponses, { fetch }), 'grok-4'),
  ],
  videos: [
    withVideos('GEMINI_API_KEY', createGoogle(), 'veo-3.1-lite-generate-preview'),
    withVideos('XAI_API_KEY', openaiCompatible(xai), 'grok-imagine-video'),
    withVideos('OPENROUTER_API_KEY', openaiCompatible(openrouter), 'google/veo-3.1-fast'),
  ],
};

const [subject = ''] = process.argv.slice(2);
const vendors = Object.hasOwn(SUBJECTS, subject) ? SUBJECTS[subject] : undefined;
if (vendors === undefined) {
  console.log(`usage: pnpm live ${Object.keys(SUBJECTS).join('|')}`);
  process.exit(2);
}
for (const { key, provider, name: vendor = provider.id, checks, after } of vendors) {
  if (process.env[key] === undefined) {
    console.log(`- ${vendor}: skipped, because ${key} is not set:`);
    for (const { name } of checks) console.log(`    ${name}`);
    continue;
  }
  for (const { name, run } of checks) {
    try {
      await run();
      console.log(`✓ ${vendor}: ${name}`);
    } catch (error) {
      console.log(`✗ ${vendor}: ${name}: ${messageOf(error)}`);
      process.exitCode = 1;
    }
  }
  after?.();
}
