import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';
import { anthropicPrograms, openaiPrograms } from '../src/live/program-vendors.ts';
import {
  CONTAINER_PROGRAM_CASES,
  runProgramCase,
  STATELESS_PROGRAM_CASES,
  type ProgramCase,
} from '../src/live/programs.ts';

type Run = (programCase: ProgramCase, runsPrograms: boolean) => Promise<void>;

const runAtAnthropic: Run = (programCase, runsPrograms) => {
  const { fetch } = anthropicPrograms({ runsPrograms });
  return runProgramCase(programCase, createAnthropic({ apiKey: 'k', fetch }), 'claude-opus-4-8');
};
const runAtOpenAI: Run = (programCase, runsPrograms) => {
  const { fetch } = openaiPrograms({ runsPrograms });
  return runProgramCase(programCase, createOpenAI({ apiKey: 'k', fetch }), 'gpt-6-astra');
};

const CASES: readonly (readonly [name: string, run: Run, programCase: ProgramCase])[] = [
  ...CONTAINER_PROGRAM_CASES.map((each) => [`anthropic: ${each.name}`, runAtAnthropic, each] as const),
  ...STATELESS_PROGRAM_CASES.map((each) => [`openai: ${each.name}`, runAtOpenAI, each] as const),
];

describe('the live check of programs', () => {
  it.each(CASES)('passes for a vendor that behaves as expected: %s', async (_name, run, programCase) => {
    await run(programCase, true);
  });

  it.each(CASES)('fails for a vendor that runs no programs: %s', async (_name, run, programCase) => {
    await expect(run(programCase, false)).rejects.toThrow('the calls are of the programs');
  });
});
