/**
 * What the caller adds for this target, to be merged into the body last: the wire's entries first, then the
 * provider's own over them. A member of `undefined` takes a field away.
 */
export function extraFor(
  extra: { readonly [provider: string]: object } | undefined,
  wire: string,
  target: string,
): Readonly<Record<string, unknown>> {
  const [providerId = ''] = target.split('/', 1);
  return { ...extra?.[wire], ...extra?.[providerId] };
}
