import type { RecordedCall } from '../answer.ts';
import type { ReplayDefinition } from '../definition.ts';
import { runOf } from './recorded-run.ts';
import type { ExcludedCall } from '../traffic/traffic.ts';

/** Reads a recorded call or, with `follow`, the run that ends with it. */
export async function readUnit(
  { traffic, follow = false }: Pick<ReplayDefinition, 'traffic' | 'follow'>,
  id: string,
  signal: AbortSignal,
): Promise<RecordedCall | ExcludedCall> {
  const call = await traffic.read(id, signal);
  return follow && !('excluded' in call) ? runOf(call) : call;
}
