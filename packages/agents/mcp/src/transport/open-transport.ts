import { redact } from '@majordomo/core/toolkit';
import type { Authorization } from '../auth/authorization.ts';
import { isProgram } from '../addresses.ts';
import type { McpEndpoint } from '../options.ts';
import { httpTransport } from './http-transport.ts';
import { StderrTail } from './stderr-tail.ts';
import { secretsOf } from './secrets.ts';
import type { ServerTransport } from './server-transport.ts';

/** Dependencies of a transport. */
export interface TransportIo {
  readonly label: string;
  readonly authorization: Authorization | undefined;
  readonly onStderr: (line: string) => void;
}

/** Opens the transport of the endpoint. Loads the program transport only if it is needed. */
export async function openTransport(
  place: McpEndpoint,
  { onStderr, label, authorization }: TransportIo,
): Promise<ServerTransport> {
  const secrets = secretsOf(place);
  const sentTokens = new Set<string>();
  const mask = (text: string): string =>
    redact(text, [...secrets, ...sentTokens, ...(authorization?.secrets ?? [])]);
  if (!isProgram(place)) {
    const opened = await httpTransport(place, { label, secrets, sentTokens, authorization });
    return { ...opened, mask, lastOutput: () => undefined };
  }
  const { programTransport } = await import('./program-transport.ts');
  const { transport, lastOutput } = await programTransport(place, new StderrTail(secrets, mask, onStderr));
  return { transport, lastOutput, mask, close: () => transport.close() };
}
