/**
 * Closes the connections of the process-wide pool, which it does when no response is open any more; false when one was
 * still open after `ms`. Nothing can be fetched afterwards.
 */
export async function closeIdle(ms: number): Promise<boolean> {
  // Not at import: it would put its own pool in the place of Node's.
  const { getGlobalDispatcher } = await import('undici');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const closed = await Promise.race([
    getGlobalDispatcher()
      .close()
      .then(() => true),
    late,
  ]);
  clearTimeout(timer);
  return closed;
}
