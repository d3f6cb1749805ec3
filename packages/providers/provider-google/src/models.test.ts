import { describe, expect, it } from 'vitest';
import { quirksFromParams } from '@majordomo/wire-kit/internal';
import { modelFacts, familyOf } from './models.ts';
import { QUIRK_VALUES, type Quirks } from './quirks.ts';

describe('models', () => {
  it.each([
    ['gemini-2.5-pro', 'gemini/2.5-pro'],
    ['models/gemini-2.5-flash-lite-preview-09-2025', 'gemini/2.5-flash-lite'],
    ['publishers/google/models/gemini-3-flash-preview', 'gemini/3-flash'],
    ['gemini-3.1-pro-preview', 'gemini/3.1-pro'],
    ['gemini-4-argon', 'gemini/4-argon'],
    ['tunedModels/mine', 'gemini/mine'],
  ])('%s accepts the replay tokens of %s', (modelId, family) => {
    expect(familyOf(modelId)).toBe(family);
  });

  it.each([
    ['gemini-2.5-flash', 900],
    ['gemini-2.5-flash-image', 3],
    ['gemini-3-pro-image-preview', 14],
    ['gemini-3.1-flash-image', 14],
  ])('%s accepts %i images', (modelId, maxCount) => {
    expect(modelFacts(modelId).capabilities.images).toMatchObject({ maxCount });
  });

  it('requires no mark for a model before 3, and treats an unknown model as new', () => {
    expect(modelFacts('gemini-2.5-pro').quirks.unsignedCalls).toBe('send');
    expect(modelFacts('gemini-9').quirks.unsignedCalls).toBe('mark');
    expect(modelFacts('my-endpoint')).toMatchObject({
      capabilities: {},
      quirks: { thinking: { by: 'level' } },
    });
  });

  it('reads quirks from the query of a DSN and rejects an unknown one', () => {
    const read = (params: Readonly<Record<string, string>>): Partial<Quirks> =>
      quirksFromParams<Quirks>(params, QUIRK_VALUES);
    expect(read({ schemaField: 'subset', outputWithTools: 'false', thinking: 'none' })).toEqual({
      schemaField: 'subset',
      outputWithTools: false,
      thinking: { by: 'none' },
    });
    expect(() => read({ schema: 'x' })).toThrow(/unknown quirk "schema"/);
    expect(() => read({ schemaField: 'toString' })).toThrow(/use json-schema, subset/);
    expect(() => read({ thinking: 'toString' })).toThrow(/use level, budget, none/);
  });
});
