import { A2A_PROTOCOL_VERSION, type AgentCard } from '@a2a-js/sdk';
import type { ServeA2aOptions } from './options.ts';

/** Media types that a model may receive. */
const INPUT_MODES = [
  'text/plain',
  'application/json',
  'application/pdf',
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
];

/** Returns the complete card. Interfaces and capabilities, except extensions, are those of this server. */
export function cardOf({ card, url, push }: Pick<ServeA2aOptions, 'card' | 'url' | 'push'>): AgentCard {
  const { name, description, version, securitySchemes = BEARER } = card;
  return {
    name,
    description,
    version,
    supportedInterfaces: [
      { url, protocolBinding: 'JSONRPC', protocolVersion: A2A_PROTOCOL_VERSION, tenant: '' },
    ],
    capabilities: {
      streaming: true,
      pushNotifications: push !== undefined,
      extendedAgentCard: false,
      extensions: card.capabilities?.extensions ?? [],
    },
    provider: card.provider,
    documentationUrl: card.documentationUrl,
    iconUrl: card.iconUrl,
    securitySchemes,
    securityRequirements: card.securityRequirements ?? anyOneOf(securitySchemes),
    defaultInputModes: card.defaultInputModes ?? INPUT_MODES,
    defaultOutputModes: card.defaultOutputModes ?? ['text/plain'],
    skills: card.skills ?? [skillOf(name, description)],
    signatures: card.signatures ?? [],
  };
}

/** Returns requirements of which a client must fulfill one: each names one scheme. */
const anyOneOf = (schemes: AgentCard['securitySchemes']): AgentCard['securityRequirements'] =>
  Object.keys(schemes).map((name) => ({ schemes: { [name]: { list: [] } } }));

const BEARER: AgentCard['securitySchemes'] = {
  bearer: {
    scheme: {
      $case: 'httpAuthSecurityScheme',
      value: { description: '', scheme: 'bearer', bearerFormat: '' },
    },
  },
};

/** The specification requires at least one skill. */
const skillOf = (name: string, description: string): AgentCard['skills'][number] => ({
  id: 'agent',
  name,
  description,
  tags: ['agent'],
  examples: [],
  inputModes: [],
  outputModes: [],
  securityRequirements: [],
});
