/**
 * Tells an observer of the app. One that throws, or gives a promise that rejects, changes nothing: else a listener that writes to a
 * database would end the process when that is down.
 */
export function tell<Told extends readonly unknown[]>(
  observer: ((...told: Told) => unknown) | undefined,
  ...told: Told
): void {
  try {
    (observer?.(...told) as Partial<PromiseLike<unknown>> | undefined)?.then?.(null, () => undefined);
  } catch {
    // Its own affair.
  }
}
