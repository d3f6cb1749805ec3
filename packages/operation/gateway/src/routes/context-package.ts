import type * as Context from '@majordomo/context';
import { Refusal } from '../errors/refusal.ts';

/** Returns `@majordomo/context`, an optional peer dependency. `what`: what requires the package, for the refusal without it. */
export async function contextPackage(what: string): Promise<typeof Context> {
  const context = await import('@majordomo/context').catch(() => undefined);
  if (context !== undefined) return context;
  throw new Refusal(
    'no-such-route',
    `${what} requires the package @majordomo/context; the operator must install it`,
  );
}
