import { AGENT_CARD_PATH, AgentCard, type AgentInterface } from '@a2a-js/sdk';
import {
  ClientFactory,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
  type Client,
} from '@a2a-js/sdk/client';
import { LlmError } from '@majordomo/core';
import { limitBody } from '@majordomo/wire-kit';

const MAX_CARD_BYTES: number = 1024 * 1024;
/** Option of the SDK that accepts agents of A2A 0.3. */
const LEGACY = { enabled: true };
const BINDINGS: ReadonlySet<string> = new Set(['JSONRPC', 'HTTP+JSON']);

/**
 * Loads the card of an agent. `url`: address of the card if its path ends with `.json`, otherwise of the agent. `label`: subject
 * of errors.
 */
export async function readCard(
  url: URL,
  label: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<AgentCard> {
  const address = url.pathname.endsWith('.json') ? url : new URL(AGENT_CARD_PATH, url);
  const response = limitBody(
    await fetch(address, { headers: { accept: 'application/json' }, signal }),
    label,
    MAX_CARD_BYTES,
  );
  const { ok, status } = response;
  if (!ok) {
    response.body?.cancel().catch(() => undefined);
    throw new LlmError('protocol', `${label}: no card at ${address.href} (status ${status}); check url`, {
      status,
    });
  }
  const json: unknown = await response.json().catch((cause: unknown) => {
    throw LlmError.is(cause) ? cause : notACard(label, address);
  });
  if (typeof json !== 'object' || json === null) throw notACard(label, address);
  if ('supportedInterfaces' in json) return AgentCard.fromJSON(json);
  // Many frameworks still have cards of A2A 0.3, which name one address and its transport.
  const card = new DefaultAgentCardResolver({ legacyCompat: LEGACY }).normalizeAgentCard(json);
  if (!Array.isArray(card.supportedInterfaces)) throw notACard(label, address);
  // Some frameworks state version 0.2 and use the messages of 0.3, which the SDK can read.
  for (const one of card.supportedInterfaces)
    if (one.protocolVersion.startsWith('0.2')) one.protocolVersion = '0.3';
  return card;
}

const notACard = (label: string, { href }: URL): LlmError =>
  new LlmError('protocol', `${label}: ${href} is not a card of A2A; check url`);

/** Returns a client for an endpoint of the card, preferably at the origin of `url`. */
export function clientOf(
  card: AgentCard,
  { origin }: URL,
  label: string,
  fetchImpl: typeof fetch,
): Promise<Client> {
  const usable = card.supportedInterfaces.filter(isUsable);
  const [chosen] = [...usable.filter((one) => new URL(one.url).origin === origin), ...usable];
  if (chosen === undefined)
    throw new LlmError(
      'unsupported',
      `${label}: the agent has no endpoint for A2A 1.0 or 0.3 over JSON-RPC or HTTP; ask its operator for one`,
    );
  const factory = new ClientFactory({
    transports: [
      new JsonRpcTransportFactory({ fetchImpl, legacyCompat: LEGACY }),
      new RestTransportFactory({ fetchImpl, legacyCompat: LEGACY }),
    ],
  });
  return factory.createFromAgentCard({ ...card, supportedInterfaces: [chosen] });
}

const isUsable = ({ url, protocolBinding, protocolVersion }: AgentInterface): boolean =>
  BINDINGS.has(protocolBinding) && /^(?:1|0\.3)\b/.test(protocolVersion) && URL.canParse(url);
