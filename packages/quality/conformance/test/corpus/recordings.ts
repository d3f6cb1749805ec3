import { recordings, sequences } from '@majordomo/test-support';

/** Recorded request to a vendor. */
export interface Recorded {
  readonly id: string;
  readonly vendor: string;
  readonly status: number;
  readonly body: unknown;
}

const requestsByWire = new Map<string, readonly Recorded[]>();

/** Returns the recorded requests of a wire. */
export function requests(wire: string): readonly Recorded[] {
  const requests = requestsByWire.get(wire) ?? requestsOf(wire);
  requestsByWire.set(wire, requests);
  return requests;
}

/** Returns the requests with HTTP 200, which are valid. A rejected request proves nothing about other rules. */
export const accepted = (wire: string): readonly Recorded[] =>
  requests(wire).filter(({ status }) => status === 200);

const requestsOf = (wire: string): readonly Recorded[] =>
  [...recordings(wire), ...sequences(wire).flatMap(({ steps }) => steps)].flatMap(
    ({ id, vendor, status, request }) =>
      request === undefined ? [] : [{ id, vendor, status, body: request.body }],
  );
