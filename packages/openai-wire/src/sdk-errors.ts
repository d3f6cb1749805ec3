/** The kinds of an SDK's own errors that no field of theirs shows. */
export interface SdkErrors {
  /** Thrown before anything was sent: no other attempt would fare better. */
  isRefusal(error: Error): boolean;
  isTimeout(error: Error): boolean;
}

/**
 * By the classes that the client's class has as members: classes have lost their names in a minified bundle, and an
 * app's own client may be of another copy of the SDK. `refusal` is the member's name.
 */
export const sdkErrors = (Client: unknown, refusal: string): SdkErrors => ({
  isRefusal: (error) => isExactly(error, Client, refusal),
  isTimeout: (error) => isExactly(error, Client, 'APIConnectionTimeoutError'),
});

function isExactly(error: Error, Client: unknown, member: string): boolean {
  return typeof Client === 'function' && error.constructor === Reflect.get(Client, member);
}
