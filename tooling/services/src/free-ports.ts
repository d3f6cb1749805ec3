import { refusedURL } from '@majordomo/testing';

/** Returns different free ports of 127.0.0.1. They are below those that the system assigns, so that a restarted server finds its port free. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(Number(new URL(await refusedURL()).port));
  return [...ports];
}
