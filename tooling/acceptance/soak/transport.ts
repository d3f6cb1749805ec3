/** What is needed of undici's pool of connections, the transport under Node's `fetch`. */
interface Pool {
  close(): Promise<void>;
}

/**
 * Closes the connections of the process-wide pool, which it does when no response is open any more; false when one was
 * still open after `ms`. Nothing can be fetched afterwards.
 */
export async function closeIdle(ms: number): Promise<boolean> {
  const pool: unknown = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1'));
  if (!isPool(pool)) throw new Error('this Node keeps its connections elsewhere');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const closed = await Promise.race([pool.close().then(() => true), late]);
  clearTimeout(timer);
  return closed;
}

const isPool = (value: unknown): value is Pool =>
  typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
