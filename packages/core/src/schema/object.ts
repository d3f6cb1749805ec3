import { loadedSource, PulledStream } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type {
  DeepPartial,
  JsonSchemaRequest,
  ObjectResponse,
  ObjectStream,
  TypedRequest,
} from '../types/majordomo.ts';
import type { TypedCalls } from '../operations/object-rounds.ts';

/** Typed objects are loaded by the first call that needs them: most applications make none. */
const loadTypedObjects = (): Promise<typeof import('../operations/typed-objects.ts')> => import('../operations/typed-objects.ts');

/** Returns a value that fits the schema. */
export async function generateObject<T>(
  calls: TypedCalls,
  request: TypedRequest<T> | JsonSchemaRequest,
  options?: CallOptions,
): Promise<ObjectResponse<T>> {
  const typed = await loadTypedObjects();
  return typed.generateObject<T>(calls, request, options);
}

/** Returns snapshots of a value. Each replaces the one before: after a restart or a repair round a smaller one follows. */
export function streamObject<T>(
  calls: TypedCalls,
  request: TypedRequest<T>,
  options?: CallOptions,
): ObjectStream<T> {
  const { clock } = calls.limits(undefined);
  // The stream of each round has its own unread limit.
  return new PulledStream<DeepPartial<T>, ObjectResponse<T>>(
    (onEnd) =>
      loadedSource(
        loadTypedObjects().then(({ ObjectRun }) => new ObjectRun<T>(calls, request, options, onEnd)),
      ),
    clock,
    Infinity,
  );
}
