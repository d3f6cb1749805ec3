import { redact } from '@majordomo/core/toolkit';
import { isProgram } from '../check-options.ts';
import type { McpEndpoint } from '../options.ts';
import { httpTransport } from './http-transport.ts';
import { LastWords } from './stderr-tail.ts';
import { secretsOf } from './secrets.ts';
import type { Way } from './server-transport.ts';

/** Loads what starts programs only where there is one to start. */
export async function wayTo(place: McpEndpoint, onStderr: (line: string) => void, who: string): Promise<Way> {
  const secrets = new Set(secretsOf(place));
  const mask = (text: string): string => redact(text, [...secrets]);
  if (!isProgram(place))
    return { ...(await httpTransport(place, who, secrets)), mask, last: () => undefined };
  const { programTransport } = await import('./program-transport.ts');
  const { transport, last } = await programTransport(place, new LastWords([...secrets], mask, onStderr));
  return { transport, last, mask, leave: () => transport.close() };
}
