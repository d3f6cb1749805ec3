/** Names and HTTP statuses of the codes of `google.rpc.Code` (google/rpc/code.proto). */
export const RPC_CODES: Readonly<Record<number, readonly [name: string, status: number]>> = {
  1: ['CANCELLED', 499],
  2: ['UNKNOWN', 500],
  3: ['INVALID_ARGUMENT', 400],
  4: ['DEADLINE_EXCEEDED', 504],
  5: ['NOT_FOUND', 404],
  6: ['ALREADY_EXISTS', 409],
  7: ['PERMISSION_DENIED', 403],
  8: ['RESOURCE_EXHAUSTED', 429],
  9: ['FAILED_PRECONDITION', 400],
  10: ['ABORTED', 409],
  11: ['OUT_OF_RANGE', 400],
  12: ['UNIMPLEMENTED', 501],
  13: ['INTERNAL', 500],
  14: ['UNAVAILABLE', 503],
  15: ['DATA_LOSS', 500],
  16: ['UNAUTHENTICATED', 401],
};

/** Returns the HTTP status of a name; `undefined` for an unknown name. */
export const statusOfName = (name: string | undefined): number | undefined =>
  Object.values(RPC_CODES).find(([known]) => known === name)?.[1];
