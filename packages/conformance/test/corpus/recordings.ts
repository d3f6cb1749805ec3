import { recordings, sequences } from '@majordomo/test-support';

/** A request that a real vendor answered. */
export interface Recorded {
  readonly id: string;
  readonly vendor: string;
  readonly status: number;
  readonly body: unknown;
}

const known = new Map<string, readonly Recorded[]>();

/** Every recorded request of a wire. */
export function requests(wire: string): readonly Recorded[] {
  const found = known.get(wire) ?? requestsOf(wire);
  known.set(wire, found);
  return found;
}

/** What the vendor answered with 200 it took; what it refused says nothing about the other rules. */
export const accepted = (wire: string): readonly Recorded[] =>
  requests(wire).filter(({ status }) => status === 200);

const requestsOf = (wire: string): readonly Recorded[] =>
  [...recordings(wire), ...sequences(wire).flatMap(({ steps }) => steps)].flatMap(
    ({ id, vendor, status, request }) =>
      request === undefined ? [] : [{ id, vendor, status, body: request.body }],
  );
