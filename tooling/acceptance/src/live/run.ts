/**
 * `pnpm live background` checks facts about job APIs at the real vendors, which costs a few cents. Vendors without a key in the
 * environment are skipped. Ends with code 1 if a fact is wrong.
 */
import { messageOf } from '@majordomo/core';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI, openaiCompatible, xai } from '@majordomo/provider-openai';
import { setTimeout } from 'node:timers/promises';
import { DEFERRED_CASES, INTERACTION_CASES, RESPONSES_CASES, runCase } from './background.ts';

const SUBJECTS = {
  background: [
    { key: 'OPENAI_API_KEY', provider: createOpenAI(), model: 'gpt-5-mini', cases: RESPONSES_CASES },
    {
      key: 'GEMINI_API_KEY',
      provider: createGoogle({ background: true }),
      model: 'gemini-3-flash-preview',
      cases: INTERACTION_CASES,
    },
    { key: 'XAI_API_KEY', provider: openaiCompatible(xai), model: 'grok-4', cases: DEFERRED_CASES },
  ],
} as const;

const [subject = ''] = process.argv.slice(2);
if (!Object.hasOwn(SUBJECTS, subject)) {
  console.log(`usage: pnpm live ${Object.keys(SUBJECTS).join('|')}`);
  process.exit(2);
}
for (const { key, provider, model, cases } of SUBJECTS[subject as keyof typeof SUBJECTS]) {
  if (process.env[key] === undefined) {
    console.log(`- ${provider.id}: skipped, because ${key} is not set`);
    continue;
  }
  for (const each of cases) {
    try {
      await runCase(each, provider, model, () => setTimeout(1000));
      console.log(`✓ ${provider.id}: ${each.name}`);
    } catch (error) {
      console.log(`✗ ${provider.id}: ${each.name}: ${messageOf(error)}`);
      process.exitCode = 1;
    }
  }
}
