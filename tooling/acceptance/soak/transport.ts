/**
 * Closes the process-wide connection pool when no response is open. Returns false if a response is still open after `ms`.
 * Afterwards no request can be sent.
 */
export async function closeIdle(ms: number): Promise<boolean> {
  // Import it here, because an import at the top would replace Node's connection pool.
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
