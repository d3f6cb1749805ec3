import { createMajordomo } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';
import { Summariser } from '../src/sibling.ts';
import { withWeather } from '../src/tool-loop.ts';
import { capital } from '../src/typed-objects.ts';

/** Spec for live tests. They cost a few cents, so they run only if EXAMPLES_LIVE is set. */
const spec = process.env['EXAMPLES_LIVE'];

describe.skipIf(spec === undefined)(`on ${spec ?? 'a real model (EXAMPLES_LIVE names none)'}`, () => {
  const root = createMajordomo({
    providers: [createOpenAI(), createAnthropic(), createOllama()],
    env: process.env,
  });
  const model = root.model(spec ?? 'none');

  it('sibling', async () => {
    expect(await new Summariser(model).run('It snowed all day in Oslo.')).toMatch(/snow/i);
  }, 120_000);

  it('tool-loop', async () => {
    expect(await withWeather(model, 'How cold is it in Oslo?')).toMatch(/4/);
  }, 120_000);

  it('typed-objects', async () => {
    expect(await capital(model, 'The capital of Norway?')).toBe('Oslo');
  }, 120_000);
});
