import type { AssistantPart, ModelRequest, Provider } from '@majordomo/core';
import { contextOf, deliveryOf, playedInTurn, requestOf, type Recording } from '@majordomo/test-support';
import { collect } from './collected.ts';

export type ReadTurns = readonly AssistantPart[][];
export type CreateProvider = (
  vendor: string,
  options: { readonly apiKey: string; readonly baseURL: string },
) => Provider;

/**
 * Replays a recorded session, and returns the bodies of its requests. `requestFor` returns the request of a step with the turns that
 * the provider has read from the earlier responses.
 */
export async function replay(
  steps: readonly Recording[],
  create: CreateProvider,
  requestFor: (step: Recording, readTurns: ReadTurns) => Partial<ModelRequest>,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await using server = await playedInTurn(steps);
  const provider = create(steps[0]?.vendor ?? '', { apiKey: 'k', baseURL: server.origin });
  const readTurns: AssistantPart[][] = [];
  for (const step of steps) {
    const request = requestOf(requestFor(step, readTurns));
    const { parts } = await collect(provider, request, contextOf({ delivery: deliveryOf(step) }));
    readTurns.push([...parts]);
  }
  return server.requests.map(({ body }) => body);
}
