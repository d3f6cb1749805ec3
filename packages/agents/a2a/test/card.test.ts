import { describe, expect, it } from 'vitest';
import { cardOf } from '../src/serve/card.ts';
import type { ServeA2aOptions } from '../src/serve/options.ts';
import { CARD } from './support/world.ts';

const SCHEMES: NonNullable<ServeA2aOptions['card']['securitySchemes']> = {
  key: {
    scheme: { $case: 'apiKeySecurityScheme', value: { description: '', location: 'header', name: 'x-key' } },
  },
  mtls: { scheme: { $case: 'mtlsSecurityScheme', value: { description: '' } } },
};

/** Returns the names of the schemes, and those of each requirement. */
function securityOf(card: Partial<ServeA2aOptions['card']> = {}) {
  const { securitySchemes, securityRequirements } = cardOf({
    card: { ...CARD, ...card },
    url: 'https://support.example/a2a',
    push: undefined,
  });
  return {
    schemes: Object.keys(securitySchemes),
    requirements: securityRequirements.map(({ schemes }) => Object.keys(schemes)),
  };
}

describe('the card of a served agent', () => {
  it('requires a bearer token by default', () => {
    expect(securityOf()).toEqual({ schemes: ['bearer'], requirements: [['bearer']] });
  });

  it('requires any one of the schemes of the application', () => {
    expect(securityOf({ securitySchemes: SCHEMES })).toEqual({
      schemes: ['key', 'mtls'],
      requirements: [['key'], ['mtls']],
    });
  });

  it('contains the requirements of the application', () => {
    const both = { schemes: { key: { list: [] }, mtls: { list: [] } } };
    const card = { securitySchemes: SCHEMES, securityRequirements: [both] };
    expect(securityOf(card).requirements).toEqual([['key', 'mtls']]);
  });
});
