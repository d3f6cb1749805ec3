import { describe, expect, test } from 'vitest';
import { completionsIn, complaintsAbout } from '../../src/compile.ts';

const IMPORTS = `
import { createMajordomo, type Majordomo, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createOpenAI } from '@majordomo/provider-openai';
declare const custom: Provider;
`;

const PROVIDERS = [
  ['createOpenAI()', 'openai/gpt-5.4'],
  ['createAnthropic()', 'anthropic/claude-sonnet-5'],
  ['createGoogle()', 'google/gemini-3.5-flash'],
  ['createBedrock()', 'bedrock/us.amazon.nova-lite-v1:0'],
  ['createGroq()', 'groq/openai/gpt-oss-120b'],
  ['createCerebras()', 'cerebras/gpt-oss-120b'],
  ['createCloudflare()', 'cloudflare/@cf/openai/gpt-oss-120b'],
] as const;

const suggestions = completionsIn(
  withImports({
    ...Object.fromEntries(
      PROVIDERS.map(([provider]) => [
        `${provider}.ts`,
        `createMajordomo({ providers: [custom, ${provider}] }).model('/*here*/');`,
      ]),
    ),
    'ids.ts': `
      const providers = [createOpenAI({ id: 'eu' }), createAnthropic({ apiKey: 'k' })] as const;
      createMajordomo({ providers }).with({}).model('/*here*/');`,
    'alias.ts': `createMajordomo({ providers: [createOpenAI()], aliases: { smart: '/*here*/' } });`,
    'alias-with.ts': `createMajordomo({ providers: [createOpenAI()], aliases: { smart: { spec: '/*here*/' } } });`,
    'alias-method.ts': `createMajordomo({ providers: [createOpenAI()] }).alias('smart', '/*here*/');`,
    'custom.ts': `createMajordomo({ providers: [custom] }).model('/*here*/');`,
  }),
);

function withImports(modules: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(modules).map(([name, text]) => [name, IMPORTS + text]));
}

describe('an editor', () => {
  test.each(PROVIDERS)('suggests the models of %s in model()', (provider, target) => {
    const found = suggestions[`${provider}.ts`] ?? [];
    expect(found).toContain(target);
    const prefix = target.slice(0, target.indexOf('/') + 1);
    expect(found.filter((name) => !name.startsWith(prefix))).toEqual([]);
  });

  test('suggests the models of all providers, under the ids of the providers', () => {
    const found = suggestions['ids.ts'] ?? [];
    expect(found).toEqual(expect.arrayContaining(['eu/gpt-5.4', 'anthropic/claude-sonnet-5']));
    expect(found.filter((name) => name.startsWith('openai/'))).toEqual([]);
  });

  test.each(['alias.ts', 'alias-with.ts', 'alias-method.ts'])('suggests the models in %s', (name) => {
    expect(suggestions[name]).toContain('openai/gpt-5.4');
  });

  test('suggests no model of a provider whose type does not name its models', () => {
    expect(suggestions['custom.ts']).toEqual([]);
  });
});

test('createMajordomo accepts any string as a spec, and a majordomo with suggestions is assignable to Majordomo', () => {
  const program = `
    declare const list: Provider[];
    const majordomo = createMajordomo({
      providers: [createOpenAI(), custom],
      aliases: { smart: 'custom/a,openai/unknown', fast: { spec: 'smart' } },
    });
    majordomo.model('smart');
    majordomo.model('openai/unknown' as string);
    majordomo.alias('other', 'custom/b');
    let plain: Majordomo = majordomo;
    plain = createMajordomo({ providers: list, aliases: { a: 'x' } });
    let typed = majordomo;
    typed = plain;
    const providers: Provider[] = [createOpenAI(), createBedrock()];
    export { plain, typed, providers };
  `;
  expect(complaintsAbout(withImports({ 'program.ts': program }))).toEqual({});
});
