import { setTimeout } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';
import { startRedis, toldRedis, type Redis } from './redis.ts';

/** Three nodes that share the slots of all keys. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly Redis[];
  /** Gives a slot and all its keys to the next node; who asks the old one is sent there. */
  move(slot: number): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const NODES = 3;
const READY_MS = 60_000;
const READY_EVERY_MS = 50;
const MOST_KEYS = 10_000;

/** An empty cluster on 127.0.0.1. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const buses = await freePorts(NODES);
  const nodes = await Promise.all(
    buses.map((bus) => startRedis({ more: ['--cluster-enabled', 'yes', '--cluster-port', `${bus}`] })),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const ownerOf = (slot: number): number => Math.floor((slot * NODES) / SLOTS);
  try {
    for (const [number, { port }] of nodes.entries()) {
      const slots = Array.from({ length: SLOTS }, (_, slot) => slot).filter(
        (slot) => ownerOf(slot) === number,
      );
      await asked(port, `CLUSTER ADDSLOTSRANGE ${slots[0]} ${slots.at(-1)}`);
      await asked(portOf(nodes, 0), `CLUSTER MEET 127.0.0.1 ${port} ${buses[number]}`);
    }
    await until(async () => {
      const infos = await Promise.all(nodes.map(({ port }) => toldRedis(port, 'CLUSTER INFO')));
      return infos.every(
        (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${NODES}`),
      );
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop, [Symbol.asyncDispose]: stop, move: (slot) => moved(nodes, slot, ownerOf(slot)) };
}

async function moved(nodes: readonly Redis[], slot: number, from: number): Promise<void> {
  const [source, target] = [portOf(nodes, from), portOf(nodes, (from + 1) % NODES)];
  const [sourceId, targetId] = await Promise.all([source, target].map((port) => idOf(port)));
  await asked(target, `CLUSTER SETSLOT ${slot} IMPORTING ${sourceId}`);
  await asked(source, `CLUSTER SETSLOT ${slot} MIGRATING ${targetId}`);
  const keys = listed(await toldRedis(source, `CLUSTER GETKEYSINSLOT ${slot} ${MOST_KEYS}`));
  const quoted = keys.map((key) => JSON.stringify(key)).join(' ');
  if (keys.length > 0) await asked(source, `MIGRATE 127.0.0.1 ${target} "" 0 10000 KEYS ${quoted}`);
  // All are told, as by `redis-cli --cluster`: by their gossip alone it may take the others long.
  for (const port of new Set([target, source, ...nodes.map((node) => node.port)]))
    await asked(port, `CLUSTER SETSLOT ${slot} NODE ${targetId}`);
  // Until all have it, clients may be sent to and fro.
  await until(async () => {
    const views = await Promise.all(nodes.map(({ port }) => toldRedis(port, 'CLUSTER NODES')));
    return views.every((view) => isOwner(view, targetId ?? '', slot));
  });
}

/** By what a node knows: a line for each node, its slots from the ninth word on, as numbers and as ranges of them. */
function isOwner(view: string, id: string, slot: number): boolean {
  const line = view.split('\n').find((each) => each.startsWith(id)) ?? '';
  return line
    .split(' ')
    .slice(8)
    .some((slots) => {
      const [first, last = first] = slots.split('-').map(Number);
      return first !== undefined && last !== undefined && first <= slot && slot <= last;
    });
}

const portOf = (nodes: readonly Redis[], number: number): number => nodes[number]?.port ?? 0;

const idOf = async (port: number): Promise<string> =>
  listed(`*1\r\n${await toldRedis(port, 'CLUSTER MYID')}`)[0] ?? '';

/** The texts of a list, as the wire has them. */
const listed = (answer: string): readonly string[] =>
  answer
    .split('\r\n')
    .slice(1)
    .filter((_, at) => at % 2 === 1);

async function asked(port: number, command: string): Promise<void> {
  const answer = await toldRedis(port, command);
  if (!answer.startsWith('+')) throw new Error(`Redis refused ${command}: ${answer}`);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + READY_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('the nodes of Redis did not find each other');
    await setTimeout(READY_EVERY_MS);
  }
}
