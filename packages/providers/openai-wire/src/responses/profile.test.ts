import { describe, expect, it } from 'vitest';
import { REQUEST } from '../../test/request.ts';
import * as wire from '../index.ts';
import { responsesTraits, type ResponsesProfile } from '../profile.ts';
import { COMPATIBLE_RESPONSES_QUIRKS } from './quirks.ts';
import { toWire } from './request.ts';

const profiles = Object.values(wire).filter(
  (value): value is ResponsesProfile => typeof value === 'object' && 'api' in value,
);

describe('profiles of Responses', () => {
  it.each(profiles)('$id is cloneable, uses https and has its own key variable', (profile) => {
    expect(structuredClone(profile)).toEqual(profile);
    expect(profile.baseURL).toMatch(/^https:\/\/[\w.-]+(?:\/[\w/-]+)?$/);
    expect(profile.keyEnv).toMatch(/^[A-Z_]+_(?:KEY|TOKEN)$/);
  });

  it.each(profiles)('$id sends the recorded request', (profile) => {
    const { quirks } = responsesTraits(profile, 'm');
    const request = { ...REQUEST, temperature: 1 };
    expect(toWire(request, 'm', quirks, { stream: true }).params).toMatchSnapshot();
  });
});

describe('traits of a Responses model', () => {
  it('merge wire, profile, first matching rule and caller in this order', () => {
    const profile: ResponsesProfile = {
      api: 'responses',
      id: 'lab',
      baseURL: 'http://lab/v1',
      quirks: { strictTools: true, output: 'instruct' },
      models: [
        { pattern: /^big/, quirks: { output: 'json_object' }, capabilities: { tools: false } },
        { pattern: /^big-2/, quirks: { strictTools: false } },
      ],
    };
    expect(responsesTraits(profile, 'big-2', { toolResult: 'parts' })).toEqual({
      quirks: {
        ...COMPATIBLE_RESPONSES_QUIRKS,
        strictTools: true,
        output: 'json_object',
        toolResult: 'parts',
      },
      capabilities: { output: 'native', tools: false },
    });
    expect(responsesTraits(profile, 'm').capabilities).toEqual({ output: 'instruct' });
  });
});

describe('responsesQuirksFromParams', () => {
  it('parses quirks by name', () => {
    const params = { systemRole: 'developer', strictTools: 'true', refuses: 'temperature,top_p' };
    expect(wire.responsesQuirksFromParams(params, 'LLM_LAB')).toEqual({
      systemRole: 'developer',
      strictTools: true,
      refuses: ['temperature', 'top_p'],
    });
  });

  it.each([{ sytemRole: 'developer' }, { systemRole: 'user' }, { refuses: 'stop' }])(
    'rejects %j',
    (params) => {
      expect(() => wire.responsesQuirksFromParams({ ...params }, 'LLM_LAB')).toThrow(/LLM_LAB/);
    },
  );
});
